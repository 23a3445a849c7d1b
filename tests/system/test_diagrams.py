"""The pictures of the pages: none is missing or left over, and each is what WaveDrom makes of its source."""

import pytest

from tests.diagrams import FOLDER, committed, drawn, pictured


def test_every_picture_is_shown_and_every_one_that_is_shown_is_there() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(
        f"{name}.{suffix}" for name in pictured() for suffix in ("json", "svg")
    )


@pytest.mark.parametrize("name", pictured())
def test_a_picture_is_what_its_source_says(name: str) -> None:
    assert drawn(committed(name)) == (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
