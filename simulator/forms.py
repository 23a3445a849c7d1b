"""Forms: how the rows of a buffer lie behind the port (docs/networks.md)."""

from dataclasses import dataclass

from simulator.accelerator import Array
from simulator.layout import ceil_div, power_of_two_above
from workloads.encodings import Encoding


@dataclass(frozen=True)
class Form:
    """How a row lies behind the port: slots of so many bits, each of so many elements, for every plane."""

    slot_bits: int
    elements: int = 1
    planes: int = 1

    def row_words(self, elements: int, port_bits: int) -> int:
        """Return the port words of a row, which starts on a port word."""
        return self.planes * ceil_div(ceil_div(elements, self.elements) * self.slot_bits, port_bits)


def element_form(code: Encoding) -> Form:
    """Return the form in which the vector unit and the host write: element behind element."""
    return Form(power_of_two_above(code.bits))


def operand_form(array: Array, planes: int, port_bits: int) -> Form:
    """Return the form in which an array takes an operand."""
    slot = power_of_two_above(array.word_bits)
    # Full slots of single bits are the bits one behind the other, if a row's last slot ends with its last port word.
    full = slot == array.lanes and slot <= port_bits
    return Form(1, 1, planes) if full else Form(slot, array.lanes, planes)
