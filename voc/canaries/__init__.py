"""Looking for planted words wherever an installation keeps bytes."""
