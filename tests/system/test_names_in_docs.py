"""What the pages name is there: tests, modules and assertions of the RTL, and the signals of its port."""

import ast
import re
from pathlib import Path

import pytest

import rtl
from tests.worked_jobs import table_rows
from xnorsim.cosimulation.jobs import BENCH_FOLDER, BENCH_TOP

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
MICROARCHITECTURE = (ROOT / "docs" / "microarchitecture.md").read_text(encoding="utf-8")
BENCH = BENCH_FOLDER / f"{BENCH_TOP}.sv"
HARDWARE = {path.stem: path.read_text(encoding="utf-8") for path in (*rtl.source_files(), BENCH)}
# A port of a module: direction, width without the ":0", name.
_PORT = re.compile(r"^  (input|output)\s+logic (?:\[(\w+)-1:0\])?\s*(\w+)", re.MULTILINE)


def named(pattern: str) -> list[str]:
    """Return everything in the code spans and diagrams of the pages that matches."""
    return sorted({name for page in PAGES for name in re.findall(pattern, page.read_text(encoding="utf-8"))})


def functions(path: Path) -> set[str]:
    """Return the names of a file's tests."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("name", named(r"`((?:tests/\w+/)?test_\w+\.py(?:::\w+)?)`"))
def test_a_test_that_a_page_names_is_there(name: str) -> None:
    file, _, function = name.partition("::")
    (path,) = (ROOT / "tests").glob(f"*/{Path(file).name}")
    assert not file.startswith("tests/") or path == ROOT / file
    assert not function or function in functions(path)


@pytest.mark.parametrize("page", ["microarchitecture", "networks"])
def test_each_statement_names_a_test_or_an_assertion(page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## (?:\d+\. )?What shows it\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    statements = section.split("\n- ")[1:]
    assert len(statements) >= 10
    assert [text for text in statements if not re.search(r"`tests/|_A`", text)] == []


def test_each_rule_of_the_port_names_a_test_or_an_assertion() -> None:
    rules = [row for row in table_rows(MICROARCHITECTURE) if "rule" in row]
    assert len(rules) >= 10
    assert [row for row in rules if not re.search(r"`test|_A`", row["shown by"])] == []


def test_modules_and_assertions_that_the_pages_name_are_in_the_rtl() -> None:
    modules, assertions = named(r"\b(xnorsim_[a-z_]+)\b"), named(r"`(\w+_A)`")
    assert modules
    assert assertions
    assert [name for name in modules if name not in HARDWARE] == []
    assert [name for name in assertions if not any(f"  {name} :" in text for text in HARDWARE.values())] == []


def test_the_signals_of_the_page_are_the_ports_of_the_accelerator() -> None:
    directions = {"input": "in", "output": "out"}
    ports = {name: (directions[way], bits or "1") for way, bits, name in _PORT.findall(HARDWARE["xnorsim_accelerator"])}
    rows = {row["signal"].strip("`"): (row["direction"], row["bits"])
            for row in table_rows(MICROARCHITECTURE) if "signal" in row}  # fmt: skip
    fields = {name for name in ports if name.startswith("job_")} - {"job_valid_i", "job_ready_o"}
    assert rows == {name: port for name, port in ports.items() if name not in fields | {"clk_i", "rst_ni"}}
