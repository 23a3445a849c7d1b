"""What the RTL leaves behind is read back as it lies, and doubted where it cannot be right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.job import Job
from tests.strategies import hardware
from tests.traces import random_bits
from xnorsim.cosimulation.errors import CosimulationError
from xnorsim.cosimulation.jobs import JobCycles
from xnorsim.cosimulation.memory import operand_area
from xnorsim.cosimulation.network import Memory, as_classes, memory_words, read_result


@given(st.integers(1, 9), st.integers(1, 150), st.sampled_from([1, 3, 48, 64]), st.sampled_from([8, 64, 512]))
def test_a_result_of_bits_has_the_layout_of_an_operand(m: int, n: int, lanes: int, port_bits: int) -> None:
    accelerator = hardware(2, 2, lanes, port_bits=port_bits)
    packed = random_bits("h", m, n, np.random.default_rng(n)).packed
    assert packed is not None
    memory = Memory(port_bits)
    memory.place(np.zeros((1, port_bits // 8), dtype=np.uint8))
    address = memory.place(operand_area(packed[:, 0], n, accelerator.arrays["xnor"], port_bits))
    job = Job("job", "xnor", 1, m, 1, n, thresholds=True)
    assert np.array_equal(read_result(memory.image(), address, job, accelerator), packed[:, 0])


def test_sums_are_sign_extended_by_hand() -> None:
    accelerator = hardware(2, 2, 8, port_bits=16, accumulator_bits=12)
    # Two sums of 12 bits in slots of 16: -1 and 5.
    memory = np.array([[0xFF, 0x0F], [0x05, 0x00]], dtype=np.uint8)
    assert read_result(memory, 0, Job("job", "xnor", 1, 1, 1, 2), accelerator).tolist() == [[-1, 5]]


def test_a_bit_behind_the_last_channel_is_an_error() -> None:
    memory = np.array([[0b1001]], dtype=np.uint8)
    with pytest.raises(CosimulationError, match="layer job: the tail of a result row is not zero"):
        read_result(memory, 0, Job("job", "xnor", 1, 1, 1, 3, thresholds=True), hardware(1, 1, 8, port_bits=8))


def test_a_cycle_without_a_class_is_an_error() -> None:
    whole = JobCycles(cycles=11, issue=1, schedule=0, load_stall=6, store_stall=0, flush=4)
    assert as_classes([whole])[0].cycles == 11
    with pytest.raises(CosimulationError, match="a cycle without a class"):
        as_classes([JobCycles(cycles=12, issue=1, schedule=0, load_stall=6, store_stall=0, flush=4)])


@pytest.mark.parametrize(("image", "size"), [(1, 4096), (4096, 4096), (4097, 8192)])
def test_many_workloads_share_one_size_of_memory(image: int, size: int) -> None:
    assert memory_words(image) == size
