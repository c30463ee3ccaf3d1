"""Brands and products and what people call them: 苹果15 is iPhone 15, and not ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from voc.errors import ConfigError
from voc.nlp.phrases import compile_phrases
from voc.nlp.taxonomy import Taxonomy

_SPACE = re.compile(r"[\s\-_·]+")
_BLANKS = r"[\s\-_·]*"
# What makes another product of a name it follows.
_VARIANT = re.compile(
    _BLANKS + r"(?:pro|max|ultra|plus|mini|lite|note|turbo|air|fold|flip|neo|gt|se|[a-z]?\d{1,4}(?![\d+gG])|"
    r"\+|至尊|青春|尊享|极速|竞速|标准|旗舰|探索|典藏|纪念|二代|三代)",
    re.IGNORECASE,
)
_LATIN = re.compile(r"[a-z0-9+]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A brand (`product` False) or a product of it. `name` is canonical."""

    name: str
    brand: str
    aliases: tuple[str, ...]
    own: bool
    product: bool


class Catalogue:
    """Finds and resolves names; matching ignores case and the blanks inside a name."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries: Mapping[str, Entry] = {entry.name: entry for entry in entries}
        self._by_alias: dict[str, str] = {}
        for entry in self.entries.values():
            for alias in (entry.name, *entry.aliases):
                self._by_alias.setdefault(_key(alias), entry.name)
        written = (word.lower() for e in self.entries.values() for word in (e.name, *e.aliases))
        self._pattern = compile_phrases({*self._by_alias, *(w for w in written if _key(w) in self._by_alias)})
        self.competitors: frozenset[str] = frozenset(e.name for e in self.entries.values() if not e.own)

    @classmethod
    def for_taxonomy(cls, name: str) -> Catalogue:
        """The catalogue of a pack (`catalogue:` section); empty when it has none.

        Raises:
            ConfigError: VOC-E203, the section is not valid.
        """
        return cls.of(Taxonomy.load(name))

    @classmethod
    def of(cls, taxonomy: Taxonomy) -> Catalogue:
        """The catalogue of a taxonomy already loaded."""
        brands = taxonomy.catalogue.get("brands") or []
        if not isinstance(brands, list):
            raise _invalid("brands is not a list", taxonomy.name)
        entries: list[Entry] = []
        for brand in brands:
            entries.extend(_read(brand, taxonomy.name))
        return cls(entries)

    def resolve(self, name: str) -> str | None:
        """The canonical name of a brand or product, or None.

        A shop's long title resolves to the product that it begins with or names first.
        """
        known = self._by_alias.get(_key(name))
        if known is not None:
            return known
        found = self.find(unicodedata.normalize("NFKC", name))
        products = [n for n, _, _ in found if self.entries[n].product]
        return products[0] if products else (found[0][0] if found else None)

    def product(self, title: str) -> Entry | None:
        """The product that a record's own title names first, or None.

        `星河 X1 5G手机 12+256` is 星河 X1, `星河 X1 Ultra` is not: a variant is not its sibling.
        """
        shown = unicodedata.normalize("NFKC", title).lower()
        for match in self._titles.finditer(shown):
            start, end = match.span()
            if _LATIN.match(shown[start]) and start and _LATIN.match(shown[start - 1]):
                continue
            if end < len(shown) and _LATIN.match(shown[end - 1]) and _LATIN.match(shown[end]):
                continue
            return None if _VARIANT.match(shown, end) else self.entries[self._by_alias[_key(match.group())]]
        return None

    @cached_property
    def _titles(self) -> re.Pattern[str]:
        """Names of products with blanks anywhere or nowhere, the longest first."""
        names = [alias for alias, name in self._by_alias.items() if self.entries[name].product]
        parts = [_BLANKS.join(map(re.escape, alias)) for alias in sorted(names, key=len, reverse=True)]
        return re.compile("|".join(parts) or r"(?!)")

    def brand_of(self, name: str) -> str | None:
        """The brand of a canonical name."""
        entry = self.entries.get(name)
        return entry.brand if entry else None

    def find(self, clean: str) -> list[tuple[str, int, int]]:
        """(canonical, start, end) of every name in the text, longest first at each place."""
        if not self.entries:
            return []
        folded = clean.lower()
        if len(folded) != len(clean):  # a few letters change their length in lower case
            folded = clean
        found = []
        for match in self._pattern.finditer(folded):
            start, end = match.span()
            if _LATIN.match(folded[start]) and start and _LATIN.match(folded[start - 1]):
                continue
            if _LATIN.match(folded[end - 1]) and end < len(folded) and _LATIN.match(folded[end]):
                continue
            found.append((self._by_alias[_key(match.group())], start, end))
        return found


def _key(name: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", name).lower())


def _read(brand: Any, where: str) -> list[Entry]:
    if not isinstance(brand, dict) or not isinstance(brand.get("name"), str):
        raise _invalid("brand has no name", where)
    name, own = brand["name"], bool(brand.get("own", False))
    entries = [Entry(name, name, _aliases(brand), own, product=False)]
    products = brand.get("products") or []
    if not isinstance(products, list):
        raise _invalid("products is not a list", name)
    for product in products:
        if not isinstance(product, dict) or not isinstance(product.get("name"), str | int):
            raise _invalid("product has no name", name)
        entries.append(Entry(str(product["name"]), name, _aliases(product), own, product=True))
    return entries


def _aliases(item: Mapping[str, Any]) -> tuple[str, ...]:
    aliases = item.get("aliases") or []
    if not isinstance(aliases, list):
        raise _invalid("aliases is not a list", str(item.get("name")))
    return tuple(str(a) for a in aliases)


def _invalid(what: str, value: str) -> ConfigError:
    return ConfigError(what, code="VOC-E203", value=value, cure="see taxonomies/README.md, catalogue")
