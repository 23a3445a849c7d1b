"""File lists: what they may say, and what is wrong with others."""

from pathlib import Path

import pytest

import rtl
from workloads.errors import InputError
from xnorsim.cosimulation.builds import Design, build_key
from xnorsim.cosimulation.sources import OURS, Sources, read_file_list
from xnorsim.cosimulation.toolchain import find_simulation


def listed(folder: Path, text: str) -> Sources:
    (folder / "mine.f").write_text(text)
    return read_file_list(folder / "mine.f")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.sv", "b.v", "waive.vlt", "inc/sizes.svh", "sub/c.sv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("// nothing\n")
    return tmp_path


def test_our_own_file_list_is_one() -> None:
    own = read_file_list(rtl.SOURCE_DIR.parent / "xnorsim.f")
    assert own.files == rtl.source_files()
    assert set(OURS.files) == {*rtl.waivers(), *rtl.source_files()}


def test_sources_comments_and_options(folder: Path) -> None:
    text = """
        // a comment, and # another one
        waive.vlt
        a.sv b.v\t// two in a line
        # +define+NOTHING
        +incdir+inc +define+WIDTH=4+FAST
    """
    found = listed(folder, text)
    assert found.files == tuple(folder / name for name in ("waive.vlt", "a.sv", "b.v"))
    assert found.reading == ("-Wno-fatal", f"-I{folder / 'inc'}", "-DWIDTH=4", "-DFAST")


def test_a_list_in_a_list_has_paths_of_its_own(folder: Path) -> None:
    (folder / "sub" / "part.f").write_text("c.sv\n")
    assert listed(folder, "a.sv\n-f sub/part.f\n").files == (folder / "a.sv", folder / "sub" / "c.sv")


def test_variables_of_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_RTL", str(folder))
    assert listed(folder / "sub", "${MY_RTL}/a.sv\n").files == (folder / "a.sv",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must name at least one source"),
        ("// nothing\n", "must name at least one source"),
        ("a.sv\n\nnope.sv\n", "line 3: nope.sv is not there"),
        ("+incdir+nope\na.sv", "line 1: nope is not there"),
        ("-f nope.f", "line 1: nope.f is not there"),
        ("-f", "line 1: the list behind -f is not there"),
        ("a.sv -y lib", "line 1 must have a source, .* not '-y'"),
        ("a.sv\nreadme.txt", "line 2 must have sources ending in .sv, .* not 'readme.txt'"),
        ("'a.sv", "line 1 must be words, quoted if need be: No closing quotation"),
        ("-f mine.f", "a file list must not name itself"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(folder: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"mine.f: {message}"):
        listed(folder, text)


@pytest.mark.parametrize(
    ("name", "reason"), [("nope.f", "No such file"), ("sub", "Is a directory"), ("x.f", "no text")]
)
def test_a_list_that_cannot_be_read(folder: Path, name: str, reason: str) -> None:
    (folder / "x.f").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=f"{name}: cannot be read as a file list: .*{reason}"):
        read_file_list(folder / name)


@pytest.mark.rtl
def test_what_is_included_and_defined_belongs_to_the_content(tmp_path: Path) -> None:
    (tmp_path / "inc").mkdir()
    (tmp_path / "inc" / "sizes.svh").write_text("localparam int Width = 4;\n")
    (tmp_path / "top.sv").write_text('module top;\n`include "sizes.svh"\n`ifdef FAST\nwire x;\n`endif\nendmodule\n')
    tools = find_simulation()

    def key(text: str = "+incdir+inc\ntop.sv\n") -> str:
        sources = listed(tmp_path, text)
        return build_key(Design("top", sources.files, reading=sources.reading), tools)

    first = key()
    assert key() == first
    assert key("+incdir+inc +define+FAST\ntop.sv\n") != first
    (tmp_path / "inc" / "sizes.svh").write_text("localparam int Width = 5;\n")
    assert key() != first
