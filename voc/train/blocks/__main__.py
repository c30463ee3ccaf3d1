"""`VOC_DATASETS=… python -m voc.train.blocks`: measures on held-back templates, writes the weights of all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from voc.text import chrome
from voc.train.blocks import learn

OUT = Path(chrome.__file__).with_name("blocks.json")


def main() -> None:
    """Prints the figures of the held-back fifth."""
    datasets = Path(os.environ["VOC_DATASETS"])
    train, held = learn.folds(datasets)
    for pages in (train, learn.everything(datasets)):
        learn.write(OUT, learn.learn(pages))
        for held_back in (chrome._weights, chrome._names, chrome._lengths, chrome._most):
            held_back.cache_clear()
        if pages is train:
            for name, value in learn.measure(held).items():
                sys.stdout.write(f"{name}: {value:.4f}\n")


if __name__ == "__main__":
    main()
