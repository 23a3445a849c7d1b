"""simulator/closed_form/kernel.py in machine code, where numba is installed; the code is kept for the next start."""

from collections.abc import Callable
from functools import cache
from types import FunctionType

import numpy as np

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
    try:
        return _solve(kept=True)
    except Exception:
        # No place to keep the code in can be written to, or that is full.
        return _solve(kept=False)


def _solve(*, kept: bool) -> Callable[..., None]:
    """Return kernel.solve in machine code: what was kept, or compiled now."""
    import numba

    # Functions of this namespace call each other; those of the kernel stay as they are.
    namespace = dict(vars(kernel))
    for name, function in vars(kernel).items():
        if isinstance(function, FunctionType):
            inner = function is not kernel.solve
            jit = numba.njit(error_model="numpy", forceinline=inner, cache=kept and not inner)
            namespace[name] = jit(FunctionType(function.__code__, namespace))
    solve = namespace[kernel.solve.__name__]
    nothing = [np.empty(shape, dtype=np.int64) for shape in ((0, 1), (0, 5), (kernel.RINGS,))]
    try:
        solve(*nothing)
    except Exception:
        # What was kept is damaged, as by a machine that went down: this forgets it.
        solve.recompile()
        solve(*nothing)
    found: Callable[..., None] = solve
    return found
