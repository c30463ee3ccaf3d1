"""What the words mean: sentiment, opinions and their nodes, intents, consequences."""
