"""Outputs appear whole, and never in place of something that is no file."""

import os
from pathlib import Path

import pytest

from workloads.atomic import check_whole, write_whole
from workloads.errors import InputError


def test_replaces_a_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "out"
    for content in (b"first", b"second"):
        write_whole(target, content)
        assert target.read_bytes() == content
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


@pytest.mark.parametrize("kind", ["pipe", "directory"])
def test_what_is_no_regular_file_is_left_alone(tmp_path: Path, kind: str) -> None:
    target = tmp_path / kind
    if kind == "pipe":
        os.mkfifo(target)
    else:
        target.mkdir()
    with pytest.raises(InputError, match="cannot be written: it is not a regular file"):
        check_whole(target)
    with pytest.raises(InputError, match="cannot be written: it is not a regular file"):
        write_whole(target, b"content")
    assert not target.is_file()
    assert list(tmp_path.iterdir()) == [target]


def test_a_place_is_looked_at_without_leaving_anything(tmp_path: Path) -> None:
    check_whole(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="nothing/out: cannot be written: No such file or directory"):
        check_whole(tmp_path / "nothing" / "out")


def test_a_new_file_has_the_mode_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_whole(tmp_path / "out", b"")
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode
