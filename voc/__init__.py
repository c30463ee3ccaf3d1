"""voc: voice of customer and co-creation for Chinese feedback."""

__version__ = "0.1.0"
