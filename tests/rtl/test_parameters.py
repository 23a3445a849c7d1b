"""Illegal parameters stop elaboration with a message."""

import os
import subprocess

import pytest

import rtl
from xnorsim.cosimulation.lint import TOP
from xnorsim.cosimulation.toolchain import find_verilator

pytestmark = pytest.mark.rtl


def elaborate(**parameters: int) -> subprocess.CompletedProcess[str]:
    """Elaborate the accelerator with these parameters."""
    verilator = find_verilator()
    sources = [str(path) for path in (*rtl.waivers(), *rtl.source_files())]
    flags = [
        "--lint-only",
        "--top-module",
        TOP,
        *(f"-G{name}={value}" for name, value in parameters.items()),
    ]
    return subprocess.run(
        [*verilator.command, *flags, *sources],
        env={**os.environ, **verilator.environment},
        capture_output=True,
        text=True,
        check=False,
    )


SMALL = {"Rows": 1, "Cols": 1, "Lanes": 1, "AccumulatorBits": 8, "PortBits": 8}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param("Rows", 257, "Rows and Cols must be 1..256", marks=pytest.mark.slow),
        pytest.param("Cols", 257, "Rows and Cols must be 1..256", marks=pytest.mark.slow),
        ("Lanes", 1025, "Lanes must be 1..1024"),
        ("AccumulatorBits", 7, "AccumulatorBits must be 8..64"),
        ("AccumulatorBits", 65, "AccumulatorBits must be 8..64"),
        ("PortBits", 4, "PortBits must be a power of two, 8..4096"),
        ("PortBits", 96, "PortBits must be a power of two, 8..4096"),
        ("PortBits", 8192, "PortBits must be a power of two, 8..4096"),
        ("ScratchpadWordsA", 0, "ScratchpadWordsA and ScratchpadWordsB must be >= 1"),
        ("ScratchpadWordsB", 0, "ScratchpadWordsA and ScratchpadWordsB must be >= 1"),
        ("ResultTiles", 1, "ResultTiles must be 2..8"),
        ("ResultTiles", 9, "ResultTiles must be 2..8"),
        ("DimBits", 0, "DimBits must be 1..30"),
        ("DimBits", 31, "DimBits must be 1..30"),
        ("WindowBits", 0, "WindowBits must be 1..DimBits"),
        ("WindowBits", 21, "WindowBits must be 1..DimBits"),
        ("AddrBits", 1, "AddrBits must be 1..64 and enough for the longest segment"),
        ("AddrBits", 65, "AddrBits must be 1..64 and enough for the longest segment"),
        ("OrPool", 2, "OrPool must be 0 or 1"),
        ("Dataflow", 2, "Dataflow must be 0 (output stationary) or 1 (weight stationary)"),
    ],
)
def test_an_illegal_parameter_is_named(name: str, value: int, message: str) -> None:
    done = elaborate(**{**SMALL, name: value})
    assert done.returncode != 0
    assert message in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("AccumulatorRows", 0, "AccumulatorRows must be 1..65536"),
        ("AccumulatorRows", 65537, "AccumulatorRows must be 1..65536"),
        ("Rows", 9, "ScratchpadWordsB must be at least Rows in weight stationary"),
    ],
)
def test_an_illegal_parameter_of_weight_stationary_is_named(name: str, value: int, message: str) -> None:
    done = elaborate(**{**SMALL, "Dataflow": 1, name: value})
    assert done.returncode != 0
    assert message in done.stderr


@pytest.mark.parametrize("pool", [0, 1])
def test_a_legal_accelerator_elaborates(pool: int) -> None:
    assert elaborate(**SMALL, OrPool=pool).returncode == 0
