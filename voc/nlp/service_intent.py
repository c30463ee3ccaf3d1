"""What a customer wants of a shop's service: the 118 intents of cic_intent."""

from __future__ import annotations

from voc.nlp.emotion import BestLabel
from voc.nlp.linear import LinearHead
from voc.registry import Registry

NAME = "service_intent"


class ServiceIntentModel(BestLabel):
    """The 118 service intents."""

    @classmethod
    def load(cls, registry: Registry) -> ServiceIntentModel:
        """From the registry (ConfigError VOC-E202: missing or damaged)."""
        return cls(LinearHead.from_arrays(registry.load(NAME)), version=registry.version(NAME))
