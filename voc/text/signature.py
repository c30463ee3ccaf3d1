"""What makes two texts exact copies: their letters and digits, lower case."""

from __future__ import annotations

import hashlib
import re

_OTHER = re.compile(r"[\W_]+")


def content(clean: str) -> str:
    """Letters and digits only, lower case."""
    return _OTHER.sub("", clean).lower()


def signature(clean: str) -> str:
    """16 hex digits of the content; "" for a text without any letter or digit."""
    kept = content(clean)
    return hashlib.sha256(kept.encode("utf-8", "surrogatepass")).hexdigest()[:16] if kept else ""
