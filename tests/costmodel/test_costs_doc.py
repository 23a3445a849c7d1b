"""docs/costs.md says what the code does: every line of its tables is computed anew."""

from pathlib import Path

import pytest

from costmodel.technology_file import load_technology
from tests.costmodel import doc_tables

PAGE = Path(__file__).parents[2] / "docs" / "costs.md"
TABLES = {
    "| price | value |": doc_tables.price_lines(load_technology("45nm")),
    "| kind of component | event |": doc_tables.formula_lines(),
    "| part | busy, fJ a cycle |": doc_tables.pe_lines(),
    "| element | pipeline cycles |": doc_tables.mac_pe_lines(),
    "| component | units |": doc_tables.component_lines(),
    "| accelerators with | not priced |": doc_tables.not_priced_lines(),
}


@pytest.mark.parametrize("header", TABLES)
def test_a_table_of_the_page_is_what_the_code_computes(header: str) -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(header)) + 2
    end = next(number for number, line in enumerate(lines) if number > start and not line.startswith("|"))
    assert lines[start:end] == TABLES[header]
