"""The HTTP API of DESIGN 6."""
