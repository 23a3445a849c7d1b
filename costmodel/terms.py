"""Terms: the products of a quantity and a price that every cost is a sum of."""

from dataclasses import dataclass

from costmodel.technology import Kind, Technology, worse

SRAM = "sram"
"""Stands in a term for the technology's SRAM table, where other terms name a price."""

LEAKAGE = "leakage"
"""The part, and the action, that pays for standing still."""


@dataclass(frozen=True)
class Term:
    """A quantity of one price, and the part of the component that it pays for.

    Units: ``amount`` is what one costs, in pJ, um2 or mW; so is ``total``.
    """

    part: str
    formula: str
    quantity: float
    price: str
    amount: float
    kind: Kind

    @property
    def total(self) -> float:
        """Return what the whole quantity costs."""
        return self.quantity * self.amount


def price_term(part: str, price: str, quantity: float, text: str, technology: Technology) -> Term:
    """Return a quantity of a named price; ``text`` is the quantity's formula.

    A price times a quantity is composed, unless the price itself rests on worse ground.
    """
    entry = technology.price(price)
    return Term(part, f"{text} x {price}", quantity, price, entry.amount, worse(entry.kind, Kind.COMPOSED))


def sram_term(part: str, formula: str, quantity: int, amount: float, kind: Kind) -> Term:
    """Return a quantity of something that the SRAM table prices."""
    return Term(part, formula, quantity, SRAM, amount, kind)
