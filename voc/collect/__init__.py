"""Collecting: files and pushed records become `Record`s with a place, and go to the ledger in batches."""
