"""What differs is found, and named where it is."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.cycles import CycleClasses
from simulator.job import Job
from tests.strategies import hardware
from xnorsim.cosimulation.differences import (
    UNWRITTEN,
    Difference,
    What,
    cycle_differences,
    element_differences,
    end_difference,
    memory_difference,
)
from xnorsim.cosimulation.jobs import JobCycles, Stop
from xnorsim.cosimulation.operands import random_product
from xnorsim.cosimulation.products import Product

MODEL = CycleClasses(issue=10, schedule=2, load_stall=30, flush=8)
SAME = JobCycles(cycles=50, issue=10, schedule=2, load_stall=30, store_stall=0, flush=8)


def product_of(m: int = 5, n: int = 6, *, thresholds: bool = False, accumulator_rows: int = 0) -> Product:
    accelerator = hardware(
        2, 2, 8, kc=9, port_bits=32, accumulator_bits=16, accumulator_rows=accumulator_rows
    )  # fmt: skip
    job = Job("job", "xnor", 1, m, 20, n, thresholds=thresholds)
    return random_product(job, accelerator, np.random.default_rng(3))


def found_by(product: Product, area: np.ndarray) -> list[Difference]:
    return list(element_differences("fc", product, product.expected(), area))


def test_equal_cycles_are_no_difference() -> None:
    assert list(cycle_differences("fc", [SAME, SAME], MODEL)) == []


def test_the_first_class_that_parts_is_named() -> None:
    parted = replace(SAME, cycles=51, load_stall=29, flush=10)
    (difference,) = cycle_differences("fc", [SAME, parted, parted], MODEL)
    assert (difference.job, difference.cycle_class, difference.expected, difference.found) == (1, "load_stall", 30, 29)
    assert str(difference) == (
        "layer fc: 51 cycles instead of 50 in job 1 of 3: load_stall 29 instead of 30, flush 10 instead of 8"
    )


def test_a_cycle_without_a_class_is_a_difference() -> None:
    (difference,) = cycle_differences("fc", [replace(SAME, cycles=52)], MODEL)
    assert difference.message == "52 cycles instead of 50: 2 in no class, or in two"


@pytest.mark.parametrize("thresholds", [False, True])
def test_what_the_rtl_should_write_is_no_difference(*, thresholds: bool) -> None:
    product = product_of(thresholds=thresholds)
    assert found_by(product, product.encoded(product.expected())) == []


def test_the_first_wrong_element_is_that_of_the_first_tile_to_run() -> None:
    product = product_of()
    values = product.expected()
    # By rows the first one would be that of row 0; but its n tile runs later.
    values[1, 0] += 2
    values[0, 4] += 2
    (difference,) = found_by(product, product.encoded(values))
    assert (difference.tile, difference.element) == ((0, 0), (1, 0))
    assert difference.found == (difference.expected or 0) + 2
    assert difference.message.startswith("2 of 30 sums wrong, the first in m tile 0, n tile 0: row 1, channel 0 is ")


def test_in_weight_stationary_n_tiles_are_outermost() -> None:
    product = product_of(accumulator_rows=2)
    values = product.expected()
    values[4, 0] += 2
    values[0, 4] += 2
    (difference,) = found_by(product, product.encoded(values))
    assert (difference.tile, difference.element) == ((2, 0), (4, 0))


def test_a_segment_that_was_never_stored() -> None:
    product = product_of()
    area = product.encoded(product.expected())
    # Row 3, n tile 1: two sums of 16 bits are one port word.
    area[3, 4:8] = UNWRITTEN
    (difference,) = found_by(product, area)
    assert (difference.tile, difference.element) == ((1, 1), (3, 2))
    assert "never stored" in difference.message
    area[3, 4:8] = 1
    assert "never stored" not in found_by(product, area)[0].message


def test_a_bit_behind_the_last_channel_is_a_difference() -> None:
    product = product_of(n=3, thresholds=True)
    area = product.encoded(product.expected())
    area[2, 1] |= 0b100
    (difference,) = found_by(product, area)
    assert difference.what is What.TAIL
    assert difference.message == "the tail of a result row is not zero: row 2, bit 10 of the row"


def test_what_a_stuck_job_waits_for() -> None:
    product = product_of()
    reached = {"accepted": True, "issued": 3, "loads": 4, "stores": 0, "waits": ["load"]}
    difference = end_difference("fc", product, 0, Stop("waits for its last store", reached))
    model = product.classes()
    loads, stores = product.port_words()
    assert difference.message == (
        f"the job waits for its last store (the model takes {model.cycles}): 3 of {model.issue} words issued, "
        f"4 of {loads} port words loaded, 0 of {stores} stored; the array waits for operands (wait_load_o)"
    )


def test_an_array_that_has_issued_all_waits_for_nothing() -> None:
    product = product_of()
    reached = {"accepted": True, "issued": product.classes().issue, "loads": 4, "stores": 0, "waits": ["load"]}
    assert "the array waits" not in end_difference("fc", product, 0, Stop("waits", reached)).message


def test_a_store_beside_the_results() -> None:
    before = np.zeros((8, 4), dtype=np.uint8)
    after = before.copy()
    after[2:4] = 7
    results, layers = [(2, 2), (7, 1)], ["fc1", "fc2"]
    after[7] = 7
    assert memory_difference(before, after, results, layers) is None
    after[4, 1] = 1
    difference = memory_difference(before, after, results, layers)
    assert difference is not None
    assert difference.found == 1 << 8
    said = "{} port words outside of the results were overwritten, the first at address {}"
    assert str(difference) == said.format(1, "0x4, 1 behind the nearest result, that of layer fc1")
    after[:2] = 9
    difference = memory_difference(before, after, results, layers)
    assert str(difference) == said.format(3, "0x0, 2 before the nearest result, that of layer fc1")
