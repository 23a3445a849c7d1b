"""What of docs/speed.md is no measurement is what its benchmark prints."""

import re
from pathlib import Path

import pytest

from benchmarks import overlap

ROOT = Path(__file__).parents[2]


def test_the_table_of_overlapping_tiles_is_what_the_benchmark_prints(capsys: pytest.CaptureFixture[str]) -> None:
    overlap.main()
    _, _, _, *lines = capsys.readouterr().out.splitlines()
    page = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8").splitlines()
    first = page.index(f"    {lines[0]}")
    assert page[first : first + len(lines)] == [f"    {line}" for line in lines]


def test_the_page_has_every_benchmark_by_its_target() -> None:
    modules = {path.stem for path in (ROOT / "benchmarks").glob("*.py")} - {"report"}
    page = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    targets = re.findall(r"^\$ make bench-(.*)$", page, re.MULTILINE)
    assert {target.replace("-", "_") for target in targets} == modules
