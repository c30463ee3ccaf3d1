"""What the ledger's keys do: seal and open raw text (AES-256-GCM), digest without telling, prove the keys."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from voc.db.tables import meta
from voc.db.transactions import is_postgres
from voc.errors import ConfigError, FatalError
from voc.ledger.keys_at_rest import Keys

_FORMAT = b"\x01"
_NONCE = 12  # random; one key is good for 2^32 of them
_DIGEST = 16
ID_KEY = "id_key"
"""Name of the identity key's proof."""


class Cipher:
    """Sub-keys are derived from the data key, one a purpose."""

    def __init__(self, keys: Keys) -> None:
        self._aead = AESGCM(_derived(keys.data_key, b"voc payload 1"))
        self._digest_key = _derived(keys.data_key, b"voc digest 1")
        self._sketch_key = _derived(keys.data_key, b"voc sketch 1")
        self._proofs = {
            "data_key": proof_of(keys.data_key),
            ID_KEY: proof_of(keys.id_key),
        }

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """Encrypted and bound to `place`: moved to another row it does not open."""
        nonce = os.urandom(_NONCE)
        return _FORMAT + nonce + self._aead.encrypt(nonce, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """The plain bytes.

        Raises:
            FatalError: VOC-E502, damaged, moved, or written with another key.
        """
        try:
            if sealed[:1] != _FORMAT:
                raise InvalidTag
            return self._aead.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], place)
        except (InvalidTag, ValueError):
            raise FatalError(
                "a stored record cannot be decrypted",
                code="VOC-E502",
                cure="restore the ledger from a backup",
            ) from None

    def digest(self, plain: bytes) -> bytes:
        """16 bytes that tell whether something changed; keyed, so that no phone number is guessed from it."""
        return hashlib.blake2b(plain, digest_size=_DIGEST, key=self._digest_key).digest()

    def sketch_key(self, workspace: str) -> bytes:
        """What a workspace's sketches are made with: in no database, and no other workspace's."""
        return _derived(self._sketch_key, workspace.encode("utf-8", "surrogatepass"))

    def remember(self, conn: Connection) -> None:
        """Note that the ledger is written with these keys, unless it was with others before."""
        insert = postgresql.insert if is_postgres(conn) else sqlite.insert
        rows = [{"name": name, "value": proof} for name, proof in self._proofs.items()]
        conn.execute(insert(meta).on_conflict_do_nothing(), rows)

    def proven(self, conn: Connection) -> bool:
        """Whether these are the keys the ledger was begun with; False: it has not been told any (`remember`).

        Raises:
            ConfigError: VOC-E201, other keys.
        """
        known = {row.name: row.value for row in conn.execute(meta.select())}
        for name, proof in self._proofs.items():
            if name in known and not hmac.compare_digest(bytes(known[name]), proof):
                raise ConfigError(
                    f"the {name.replace('_', ' ')} is not the one this ledger was written with",
                    code="VOC-E201",
                    cure=f"restore the key file, or set VOC_{name.upper()}",
                )
        return known.keys() >= self._proofs.keys()


def proof_of(key: bytes) -> bytes:
    """What a ledger remembers of a key: tells it from others, says nothing about it."""
    return _derived(key, b"voc proof 1")


def place_of(workspace: str, source: str, name: str, number: int | str) -> bytes:
    """Associated data of a sealed row: each part with its length, so that no two places look alike."""
    place = f"{len(workspace)}:{workspace}{len(source)}:{source}{len(name)}:{name}{number}"
    return place.encode("utf-8", "surrogatepass")


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, purpose, hashlib.sha256).digest()
