"""Parts of `tools.make_samples`: who writes, what about, and which public rows are shown."""
