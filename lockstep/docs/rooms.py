"""The picture of the layer's rooms, in the order that import-linter holds them to."""

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers" / "mirroring" / "mirroring"


def drawn() -> str:
    """One line for each room, the highest first: its name, and what it is for."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contract = tomllib.load(file)["tool"]["importlinter"]["contracts"][0]
    rooms = [room.strip() for line in contract["layers"] for room in line.split("|")]
    width = max(map(len, rooms)) + 3
    lines = [f"{_shown(room):{width}}{_purpose(room)}" for room in rooms]
    return "\n".join(["```", *lines, "```"])


def _shown(room: str) -> str:
    return f"{room}/" if (LAYER / room).is_dir() else room


def _purpose(room: str) -> str:
    """The first line of its docstring."""
    file = LAYER / room / "__init__.py" if (LAYER / room).is_dir() else LAYER / f"{room}.py"
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]
