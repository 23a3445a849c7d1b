"""RTL against engine and reference, and edge by edge against the walks and the pictures: the jobs worked by hand."""

from pathlib import Path

import pytest

from tests.diagrams import committed, pictured, source_text
from tests.rtl.recording import Edge, classes, record
from tests.rtl.waves import wave
from tests.walks import classes_walked, edges_walked, walks
from tests.worked_jobs import WorkedJob, WorkedPool, stalled_jobs, worked_jobs, worked_pools

pytestmark = pytest.mark.rtl


def edges_recorded(edges: list[Edge]) -> dict[str, list[int]]:
    """Return the edges of a recording as the tables of the walks list them."""
    columns = {"thresholds": "T", "B": "B", "A": "A", "store": "S"}
    recorded = {name: [edge.accepted and edge.kind == kind for edge in edges] for name, kind in columns.items()}
    recorded["preload"] = [edge.preload is not None for edge in edges]
    recorded["issues"] = [edge.issue for edge in edges]
    recorded["z"] = [edge.tile_ready for edge in edges]
    return {name: [number for number, happens in enumerate(marks) if happens] for name, marks in recorded.items()}


def check(worked: WorkedJob | WorkedPool, work_dir: Path) -> None:
    """Play a job, and hold its walk and its picture to what happened."""
    name, edges = worked.job.name, record(worked, work_dir)
    walk = walks()[name]
    assert classes(edges) == classes_walked(walk, worked.cycles)
    assert edges_recorded(edges) == edges_walked(walk)
    if name in pictured():
        assert source_text(wave(edges, worked)) == committed(name), "`make diagrams` draws it anew"


@pytest.mark.parametrize("worked", [*worked_jobs(), *stalled_jobs()], ids=lambda worked: worked.name)
def test_worked_by_hand(worked: WorkedJob, tmp_path: Path) -> None:
    check(worked, tmp_path)


@pytest.mark.parametrize("worked", worked_pools(), ids=lambda worked: worked.job.name)
def test_pooling_worked_by_hand(worked: WorkedPool, tmp_path: Path) -> None:
    check(worked, tmp_path)
