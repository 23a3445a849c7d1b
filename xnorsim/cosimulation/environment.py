"""The process environment in which the cocotb runner builds and runs."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

# The runner lets these override what it is called with, so that a build or a run would depend on the caller's shell,
# on being called from make, or on being called from pytest.
OVERRIDES = ("GUI", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTEST_CURRENT_TEST", "WAVES")


@contextmanager
def applied(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables, without those that override the cocotb runner, for the duration of a block."""
    before = dict(os.environ)
    for name in before:
        if name in OVERRIDES or name.startswith("COCOTB_"):
            del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
