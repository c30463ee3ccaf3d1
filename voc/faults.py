"""Named points at which a test may kill the process: `VOC_FAULT=name`, or `name:3` for the third time."""

from __future__ import annotations

import os
import signal
from collections import Counter

_ENV = "VOC_FAULT"
_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """Do nothing, or die here by SIGKILL when `VOC_FAULT` names this point (and its turn has come)."""
    wanted = os.environ.get(_ENV)
    if not wanted:
        return
    target, _, nth = wanted.partition(":")
    if target != name:
        return
    _passed[name] += 1
    if _passed[name] >= int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
