"""Jobs as the RTL takes them, operands as they lie, and what the RTL does not take."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.accelerator import Accelerator, Dataflow
from simulator.job import Job
from tests.strategies import exchanged, hardware, one_plane
from workloads.encodings import Digit, Encoding, Plane, encoding
from workloads.errors import InputError
from workloads.packing import encode
from xnorsim.cosimulation.fields import RtlJob, RtlOperand
from xnorsim.cosimulation.memory import operand_area
from xnorsim.cosimulation.network import memory_words, rtl_job


def job_of(a: str | Encoding, b: str | Encoding, *, bit_serial: bool = True) -> RtlJob:
    """Return a job of these encodings on an accelerator whose halves hold 16 and 9 k words."""
    codes = [encoding(code) if isinstance(code, str) else code for code in (a, b)]
    accelerator = hardware(2, 2, 8, kc=(16, 9))
    job = Job("job", "xnor", 1, 3, 21, 5, codes[0], codes[1], bit_serial)
    return rtl_job(job, accelerator, a=10, b=20, thresholds=30, result=40)


def test_a_job_of_one_plane_by_hand() -> None:
    job = job_of("bipolar", one_plane(Digit.BIPOLAR, 3))
    assert (job.m, job.n, job.k_words, job.tail_lanes, job.n_words, job.chunk_words, job.shift) == (3, 5, 3, 5, 1, 9, 3)
    assert (job.a, job.b) == (RtlOperand(10), RtlOperand(20))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("unipolar", RtlOperand(10, 1, unipolar=True)),
        ("ternary", RtlOperand(10, 2, unipolar=True, negative=True)),
        ("uint3", RtlOperand(10, 3, unipolar=True, weighted=True)),
        ("int2", RtlOperand(10, 2, unipolar=True, weighted=True, negative=True)),
        ("int8", RtlOperand(10, 8, unipolar=True, weighted=True, negative=True)),
    ],
)
def test_planes_as_the_rtl_takes_them(code: str, expected: RtlOperand) -> None:
    assert job_of(code, "bipolar").a == expected


def test_a_chunk_fits_both_halves_in_all_planes() -> None:
    # Halves of 16 and 9 k words.
    pairs = {("int8", "bipolar"): 2, ("bipolar", "int8"): 1, ("int4", "ternary"): 4, ("uint2", "bipolar"): 8}
    assert {pair: job_of(*pair).chunk_words for pair in pairs} == pairs


OUTPUT_STATIONARY = hardware(2, 3, 8, kc=(4, 11), accumulator_bits=16)
WEIGHT_STATIONARY = hardware(2, 3, 8, kc=(4, 11), accumulator_bits=16, accumulator_rows=3)


@pytest.mark.parametrize(
    "accelerator",
    [OUTPUT_STATIONARY, WEIGHT_STATIONARY, exchanged(WEIGHT_STATIONARY)],
    ids=[dataflow.value for dataflow in Dataflow],
)
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"m": 0}, "layer job: m must be 1 to 1048575, not 0"),
        ({"n": 1 << 20}, "layer job: n must be 1 to 1048575, not 1048576"),
        ({"k": 1 << 15}, r"layer job: accumulator_bits must hold sums up to \+-32768, not 16"),
        ({"encoding_a": encoding("uint8")}, r"test: scratchpads\.[ab] must have >= "),
        ({"m": 1 << 19, "n": 1 << 19}, "layer job: the job must be cut into at most 4194304 slots"),
    ],
)
def test_a_job_that_cannot_run_is_refused_for_every_dataflow(
    accelerator: Accelerator, changes: dict[str, Any], message: str
) -> None:
    job = replace(Job("job", "xnor", 1, 2, 3, 4), **changes)
    with pytest.raises(InputError, match=f"^{message}"):
        rtl_job(job, accelerator, a=0, b=0, thresholds=0, result=0)


UNEQUAL = Encoding("unequal", (Plane(Digit.UNIPOLAR), Plane(Digit.UNIPOLAR, 2)))
BOTH = Encoding("both", (Plane(Digit.UNIPOLAR), Plane(Digit.BIPOLAR, 1)))
FIRST_NEGATIVE = Encoding("first negative", (Plane(Digit.UNIPOLAR, 0, negative=True), Plane(Digit.UNIPOLAR, 1)))
FALLING = Encoding("falling", (Plane(Digit.UNIPOLAR, 1), Plane(Digit.UNIPOLAR)))


@pytest.mark.parametrize(
    "code", [UNEQUAL, BOTH, FIRST_NEGATIVE, FALLING, encoding("uint9")], ids=lambda code: code.name
)
def test_planes_that_the_rtl_does_not_take_are_named(code: Encoding) -> None:
    with pytest.raises(
        InputError, match=f"layer job: an encoding on the RTL must be 1 to 8 planes .* not '{code.name}'"
    ):
        job_of("bipolar", code)


def test_a_product_that_is_not_bit_serial_is_refused() -> None:
    with pytest.raises(InputError, match="an encoding on the RTL"):
        job_of("int8", "int8", bit_serial=False)


def test_a_weight_beyond_the_shifter_is_named() -> None:
    assert job_of(one_plane(Digit.UNIPOLAR, 8), "uint8").shift == 8
    with pytest.raises(InputError, match="layer job: logarithm of a pair's weight must be at most 15, not 16"):
        job_of(one_plane(Digit.UNIPOLAR, 9), "uint8")


def test_planes_of_a_row_lie_one_behind_the_other_by_hand() -> None:
    # Elements 1, -2, 3 in int3: bits 101 (1, 3), 011 (-2, 3) and 010 (-2), a k word of three lanes in a slot of four.
    packed = encode(np.array([[1, -2, 3]]), encoding("int3"))
    area = operand_area(packed, 3, hardware(1, 1, 3).arrays["xnor"], 8)
    assert area.tolist() == [[0b101], [0b110], [0b010]]


@pytest.mark.parametrize(("image", "size"), [(1, 1 << 14), (1 << 14, 1 << 14), ((1 << 14) + 1, 1 << 16)])
def test_many_workloads_share_one_size_of_memory(image: int, size: int) -> None:
    assert memory_words(image) == size
