"""Logic and flip-flops as multiples of priced units (docs/costs.md, section 4)."""

from dataclasses import dataclass

from costmodel.technology import Technology
from costmodel.terms import LEAKAGE, Term, price_term


def half_and_full_adders(lanes: int) -> int:
    """Return the half and full adders of a population count of ``lanes`` bits.

    lanes - ones(lanes), ones being the 1s of lanes written in binary: every full adder of a compressor tree makes two
    bits out of three of one weight, every half adder two out of two, until one bit of each weight is left.
    """
    return lanes - lanes.bit_count()


def correction_bits(lanes: int) -> int:
    """Return the bits of 2 x popcount - valid lanes, which lies in -lanes..lanes: floor(log2 lanes) + 2."""
    return lanes.bit_length() + 1


@dataclass(frozen=True)
class Block:
    """Some bits of a priced unit, as a share of it: a 20-bit adder is 20/32 of a 32-bit one.

    ``unit`` names the area and the leakage price; its energy may be that of another width, ``energy_unit``.
    """

    part: str
    unit: str
    bits: int
    text: str
    energy_unit: str = ""

    def energy(self, technology: Technology) -> Term:
        """Return the energy of one use."""
        return self._share(self.part, self.energy_unit or self.unit, "energy", technology)

    def area(self, technology: Technology) -> Term:
        """Return the area."""
        return self._share(self.part, self.unit, "area", technology)

    def leakage(self, technology: Technology) -> Term:
        """Return the leakage power."""
        return self._share(LEAKAGE, self.unit, "leakage", technology)

    def _share(self, part: str, unit: str, quality: str, technology: Technology) -> Term:
        # A unit's name ends in its width.
        width = int(unit.rsplit("_", 1)[1])
        return price_term(part, f"{unit}_{quality}", self.bits / width, f"{self.text} / {width}", technology)


@dataclass(frozen=True)
class Unit:
    """A priced unit that is used whole: a multiplier, or an adder of floats."""

    part: str
    unit: str

    def energy(self, technology: Technology) -> Term:
        """Return the energy of one use."""
        return price_term(self.part, f"{self.unit}_energy", 1, "1", technology)

    def area(self, technology: Technology) -> Term:
        """Return the area."""
        return price_term(self.part, f"{self.unit}_area", 1, "1", technology)

    def leakage(self, technology: Technology) -> Term:
        """Return the leakage power."""
        return price_term(LEAKAGE, f"{self.unit}_leakage", 1, "1", technology)


def register_area(bits: int, text: str, technology: Technology) -> Term:
    """Return the area of flip-flops."""
    return price_term("flip-flops", "register_bit_area", bits, text, technology)


def register_leakage(bits: int, text: str, technology: Technology) -> Term:
    """Return the leakage power of flip-flops."""
    return price_term(LEAKAGE, "register_bit_leakage", bits, text, technology)


def clocked(bits: int, text: str, technology: Technology) -> Term:
    """Return the clock energy of flip-flops in one cycle, whatever their data do."""
    return price_term("flip-flop clock", "register_bit_clock_energy", bits, text, technology)


def written(bits: int, text: str, technology: Technology) -> Term:
    """Return the energy of new data in flip-flops, beside their clock."""
    return price_term("flip-flop data", "register_bit_data_energy", bits, text, technology)
