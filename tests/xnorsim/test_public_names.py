"""The names that notebooks and scripts may rely on."""

import subprocess
import sys

import pytest

import xnorsim

NAMES = [
    "Cosimulation",
    "Estimate",
    "InputError",
    "Run",
    "account",
    "cosimulate",
    "estimate",
    "load_accelerator",
    "load_technology",
    "load_trace",
    "simulate",
    "sweep",
]


def test_the_public_names_are_these() -> None:
    assert xnorsim.__all__ == NAMES
    assert set(NAMES) <= set(dir(xnorsim))
    for name in NAMES:
        assert getattr(xnorsim, name).__name__ == name


def test_no_module_bears_the_name_of_a_public_function() -> None:
    # The import system would bind the module over the function.
    code = "import pkgutil, importlib, xnorsim\nfor m in pkgutil.iter_modules(xnorsim.__path__): print(m.name)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(modules) & set(NAMES)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        xnorsim.nope  # noqa: B018
