"""The inventory: how many of what, how large."""

from simulator.accelerator import Array, Dram, VectorUnit
from simulator.inventory import ComponentKind, inventory
from tests.strategies import accelerator_of, hardware
from workloads.encodings import encoding


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


def test_arrays_of_both_kinds_a_vector_unit_and_dram_by_hand() -> None:
    xnor = Array("bits", 4, 2, 8, 16, 5)
    mac = Array("floats", 2, 3, 1, 32, 2, encoding("fp32"), pipeline_cycles=3)
    accelerator = accelerator_of(xnor, mac, vector_unit=VectorUnit(6), dram=Dram(64))
    parts = {part.name: part for part in inventory(accelerator)}
    assert list(parts) == [
        *(f"{array}.{part}" for array in ("bits", "floats") for part in ("pe", "skew", "threshold", "result_buffer")),
        "vector_unit", "scratchpad_a", "scratchpad_b", "global_buffer", "dram",
    ]  # fmt: skip
    kinds = {name: part.kind for name, part in parts.items()}
    assert (kinds["bits.pe"], kinds["floats.pe"]) == (ComponentKind.XNOR_PE, ComponentKind.MAC_PE)
    assert (kinds["vector_unit"], kinds["dram"]) == (ComponentKind.VECTOR_LANE, ComponentKind.DRAM)
    assert (parts["bits.pe"].element, parts["bits.pe"].word_bits) == ("", 8)
    assert (parts["floats.pe"].element, parts["floats.pe"].word_bits) == ("fp32", 32)
    assert parts["floats.result_buffer"].capacity_bits == 2 * 6 * 32
    # Both arrays read the scratchpads: four rows of 8 bits or two of 32, two columns of 8 or three of 32.
    assert (parts["scratchpad_a"].width_bits, parts["scratchpad_b"].width_bits) == (2 * 32, 3 * 32)
    # Three operands and a result of 32 bits a lane.
    assert (parts["vector_unit"].count, parts["vector_unit"].register_bits) == (6, 4 * 32)


def test_what_an_accelerator_does_not_have_is_not_in_its_inventory() -> None:
    names = {part.name for part in inventory(hardware(2, 2, 8))}
    assert not names & {"vector_unit", "or_pool", "dram"}


def test_the_or_pool_has_a_port_word_for_each_place_of_the_largest_result_buffer() -> None:
    arrays = Array("bits", 4, 2, 8, 16, 3), Array("floats", 2, 3, 1, 32, 7, encoding("fp32"))
    accelerator = accelerator_of(*arrays, or_pool=True)
    (pool,) = (part for part in inventory(accelerator) if part.kind is ComponentKind.OR_POOL)
    width = accelerator.port.width_bits
    assert (pool.name, pool.count, pool.word_bits, pool.register_bits) == ("or_pool", 1, width, 7 * width)
