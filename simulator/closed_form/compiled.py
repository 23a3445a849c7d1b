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
    if numba.config.DISABLE_JIT:
        return None
    functions = [value for value in vars(kernel).values() if isinstance(value, FunctionType)]
    # Functions of this namespace call each other; those of the kernel stay as they are.
    namespace = dict(vars(kernel))
    for function in functions:
        entry = function is kernel.solve
        copy = FunctionType(function.__code__, namespace)
        namespace[function.__name__] = _jit(numba.njit, copy, forceinline=not entry, cache=entry)
    solve: Callable[..., None] = namespace[kernel.solve.__name__]
    return solve


def _jit(njit: Callable[..., Any], function: FunctionType, *, forceinline: bool, cache: bool) -> Any:
    """Compile a function when it is first called."""
    try:
        return njit(function, forceinline=forceinline, cache=cache, error_model="numpy")
    except RuntimeError:
        # There is no place that can be written to.
        return njit(function, forceinline=forceinline, error_model="numpy")
