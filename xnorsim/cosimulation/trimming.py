"""Which builds of the cache are removed: those that no run has used for long."""

import re
import shutil
import time
from pathlib import Path

KEPT_DAYS = 30
"""A build that was not used for so long is removed when another one has been made."""

# The names of what builds leave in the cache, and of what one that was killed left behind: nothing else is touched.
_OURS = re.compile(r".+-[0-9a-f]{24}(\.lock|\.log|\.rate)?|(building|keeping)-\w+", re.ASCII)


def trim(root: Path) -> None:
    """Remove what is older: the date of a build and of the runtime library is that of their last use."""
    oldest = time.time() - KEPT_DAYS * 24 * 3600
    for path in root.iterdir():
        # Another process may remove it at the same time.
        if _OURS.fullmatch(path.name) and _date(path) < oldest:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _date(path: Path) -> float:
    """Return when a file or a folder was used, or made; the future for one that is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
