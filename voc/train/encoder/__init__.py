"""The deep engine's encoder: its start, its lessons, its training, its export, its figures."""
