"""The tables of docs/status.md, drawn from the rows that judge and from the table of reasons."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType
from typing import Any

from mirroring import freshness
from mirroring.measuring import status_now, status_reasons, status_rows
from mirroring.observation import Code
from mirroring.reason_table import REASONS, Row

Rule = Callable[..., Any]
RULES = {one.__name__ for one in (freshness, status_now, status_reasons, status_rows)}
KEEP = (status_rows.as_before, status_now.kept)


def statuses() -> str:
    """What a sample says: the rows in the order in which they are tried; the first decides."""
    return _table(enumerate(status_rows.ROWS, 1))


def answered() -> str:
    """What answers say between two samples, the same way."""
    return _table(zip("ABCD", status_now.ROWS, strict=True))


def _table(rows: Iterable[tuple[object, Rule]]) -> str:
    lines = ["| # | when | status | reasons |", "|---|---|---|---|"]
    for number, row in rows:
        rules = list(_with_helpers(row))
        returned = [one for rule in rules for one in _returned(rule)]
        reported = dict.fromkeys(name for one in returned for name in _words("Status", one))
        codes = sorted({f"`{name}`" for rule in rules for name in _codes(rule)})
        when = " ".join((row.__doc__ or "").split())
        lines.append(f"| {number} | {when} | {', '.join(reported)} | {', '.join(codes)} |")
    return "\n".join(lines)


def reasons() -> str:
    """A line for each reason: what it says, and what to do."""
    lines = ["| code | severity | says | what to do |", "|---|---|---|---|"]
    lines += [_line(code, row) for code, row in sorted(REASONS.items())]
    return "\n".join(lines)


def _line(code: Code, row: Row) -> str:
    severity = f"{row.severity}{', lasting' if row.lasting else ''}"
    action = "what the trace's cause asks for" if row.action == "{todo}" else row.action
    return f"| `{code}` | {severity} | {row.message} | {action} |"


def _with_helpers(rule: Rule) -> Iterator[Rule]:
    """A row, and the rules that it calls: those that find a reason, not what is kept of before."""
    yield rule
    for value in _named(rule):
        if isinstance(value, FunctionType) and value.__module__ in RULES and value not in KEEP:
            yield from _with_helpers(value)


def _codes(rule: Rule) -> Iterator[str]:
    """The codes that it names, each or as one of a collection."""
    yield from _words("Code", _tree(rule))
    for value in _named(rule):
        if isinstance(value, tuple | frozenset):
            yield from (one for one in value if isinstance(one, Code))


def _named(rule: Rule) -> Iterator[object]:
    """What of its module a rule's code names."""
    names = [one for one in ast.walk(_tree(rule)) if isinstance(one, ast.Name)]
    local = {one.id for one in names if isinstance(one.ctx, ast.Store)}
    known = vars(sys.modules[rule.__module__])
    yield from (known[one] for one in sorted({one.id for one in names} - local) if one in known)


def _returned(rule: Rule) -> Iterator[ast.Return]:
    yield from (one for one in ast.walk(_tree(rule)) if isinstance(one, ast.Return))


def _tree(rule: Rule) -> ast.Module:
    return ast.parse(inspect.getsource(rule))


def _words(enum: str, within: ast.AST) -> Iterator[str]:
    """The members of an enum that a piece of code names."""
    named = (one for one in ast.walk(within) if isinstance(one, ast.Attribute))
    yield from (one.attr for one in named if ast.unparse(one.value) == enum)
