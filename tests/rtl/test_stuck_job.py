"""A job that does not end is named, with what it waits for; one that is not legal stops at the rule that it breaks."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workloads.operations import Window
from xnorsim.cosimulation.errors import CosimulationError
from xnorsim.cosimulation.fields import RtlJob, RtlOperand
from xnorsim.cosimulation.jobs import play

pytestmark = pytest.mark.rtl

PARAMETERS = {
    "Rows": 1,
    "Cols": 1,
    "Lanes": 1,
    "AccumulatorBits": 8,
    "PortBits": 8,
    "ScratchpadWordsA": 4,
    "ScratchpadWordsB": 4,
    "ResultTiles": 5,
    "MemoryWords": 16,
}
DATAFLOWS = {
    "output stationary": PARAMETERS,
    "weight stationary": {**PARAMETERS, "Dataflow": 1, "AccumulatorRows": 1},
}
# The job `single` of docs/worked-jobs.md, which takes 11 cycles; on one PE that holds its weight too: B is accepted at
# edge 2 and A at 3, the preload is 5, the issue 6, the result 8, the store 10.
SINGLE = RtlJob(
    m=1,
    n=1,
    k_words=1,
    tap_words=1,
    window=Window((1, 1), (1, 1), (1, 1)),
    chunk_words=1,
    tile_rows=1,
    tail_lanes=1,
    n_words=1,
    thresholds=False,
    a=RtlOperand(0),
    b=RtlOperand(1),
    t_addr=0,
    r_addr=2,
    cycle_limit=20,
)


dataflows = pytest.mark.parametrize("parameters", DATAFLOWS.values(), ids=DATAFLOWS)


@dataflows
def test_jobs_follow_each_other_at_the_next_edge(parameters: Mapping[str, int], tmp_path: Path) -> None:
    # The first job also waits for reset; the limit of the second leaves no edge between them.
    counters, memory = play(parameters, image(), [SINGLE, replace(SINGLE, cycle_limit=11)], 1, tmp_path)
    assert [c.cycles for c in counters] == [11, 11]
    assert memory[2].view(np.int8) == -1


@dataflows
def test_a_job_over_its_limit_is_named(parameters: Mapping[str, int], tmp_path: Path) -> None:
    stuck = replace(SINGLE, cycle_limit=10)
    said = r"job 1 waits for its last store .* after 10 cycles, the limit: job_m_i=1 "
    with pytest.raises(CosimulationError, match=said):
        play(parameters, image(), [SINGLE, stuck], 1, tmp_path)


def test_a_job_that_is_not_accepted_is_named(tmp_path: Path) -> None:
    # The limit is the edge behind reset, which is to accept the job.
    with pytest.raises(CosimulationError, match=r"job 0 waits for its acceptance .* after 0 cycles, the limit: "):
        play(PARAMETERS, image(), [replace(SINGLE, cycle_limit=0)], 1, tmp_path)


@dataflows
def test_a_port_that_never_accepts_is_found_by_the_limit(parameters: Mapping[str, int], tmp_path: Path) -> None:
    stuck = replace(SINGLE, stalls=(True,) * 100)
    with pytest.raises(CosimulationError, match=r"job 0 waits for its last store .* after 20 cycles, the limit: "):
        play(parameters, image(), [stuck], 1, tmp_path)


@dataflows
@pytest.mark.parametrize(
    ("field", "assertion"),
    [
        ("m", "LegalWindow_A"),
        ("n", "LegalJob_A"),
        ("k_words", "LegalJob_A"),
        ("tap_words", "LegalJob_A"),
        ("tail_lanes", "LegalJob_A"),
        ("n_words", "LegalJob_A"),
    ],
)
def test_a_size_of_zero_stops_at_an_assertion(
    parameters: Mapping[str, int], field: str, assertion: str, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {field: 0}
    with pytest.raises(CosimulationError, match=f"Assertion failed in .*{assertion}"):
        play(parameters, image(), [replace(SINGLE, **changes)], 1, tmp_path)


@pytest.mark.parametrize(
    ("dataflow", "field"), [("output stationary", "chunk_words"), ("weight stationary", "tile_rows")]
)
def test_a_slot_of_nothing_stops_at_an_assertion(dataflow: str, field: str, tmp_path: Path) -> None:
    changes: dict[str, Any] = {field: 0}
    with pytest.raises(CosimulationError, match=r"Assertion failed in .*LegalPlanes_A"):
        play(DATAFLOWS[dataflow], image(), [replace(SINGLE, **changes)], 1, tmp_path)


def test_the_bench_grows_with_what_the_jobs_need(tmp_path: Path) -> None:
    # Data comes 300 edges after acceptance: operands are there at 3 + 300 + 2, one result takes four edges more.
    (counters,), memory = play(PARAMETERS, image(5000), [replace(SINGLE, cycle_limit=400)], 300, tmp_path)
    assert (counters.load_stall, counters.cycles) == (305, 310)
    assert memory[2].view(np.int8) == -1
    assert len(memory) == 5000


def image(size: int = 16) -> np.ndarray:
    """Return a memory with A = -1 at port word 0 and B = +1 at port word 1."""
    words = np.zeros((size, 1), np.uint8)
    words[1] = 1
    return words
