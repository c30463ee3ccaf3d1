"""The models that travel with the program: what the manifest names, checked, loaded without pickle."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voc import resources
from voc.errors import ConfigError

MANIFEST = "manifest.json"
_CURE = "install the package again, or voc train"


class Registry:
    """A folder of `.npz` files and its manifest: {"models": {name: {file, sha256, version, …}}}."""

    def __init__(self, folder: Path | None = None) -> None:
        """Reads the manifest.

        Raises:
            ConfigError: VOC-E202, it is missing or no manifest.
        """
        self.folder = folder or resources.folder("models")
        try:
            self._models: dict[str, dict[str, Any]] = json.loads((self.folder / MANIFEST).read_text("utf-8"))[
                "models"
            ]
        except (OSError, ValueError, KeyError, TypeError):
            raise ConfigError("no model manifest", code="VOC-E202", value=MANIFEST, cure=_CURE) from None

    def names(self) -> tuple[str, ...]:
        """All models, by name."""
        return tuple(sorted(self._models))

    def version(self, name: str) -> str:
        """`name@1.0.0`, as labels carry it."""
        return f"{name}@{self.entry(name)['version']}"

    def load(self, name: str) -> Mapping[str, npt.NDArray[np.generic]]:
        """The arrays of a model.

        Raises:
            ConfigError: VOC-E202, not in the manifest, missing, or not the file the manifest names.
        """
        raw = self.raw(name)
        try:
            with np.load(io.BytesIO(raw), allow_pickle=False) as held:
                return {key: held[key] for key in held.files}
        except (ValueError, OSError, zipfile.BadZipFile):
            raise ConfigError("a model cannot be read", code="VOC-E202", value=name, cure=_CURE) from None

    def raw(self, name: str, part: str = "") -> bytes:
        """The bytes of a model's file, or of a part of it (`parts` in its entry).

        Raises:
            ConfigError: VOC-E202, not in the manifest, missing, or not the file the manifest names.
        """
        entry = self.entry(name)
        named = entry.get("parts", {}).get(part, {}) if part else entry
        try:
            raw = (self.folder / str(named["file"])).read_bytes()
        except (OSError, KeyError):
            raise ConfigError("a model is missing", code="VOC-E202", value=name, cure=_CURE) from None
        if hashlib.sha256(raw).hexdigest() != named["sha256"]:
            raise ConfigError("a model is damaged", code="VOC-E202", value=name, cure=_CURE)
        return raw

    def entry(self, name: str) -> dict[str, Any]:
        """What the manifest says of a model (ConfigError VOC-E202: no such model)."""
        try:
            return self._models[name]
        except KeyError:
            raise ConfigError("no such model", code="VOC-E202", value=name, cure=_CURE) from None
