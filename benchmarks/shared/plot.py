"""Lines over powers of ten on both axes, as an SVG."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 360, 60, 40, 110, 40
COLOURS = ("#1f6feb", "#bc4c00", "#1a7f37")


@dataclass(frozen=True)
class Line:
    """A name and its points (size, figure), both above 0."""

    name: str
    points: Sequence[tuple[float, float]]


def drawn(title: str, lines: Sequence[Line]) -> str:
    """The picture."""
    every = [point for line in lines for point in line.points]
    across = _powers([x for x, _ in every])
    up = _powers([y for _, y in every])
    body = [
        *_grid(across, up),
        *(part for one in enumerate(lines) for part in _line(*one, across, up)),
    ]
    text = f'<text x="{LEFT}" y="24" font-weight="bold">{title}</text>'
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    parts = "\n".join([ground, text, *body])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{parts}\n</svg>\n'


def _powers(values: Sequence[float]) -> range:
    """The powers of ten between which these lie."""
    return range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)


def _at(value: float, powers: range, begin: float, end: float) -> float:
    share = (math.log10(value) - powers[0]) / (powers[-1] - powers[0])
    return round(begin + share * (end - begin), 1)


def _x(value: float, powers: range) -> float:
    return _at(value, powers, LEFT, WIDTH - RIGHT)


def _y(value: float, powers: range) -> float:
    return _at(value, powers, HEIGHT - BOTTOM, TOP)


def _grid(across: range, up: range) -> Iterator[str]:
    for power in across:
        x = _x(10.0**power, across)
        yield f'<path d="M{x} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
        yield f'<text x="{x}" y="{HEIGHT - 20}" text-anchor="middle">{10**power:,g}</text>'
    for power in up:
        y = _y(10.0**power, up)
        yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{10.0**power:,g}</text>'


def _line(number: int, line: Line, across: range, up: range) -> Iterator[str]:
    colour = COLOURS[number]
    points = [(_x(x, across), _y(y, up)) for x, y in line.points]
    path = " ".join(f"{x},{y}" for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    yield from (f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points)
    x, y = points[-1]
    yield f'<text x="{x + 8}" y="{y + 4}" fill="{colour}">{line.name}</text>'
