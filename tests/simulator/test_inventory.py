"""The inventory: how many of what, how large."""

from simulator.inventory import inventory
from tests.strategies import hardware


def test_a_non_square_array_by_hand() -> None:
    parts = {part.name: part for part in inventory(hardware(3, 2, 4, kc=4, port_bits=16, accumulator_bits=16))}
    assert parts["xnor.pe"].count == 3 * 2
    assert parts["xnor.threshold"].count == 2
    assert parts["xnor.threshold"].register_bits == 2 * (16 + 1)
    assert parts["xnor.result_buffer"].capacity_bits == 5 * 6 * 16
    # A scratchpad's word is one k word of every row (A) or column (B); a half holds four.
    halves = [
        (part.count, part.width_bits, part.capacity_bits) for part in (parts["scratchpad_a"], parts["scratchpad_b"])
    ]
    assert halves == [(2, 3 * 4, 4 * 3 * 4), (2, 2 * 4, 4 * 2 * 4)]
    assert parts["global_buffer"].width_bits == 16
