"""Every mutant of a Python source, and the syntax tree of each."""

import ast
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.mutation.mutant import Mutant, one_line

COMPARISONS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(), ast.LtE: ast.Lt(), ast.Gt: ast.GtE(), ast.GtE: ast.Gt(), ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(), ast.Is: ast.IsNot(), ast.IsNot: ast.Is(), ast.In: ast.NotIn(), ast.NotIn: ast.In(),
}  # fmt: skip
OPERATORS: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(), ast.Sub: ast.Add(), ast.Mult: ast.Add(), ast.FloorDiv: ast.Mult(), ast.Mod: ast.FloorDiv(),
    ast.LShift: ast.RShift(), ast.RShift: ast.LShift(), ast.BitAnd: ast.BitOr(), ast.BitOr: ast.BitAnd(),
}  # fmt: skip
DROPPABLE = (ast.Add, ast.Sub, ast.BitAnd, ast.BitOr)
"""Operators whose right operand may be forgotten."""
OTHER_CALLS = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any",
}  # fmt: skip


def mutants(path: Path, name: str) -> list[Mutant]:
    """Return every mutant of a source; ``name`` is the file's name in reports."""
    text = path.read_text(encoding="utf-8")
    lines, found = text.splitlines(), []
    for node, after in _faults(ast.parse(text)):
        written = "" if isinstance(after, ast.Pass) else one_line(ast.unparse(after))
        found.append(Mutant(name, node.lineno, one_line(lines[node.lineno - 1]), one_line(ast.unparse(node)), written))
    return found


def mutated(path: Path, number: int) -> ast.Module:
    """Return the syntax tree of the mutant of that number in the source's list."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    place, after = next(islice(_faults(tree), number, None))
    _Replacement(place, after).visit(tree)
    return ast.fix_missing_locations(tree)


def _faults(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, ast.expr | ast.stmt]]:
    """Yield each node with a mutant, and what stands in its place."""
    for node in _places(tree):
        if isinstance(node, ast.expr | ast.stmt):
            yield from ((node, after) for after in _mutations(node))


class _Replacement(ast.NodeTransformer):
    """Put a node in the place of another one."""

    def __init__(self, place: ast.AST, after: ast.AST) -> None:
        self._place = place
        self._after = after

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the node, or what stands in its place."""
        return ast.copy_location(self._after, node) if node is self._place else self.generic_visit(node)


def _places(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run: no annotation, no text, no message of an error, no shape of a type."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "keywords") and not isinstance(node, ast.Call):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.Raise | ast.Import | ast.ImportFrom):
                yield from _places(child)


def _mutations(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Yield what may stand in the place of a node."""
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Compare(left=left, ops=[op], comparators=comparators) if type(op) in COMPARISONS:
            yield ast.Compare(left, [COMPARISONS[type(op)]], comparators)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(op)], right)
            if isinstance(op, DROPPABLE):
                yield left
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield operand
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for index in range(len(values)):
                rest = values[:index] + values[index + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.Call():
            yield from _calls(node)
        case ast.If(body=body, orelse=orelse):
            yield from (ast.If(ast.Constant(value), body, orelse) for value in (True, False))
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign():
            yield ast.Pass()


def _calls(node: ast.Call) -> Iterator[ast.expr]:
    """Yield a call of the opposite function, or the outcomes of a choice of numpy's."""
    match node.func:
        case ast.Name(id=name) if name in OTHER_CALLS:
            yield ast.Call(ast.Name(OTHER_CALLS[name], ast.Load()), node.args, node.keywords)
        case ast.Attribute(value=value, attr=name) if name in OTHER_CALLS:
            yield ast.Call(ast.Attribute(value, OTHER_CALLS[name], ast.Load()), node.args, node.keywords)
        case ast.Attribute(attr="where"):
            yield from node.args[1:]
