"""Training and measuring the models on public data; needs the extra `train`, never used at run time."""
