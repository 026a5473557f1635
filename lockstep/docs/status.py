"""The tables of docs/status.md, drawn from the rows that judge and from the table of reasons."""

import ast
import inspect
from collections.abc import Iterator, Mapping

from mirroring.measuring import status_rows
from mirroring.observation import Code
from mirroring.reason_table import REASONS, Row


def statuses() -> str:
    """A line for each row, in the order in which they are tried; the first that holds decides."""
    functions = _functions()
    lines = ["| # | when | status | reasons |", "|---|---|---|---|"]
    for number, row in enumerate(status_rows.ROWS, 1):
        code = list(_with_helpers(row.__name__, functions))
        returned = [one for part in code for one in ast.walk(part) if isinstance(one, ast.Return)]
        told = dict.fromkeys(name for one in returned for name in _words("Status", one))
        codes = sorted({f"`{name}`" for part in code for name in _words("Code", part)})
        when = " ".join((row.__doc__ or "").split())
        lines.append(f"| {number} | {when} | {', '.join(told)} | {', '.join(codes)} |")
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


def _functions() -> Mapping[str, ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(status_rows))
    return {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}


def _with_helpers(name: str, functions: Mapping[str, ast.FunctionDef]) -> Iterator[ast.FunctionDef]:
    """A row's code, and that of the helpers that it names; as before is no status of its own."""
    yield functions[name]
    for node in ast.walk(functions[name]):
        if isinstance(node, ast.Name) and node.id.startswith("_") and node.id != "_as_before":
            yield functions[node.id]


def _words(enum: str, within: ast.AST) -> Iterator[str]:
    """The members of an enum that a piece of code names."""
    named = (one for one in ast.walk(within) if isinstance(one, ast.Attribute))
    yield from (one.attr for one in named if ast.unparse(one.value) == enum)
