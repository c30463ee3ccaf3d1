"""The index behind one Query: apply rows, list, count; memory (reference) and embedded (tantivy) engines."""
