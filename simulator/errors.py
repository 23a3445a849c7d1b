"""States that the simulator must never reach."""


class SimulationError(RuntimeError):
    """Report an impossible state with cycle, layer and tile; never caught."""
