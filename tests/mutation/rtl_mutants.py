"""Every mutant of a SystemVerilog source, all of them in one text: an input of the bench top chooses one.

Verible parses the source. An expression with mutants becomes a choice between them and itself, an assignment that may
be dropped becomes conditional; whatever is settled at elaboration, and the assertions, stay as they are.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.mutation.mutant import Mutant, one_line
from xnorsim.cosimulation.jobs import BENCH_TOP
from xnorsim.cosimulation.toolchain import find_verible

Node = dict[str, Any]
"""A node of Verible's syntax tree; a leaf has a first byte and an end."""

CHOSEN = f"{BENCH_TOP}.mutant_i"
"""The number of the mutant that is in force; 0 for none."""

SWAPS = {
    "+": ["-"], "-": ["+"], "*": ["+"], "<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"], "^": ["|"],
    "==": ["!="], "!=": ["=="], "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "&&": ["||"], "||": ["&&"],
}  # fmt: skip
DROPPABLE = ("+", "&&", "||", "&", "|", "^")
"""Operators whose operands may be forgotten."""

RUNNING = {"kNetVariableAssignment", "kProceduralTimingControlStatement", "kActualNamedPort"}
"""Where expressions are evaluated while the design runs."""
SETTLED = {
    "kLPValue", "kEventControl", "kDimensionRange", "kDimensionSlice", "kLoopHeader", "kSystemTFCall", "kReference",
    "kGenerateIfHeader", "kParamByName", "kParamDeclaration", "kAssertionItem",
}  # fmt: skip
"""Where they are not, or name a place."""


class Source:
    """The mutants of one source, numbered from ``first`` on, and its text with all of them."""

    def __init__(self, path: Path, first: int) -> None:
        # Verible counts bytes.
        self._text = path.read_text(encoding="latin-1")
        self._file = path.name
        self._first = first
        self._checks = [match.span() for match in re.finditer(r"`ifndef SYNTHESIS.*?`endif", self._text, re.DOTALL)]
        self.mutants: list[Mutant] = []
        tree = _syntax_tree(path)
        _, end = _span(tree)
        self.text = self._render(tree, running=False) + self._text[end:]
        self.text = self._text[: _span(tree)[0]] + self.text

    def _render(self, node: Node, *, running: bool) -> str:
        """Return the text of a node with the mutants inside it."""
        tag, (start, end) = node["tag"], _span(node)
        if "children" not in node or self._left_alone(node):
            return self._text[start:end]
        running = (running or tag in RUNNING) and tag not in SETTLED
        text, at = "", start
        # An outer mutant has the lower number.
        numbers = [(self._add(node, after), after) for after in self._mutations(node)] if running else []
        for index, child in enumerate(_children(node)):
            first, last = _span(child)
            width = tag == "kCast" and index == 0
            text += self._text[at:first] + self._render(child, running=running and not width)
            at = last
        text += self._text[at:end]
        if tag == "kNonblockingAssignmentStatement" and numbers:
            return f"begin if ({CHOSEN} != {numbers[0][0]}) {text} end"
        for number, after in reversed(numbers):
            text = f"({CHOSEN} == {number}) ? ({after}) : {text}"
        return f"({text})" if numbers else text

    def _left_alone(self, node: Node) -> bool:
        """Tell whether a node is a check, a reset (every job starts by setting the same), or used for nothing."""
        text = self._code(node)
        return (
            any(first <= _span(node)[0] < last for first, last in self._checks)
            or (node["tag"] == "kIfClause" and text.startswith("if (!rst_ni)"))
            or (node["tag"] == "kNetVariableAssignment" and text.startswith("unused_"))
        )

    def _add(self, node: Node, after: str) -> int:
        start, end = _span(node)
        before_line = self._text.rfind("\n", 0, start) + 1
        code = self._text[before_line : self._text.find("\n", start)]
        line = self._text.count("\n", 0, start) + 1
        before = one_line(self._text[start:end])
        self.mutants.append(Mutant(self._file, line, one_line(code), before, one_line(after)))
        return self._first + len(self.mutants) - 1

    def _mutations(self, node: Node) -> Iterator[str]:
        """Yield what may stand in the place of a node."""
        parts = list(_children(node))
        match node["tag"]:
            case "kNonblockingAssignmentStatement":
                yield ""
            case "kIfCondition":
                yield from ("1'b1", "1'b0")
            case "kConditionExpression":
                yield from (self._code(parts[2]), self._code(parts[4]))
            case "kUnaryPrefixExpression" if self._code(parts[0]) in "!~-":
                yield self._code(parts[1])
            case "kNumber":
                yield from other_numbers(self._code(node))
            case "kBinaryExpression":
                yield from self._binary(parts)

    def _binary(self, parts: list[Node]) -> Iterator[str]:
        """Yield a chain of operands and operators with another operator, or without an operand."""
        words = [self._code(part) if index % 2 else self._operand(part) for index, part in enumerate(parts)]
        for index in range(1, len(words), 2):
            for other in SWAPS.get(words[index], []):
                yield " ".join([*words[:index], other, *words[index + 1 :]])
        if words[1] in DROPPABLE:
            for index in range(0, len(words), 2):
                yield " ".join(words[:index][:-1] + words[index + 1 :] if index else words[2:])

    def _operand(self, node: Node) -> str:
        inner = node["tag"] in ("kBinaryExpression", "kConditionExpression")
        return f"({self._code(node)})" if inner else self._code(node)

    def _code(self, node: Node) -> str:
        start, end = _span(node)
        return self._text[start:end]


def other_numbers(text: str) -> list[str]:
    """Return the numbers beside a number: one more and one less, within its bits."""
    if text in ("'0", "'1"):
        return ["'1" if text == "'0" else "'0"]
    match = re.fullmatch(r"(?:(\d+)'([bdh]))?([\da-fA-F_]+)", text)
    if match is None:
        return []
    width, base, digits = match.groups()
    value = int(digits, {"b": 2, "h": 16}.get(base, 10))
    values = {value + 1, value - 1} - {-1}
    if width is None:
        return [str(other) for other in sorted(values)]
    return [f"{width}'d{other}" for other in sorted({other % (1 << int(width)) for other in values})]


def _syntax_tree(path: Path) -> Node:
    verible = Path(find_verible().command[0]).with_name("verible-verilog-syntax")
    command = [str(verible), "--export_json", "--printtree", str(path)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    tree: Node = json.loads(output)[str(path)]["tree"]
    return _marked(tree)


def _marked(node: Node) -> Node:
    """Call the expression of an if of a process a condition, so that a node's tag says what mutates it."""
    for child in _children(node):
        _marked(child)
        if node["tag"] == "kIfHeader" and child["tag"] == "kParenGroup":
            next(part for part in _children(child) if part["tag"] == "kExpression")["tag"] = "kIfCondition"
    return node


def _children(node: Node) -> Iterator[Node]:
    """Yield the children that have any text."""
    return (child for child in node.get("children", []) if child is not None and _span(child) != (0, 0))


def _span(node: Node) -> tuple[int, int]:
    """Return a node's first byte and its end; (0, 0) for one without text."""
    if "children" not in node:
        return node["start"], node["end"]
    if "span" not in node:
        spans = [span for child in node["children"] if child is not None and (span := _span(child)) != (0, 0)]
        node["span"] = (spans[0][0], spans[-1][1]) if spans else (0, 0)
    start, end = node["span"]
    return start, end
