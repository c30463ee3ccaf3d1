"""The ledger: nothing accepted is lost, nothing is counted twice. `Ledger` is its whole face."""

from voc.ledger.ledger import Ledger

__all__ = ["Ledger"]
