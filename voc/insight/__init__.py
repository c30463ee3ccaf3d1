"""What the figures say: counts, pain points, trends, evidence (DESIGN 8). Reads the store, writes nothing."""
