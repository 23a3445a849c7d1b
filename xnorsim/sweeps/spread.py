"""Which of many are shown."""

import numpy as np


def spread(count: int, most: int, keep: int | None = None) -> list[int]:
    """Return so many places that lie evenly, both ends and one more among them; all if there are no more."""
    if count <= most:
        return list(range(count))
    kept = set() if keep is None else {keep}
    return sorted({*np.linspace(0, count - 1, most - len(kept)).round().astype(int).tolist(), *kept})
