"""simulator/closed_form/kernel.py in machine code, where numba is installed; the code is kept for the next start."""

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

from simulator.closed_form import kernel


@cache
def compiled() -> Callable[..., None] | None:
    """Return kernel.solve for arrays of int64; None without numba, or where it is told not to compile."""
    try:
        import numba
    except ImportError:
        return None
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return None
    # Functions of this namespace call each other; those of the kernel stay as they are.
    namespace = dict(vars(kernel))
    for name, function in vars(kernel).items():
        if isinstance(function, FunctionType):
            inner = function is not kernel.solve
            namespace[name] = _jit(FunctionType(function.__code__, namespace), forceinline=inner, cache=not inner)
    solve: Callable[..., None] = namespace[kernel.solve.__name__]
    return solve


def _jit(function: FunctionType, *, forceinline: bool, cache: bool) -> Any:
    """Return a function that is compiled when it is first called."""
    import numba

    try:
        return numba.njit(function, error_model="numpy", forceinline=forceinline, cache=cache)
    except RuntimeError:
        # No place to keep the code in can be written to.
        return numba.njit(function, error_model="numpy", forceinline=forceinline)
