"""The format of waveforms is what the machine can write."""

from pathlib import Path

import pytest

from xnorsim.cosimulation.builds import Design
from xnorsim.cosimulation.waves import traced, wave_format


@pytest.mark.parametrize(("code", "form"), [(0, "fst"), (1, "vcd")])
def test_a_compiler_that_finds_what_fst_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, form: str
) -> None:
    compiler = tmp_path / "g++"
    # It is asked to compile and to link a program that includes the headers.
    compiler.write_text(f"#!/bin/sh\ngrep -q lz4.h || [ $1 = -dumpfullversion ] && exit {code}\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert wave_format() == form


def test_a_traced_design_is_another_build() -> None:
    design = Design("top", ())
    assert traced(design, "vcd").waves
    assert "--trace-fst" in traced(design, "fst").flags
    assert "--trace-fst" not in traced(design, "vcd").flags
