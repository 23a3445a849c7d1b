"""A stall pattern keeps the port from accepting requests, edge by edge, on the smallest job there is."""

from pathlib import Path

import numpy as np
import pytest

from simulator.cycles import CycleClasses
from simulator.engine import run_job
from simulator.job import Job
from tests.strategies import hardware
from xnorsim.cosimulation.jobs import play
from xnorsim.cosimulation.memory import operand_area
from xnorsim.cosimulation.network import Memory, memory_words, rtl_job, rtl_parameters

pytestmark = pytest.mark.rtl

# The job `single` of docs/worked-jobs.md: B is accepted at edge 2, A at 3, one word issues at 6 and the result
# is accepted at 10; edges 0-5 load_stall, 7-10 flush.
SINGLE = Job("single", "xnor", 1, 1, 1, 1)
HARDWARE = hardware(1, 1, 1, port_bits=8, accumulator_bits=8)
UNSTALLED = (6, 4)
# Stalled edges, load_stall and flush worked by hand.
PATTERNS = [
    ((), UNSTALLED),
    # No request is there yet.
    ((0, 1), UNSTALLED),
    # B waits for edge 3, and A behind it for 4.
    ((2,), (7, 4)),
    # A waits for edge 5, B does not.
    ((3, 4), (8, 4)),
    # B is there at 2, A at 4: edge 3 is stalled, and so is the edge of the result.
    ((3, 11), (7, 5)),
    # Nothing is requested at these edges, and data that is on its way comes all the same.
    ((4, 5, 6, 7, 8, 9), UNSTALLED),
    ((10, 11, 12), (6, 7)),
    # The pattern goes on behind the end of the job, whose next one starts with a pattern of its own.
    (tuple(range(11, 200)), UNSTALLED),
    # More than one word of the bench's pattern memory.
    (tuple(range(2, 130)), (134, 4)),
]


def test_edges_that_are_stalled_by_hand(tmp_path: Path) -> None:
    memory = Memory(HARDWARE.port.width_bits)
    array = HARDWARE.arrays["xnor"]
    a, b = (memory.place(operand_area(np.array([[[bit]]], np.uint64), 1, array, 8)) for bit in (0, 1))
    patterns = [tuple(edge in edges for edge in range(max(edges, default=-1) + 1)) for edges, _ in PATTERNS]
    result = memory.place(np.zeros((1, 1), np.uint8))
    jobs = [rtl_job(SINGLE, HARDWARE, a=a, b=b, thresholds=0, result=result, stalls=pattern) for pattern in patterns]
    image = memory.image()
    cycles, after = play(rtl_parameters(HARDWARE, "xnor", memory_words(len(image))), image, jobs, 1, tmp_path)
    expected = [CycleClasses(issue=1, load_stall=load, flush=flush) for _, (load, flush) in PATTERNS]
    assert [counted.classes for counted in cycles] == expected
    assert [counted.cycles for counted in cycles] == [classes.cycles for classes in expected]
    assert [run_job(SINGLE, HARDWARE, np.array(pattern, dtype=np.bool_)) for pattern in patterns] == expected
    assert after[result].view(np.int8) == -1
