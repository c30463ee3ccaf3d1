"""Changing the identity key of a home, from the new key to an index without an old pseudonym.

The ledger's transaction decides which key is in force; everything after it is done again by whoever opens the
home next, so that a kill at any moment leaves the old key or the new one, and nothing half.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from voc.config import Settings
from voc.errors import UsageError
from voc.faults import point
from voc.ledger import Ledger
from voc.ledger.keys_at_rest import (
    Keys,
    load_or_make,
    make_next_id_key,
    next_id_key,
    promote_next_id_key,
    read_key,
)
from voc.ledger.rekeying import in_force
from voc.ledger.types import Rekeyed
from voc.store.damage import outdate

_REASON = "the identity key was changed"
_NONE = Rekeyed(0, 0, 0, 0)


def keys_of(settings: Settings, engine: Engine, *, index: Path) -> Keys:
    """The keys of a home whose database is there; a change that was cut short after its commit is finished.

    Raises:
        ConfigError: as `load_or_make`.
    """
    keys = load_or_make(settings.home, settings)
    coming = None if settings.id_key is not None else next_id_key(settings.home)
    if coming is None or not in_force(engine, coming):
        return keys
    _finish(settings, index=index)
    return Keys(keys.data_key, coming)


def change(
    ledger: Ledger,
    settings: Settings,
    *,
    index: Path,
    destroy: bool,
    new_key: Path | None,
    actor: str,
    on_progress: Callable[[int, int], None],
) -> Rekeyed:
    """Rotate or destroy; after a kill the same call goes on.

    Args:
        new_key: file with the next key, base64 of 32 bytes, where the key is a setting; else one is made.

    Raises:
        UsageError: VOC-E100, a file is needed and not named, or named and not needed.
    """
    if (settings.id_key is not None) != (new_key is not None):
        cure = "name the new key's file with --new-key" if new_key is None else "leave --new-key out"
        raise UsageError(
            "the identity key is a setting" if new_key is None else "the identity key is a file of the home",
            cure=cure,
        )
    coming = make_next_id_key(settings.home) if new_key is None else read_key(new_key)
    done = _NONE
    if not ledger.uses_identity_key(coming):
        if destroy:
            done = ledger.destroy_identity(coming, actor=actor)
        else:
            done = ledger.rotate_identity(coming, actor=actor, on_progress=on_progress)
    _finish(settings, index=index)
    return done


def _finish(settings: Settings, *, index: Path) -> None:
    outdate(index, _REASON)  # its files hold old pseudonyms: they are deleted with them
    point("rekey-outdated")
    if settings.id_key is None:
        promote_next_id_key(settings.home)
