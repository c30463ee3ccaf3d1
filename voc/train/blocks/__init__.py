"""Learns what tells site furniture and promotion from customers' words: `python -m voc.train.blocks`."""
