"""The walks of the jobs worked by hand, against the rows of their tables and what the engine counts."""

from collections import Counter

import pytest

from simulator.counts import traffic
from tests.walks import classes_walked, edges_walked, walks
from tests.worked_jobs import WorkedJob, WorkedPool, stalled_jobs, worked_jobs, worked_pools

JOBS = [*worked_jobs(), *stalled_jobs()]
EVERYTHING: list[WorkedJob | WorkedPool] = [*JOBS, *worked_pools()]


def test_every_job_has_a_walk_and_every_walk_a_job() -> None:
    assert sorted(walks()) == sorted(worked.job.name for worked in EVERYTHING)


@pytest.mark.parametrize("worked", EVERYTHING, ids=lambda worked: worked.job.name)
def test_the_edges_of_a_walk_make_up_its_row(worked: WorkedJob | WorkedPool) -> None:
    counted = Counter(classes_walked(walks()[worked.job.name], worked.cycles))
    assert counted == Counter({name: count for name, count in vars(worked.classes).items() if count})


@pytest.mark.parametrize("worked", JOBS, ids=lambda worked: worked.name)
def test_a_walk_moves_and_issues_what_the_engine_counts(worked: WorkedJob) -> None:
    walked = {name: len(edges) for name, edges in edges_walked(walks()[worked.name]).items()}
    moved = traffic(worked.job, worked.accelerator)
    assert (walked["thresholds"], walked["B"], walked["store"]) == (moved.thresholds, moved.b, moved.results)
    assert walked["A"] == moved.a + moved.void
    assert walked["issues"] == worked.classes.issue


@pytest.mark.parametrize("worked", EVERYTHING, ids=lambda worked: worked.job.name)
def test_no_edge_of_a_walk_accepts_two_requests_or_one_that_is_stalled(worked: WorkedJob | WorkedPool) -> None:
    walked = edges_walked(walks()[worked.job.name])
    accepted = [edge for name in ("thresholds", "B", "A", "store") for edge in walked[name]]
    assert len(set(accepted)) == len(accepted)
    assert max(accepted) == worked.cycles - 1
    stalls = worked.stalls if isinstance(worked, WorkedJob) else ()
    assert not any(stalls[edge] for edge in accepted if edge < len(stalls))
