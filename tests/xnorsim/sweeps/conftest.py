"""The small sweep, for all tests of this folder."""

import pytest

from tests.xnorsim.sweeps.made import SPEC, made
from xnorsim.sweeps.directory import SweepDirectory


@pytest.fixture(scope="session")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> SweepDirectory:
    """Return the small sweep; nobody writes into it."""
    return made(SPEC, tmp_path_factory.mktemp("sweep") / "small")
