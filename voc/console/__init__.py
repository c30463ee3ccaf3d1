"""The page for people: pain points, their evidence and trends, in a browser, offline."""
