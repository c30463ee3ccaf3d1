"""What people who run voc look at: logs, metrics, health."""
