"""Errors that are no wrong input: a check or a machine that failed, and a package that is missing."""


class SweepError(RuntimeError):
    """Report a sweep that ended before its end, or whose rows are not what the engine says, in one line."""


class PackageMissingError(RuntimeError):
    """Report a package of an extra that is not installed, and how to get it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"the Python package {package} is not installed: pip install 'xnorsim[{extra}]'")
