"""The text stage: what people wrote becomes text that can be shown, searched and read by models."""
