"""Errors that are no wrong input: a check or a machine that failed, and a package that is missing."""

from importlib.util import find_spec


class SweepError(RuntimeError):
    """Report a sweep that ended before its end, or whose rows are not what the engine says, in one line."""


class PackageMissingError(RuntimeError):
    """Report a package of an extra that is not installed, and how to get it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"the Python package {package} is not installed: pip install 'xnorsim[{extra}]'")


def demand(extra: str, *packages: str) -> None:
    """See that packages of an extra are installed, without importing them.

    Errors: PackageMissingError naming the first that is not.
    """
    for package in packages:
        if find_spec(package.replace("-", "_")) is None:
            raise PackageMissingError(package, extra)
