"""Every way in which words could stand in bytes: encodings, escapes, hex, base64, digits pulled apart."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

LEAST_BYTES = 6
"""A shorter form would be found by chance: in a gigabyte of noise one of four bytes every fourth time."""
_LEAST_MADE = 8  # of what is derived: its letters are those of ordinary text
_ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
_SEPARATORS = b" \t\x00-._/()+"
_FULL = {chr(0xFF10 + digit).encode(): str(digit).encode() for digit in range(10)}
_BETWEEN = re.compile(b"\xe2\x80[\x8b-\x8f]|\xe3\x80\x80|\xc2\xa0|\xef\xbb\xbf")  # zero width, wide blanks


def forms(words: str) -> dict[bytes, str]:
    """Bytes → the name of the form, of at least `LEAST_BYTES` bytes each.

    >>> sorted(set(forms("13800138000").values()))
    ['base64', 'hex', 'utf-16-be', 'utf-16-le', 'utf-8']
    """
    found: dict[bytes, str] = {}
    for written in dict.fromkeys((words, words.lower(), words.upper())):
        plain = {name: written.encode(name, "surrogatepass") for name in _ENCODINGS if _holds(written, name)}
        plain["escapes"] = written.encode("ascii", "backslashreplace")
        plain["percent"] = quote(written, safe="@", errors="replace").encode()
        for name, raw in plain.items():
            if len(raw) >= (_LEAST_MADE if name in ("escapes", "percent") else LEAST_BYTES):
                found.setdefault(raw, name)
            for made in (raw.hex().encode(), raw.hex().upper().encode()):
                if len(made) >= _LEAST_MADE:
                    found.setdefault(made, "hex")
            # base64 looks different at each place in a group; its ends depend on what stands beside it.
            for shift in range(3):
                coded = base64.b64encode(bytes(shift) + raw)
                part = coded[(0, 2, 3)[shift] : len(coded) - 4]
                if len(part) >= _LEAST_MADE:
                    found.setdefault(part, "base64")
    return found


def squeezed_form(words: str) -> bytes | None:
    """How the words stand in `squeezed` bytes, None where that says too little."""
    found = squeezed(words.encode("utf-8", "surrogatepass"))
    return found if len(found) >= _LEAST_MADE else None


def squeezed(raw: bytes) -> bytes:
    """Bytes without separators and with plain digits: 138-0013 8000 and １３８００１３８０００ become one.

    >>> squeezed("电话 138-0013 ８000".encode()) == "电话13800138000".encode()
    True
    """
    if b"\xef\xbc" in raw:
        for wide, digit in _FULL.items():
            raw = raw.replace(wide, digit)
    if b"\xe2\x80" in raw or b"\xe3\x80\x80" in raw or b"\xc2\xa0" in raw:
        raw = _BETWEEN.sub(b"", raw)
    return raw.translate(None, _SEPARATORS)


def _holds(words: str, encoding: str) -> bool:
    try:
        words.encode(encoding, "surrogatepass" if encoding != "gb18030" else "strict")
    except UnicodeEncodeError:
        return False
    return True
