"""A job that does not end is named, with what it waits for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from workloads.operations import Window
from xnorsim.cosimulation.errors import CosimulationError
from xnorsim.cosimulation.jobs import RtlJob, RtlOperand, play

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
# The job `single` of docs/worked-jobs.md, which takes 11 cycles.
SINGLE = RtlJob(
    m=1,
    n=1,
    k_words=1,
    tap_words=1,
    window=Window((1, 1), (1, 1), (1, 1)),
    chunk_words=4,
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


def test_jobs_follow_each_other_at_the_next_edge(tmp_path: Path) -> None:
    # The first job also waits for reset; the limit of the second leaves no edge between them.
    counters, memory = play(PARAMETERS, image(), [SINGLE, replace(SINGLE, cycle_limit=11)], 1, tmp_path)
    assert [c.cycles for c in counters] == [11, 11]
    assert memory[2].view(np.int8) == -1


def test_a_job_over_its_limit_is_named(tmp_path: Path) -> None:
    stuck = replace(SINGLE, cycle_limit=10)
    said = r"job 1 waits for its last store .* after 10 cycles, the limit: job_m_i=1 "
    with pytest.raises(CosimulationError, match=said):
        play(PARAMETERS, image(), [SINGLE, stuck], 1, tmp_path)


def image() -> np.ndarray:
    """Return a memory with A = -1 at port word 0 and B = +1 at port word 1."""
    words = np.zeros((16, 1), np.uint8)
    words[1] = 1
    return words
