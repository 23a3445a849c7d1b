"""What is packaged, and what imports what."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SETUPTOOLS = PYPROJECT["tool"]["setuptools"]
TOP_PACKAGES = ("costmodel", "rtl", "simulator", "workloads", "xnorsim")

# What a stranger's `xnorsim --help` must not wait for.
SLOW_IMPORTS = (
    "cocotb", "distributed", "numpy", "optuna", "pandas", "plotly", "pyarrow", "pydantic", "scipy", "simpy", "tomli_w"
)  # fmt: skip


def files() -> Iterator[Path]:
    """Yield every file of the packages, relative to the checkout."""
    for package in TOP_PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT)


def python_files() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


def imported_modules(path: Path) -> set[str]:
    """Return the top-level names that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def test_every_package_is_listed() -> None:
    assert {".".join(path.parent.parts) for path in python_files()} == set(SETUPTOOLS["packages"])


def test_every_data_file_is_listed() -> None:
    listed = {
        path.relative_to(ROOT)
        for package, patterns in SETUPTOOLS["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    assert [path for path in files() if path.suffix != ".py" and path not in listed] == []


@pytest.mark.parametrize("package", TOP_PACKAGES)
def test_every_package_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_imports_follow_the_arrow() -> None:
    # The folder of the interpreter, not PATH: the environment need not be activated.
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_pydantic_stays_at_the_file_boundary() -> None:
    importing = [path for path in python_files() if "pydantic" in imported_modules(path)]
    assert [path for path in importing if not path.stem.endswith("_file")] == []


def test_the_command_line_starts_without_slow_imports() -> None:
    code = f"import sys, xnorsim.cli; print(*(name for name in {SLOW_IMPORTS} if name in sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == []
