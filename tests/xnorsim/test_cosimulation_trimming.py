"""Builds that nobody has used for long leave the cache, and nothing else does."""

import os
import time
from pathlib import Path

from xnorsim.cosimulation.trimming import KEPT_DAYS, trim

DAY_S = 24 * 3600
DIGEST = "0123456789abcdef01234567"
OURS = [f"top-{DIGEST}", f"runtime-{DIGEST}", "building-a_1", "keeping-b2"]
BESIDE = [f"top-{DIGEST}{suffix}" for suffix in (".lock", ".log", ".rate")]
OTHERS = ["top", f"top-{DIGEST[1:]}", f"top-{DIGEST}.sv", f"top-{DIGEST.upper()}", "building", "results.xml"]


def fill(root: Path, days: float) -> set[str]:
    """Write what a cache may hold, last used before so many days, and return its names."""
    for name in (*OURS, *BESIDE, *OTHERS):
        path = root / name
        if name in OURS:
            path.mkdir()
            (path / "top").touch()
        else:
            path.touch()
        used = time.time() - days * DAY_S
        os.utime(path, (used, used))
    return {path.name for path in root.iterdir()}


def test_what_was_used_lately_stays(tmp_path: Path) -> None:
    names = fill(tmp_path, KEPT_DAYS - 0.1)
    trim(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == names


def test_what_was_not_goes_if_a_build_has_made_it(tmp_path: Path) -> None:
    fill(tmp_path, KEPT_DAYS + 0.1)
    trim(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(OTHERS)
