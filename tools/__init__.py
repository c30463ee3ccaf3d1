"""Programs for the people who build voc."""
