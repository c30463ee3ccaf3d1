"""`make bench`: near copies among a million texts: memory, time a text, copies found. Needs no data sets.

Clauses are invented, with the frequencies of characters that a language has; a text is six of them. One in
fifty is an edited copy of an earlier one. Prints figures and never fails on them.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from itertools import accumulate
from pathlib import Path

from voc.text.duplicates import Duplicates
from voc.text.sketches import Alphabet
from voc.train.copy_scores import edited
from voc.types import KnownText

_BATCH = 500
_EVERY = 50  # one in so many is a copy
_EDITS = 0.1
_CHARACTERS, _CLAUSES = 3000, 200_000


def main() -> None:
    """Run and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--documents", type=int, default=1_000_000)
    measure(asked.parse_args().documents)


def measure(documents: int) -> None:
    """Let `documents` texts meet, in batches as from a worker; a line for every tenth of them."""
    rng = random.Random(7)
    alphabet = Alphabet(b"bench")
    clauses = _invented(rng)
    duplicates = Duplicates()
    before, peak = _resident(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    recent: list[str] = []
    planted = found = chance = 0
    spent = 0.0
    for start in range(0, documents, _BATCH):
        texts, copies = [], set()
        for place in range(_BATCH):
            if recent and place % _EVERY == 0:
                texts.append(edited(rng.choice(recent), _EDITS, clauses[place], rng))
                copies.add(start + place)
            else:
                texts.append("，".join(rng.choices(clauses, k=6)))
        recent = [*recent[-_BATCH:], *texts[1:_EVERY]]
        began = time.process_time()
        known = [KnownText(start + place, 0, alphabet.sketch(text)) for place, text in enumerate(texts)]
        met = duplicates.meet([text for text in known if text.sketch])
        gone = {
            text.item
            for text, near in zip((text for text in known if text.sketch), met, strict=True)
            if any(one.item < text.item for one in near)
        }
        duplicates.remove(gone)
        spent += time.process_time() - began
        planted += len(copies)
        found += len(copies & gone)
        chance += len(gone - copies)
        done = start + _BATCH
        if done % max(_BATCH, documents // 10) < _BATCH:
            memory = (_resident() - before) / 1e6
            print(f"{done:,} texts: {done / spent:,.0f} a CPU second, memory +{memory:.0f} MB", end=", ")
            print(f"copies found {found:,} of {planted:,}, others {chance:,}", flush=True)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1e3
    print(f"peak memory +{grown:.0f} MB")


def _invented(rng: random.Random) -> list[str]:
    characters = [chr(0x4E00 + place) for place in rng.sample(range(20_000), _CHARACTERS)]
    weights = list(accumulate(1 / (rank + 10) for rank in range(_CHARACTERS)))
    return [
        "".join(rng.choices(characters, cum_weights=weights, k=rng.randrange(5, 16))) for _ in range(_CLAUSES)
    ]


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main()
