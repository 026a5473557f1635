"""Which route of the HTTP API a request takes, chosen as API Gateway chooses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

DEFAULT = "default"


@dataclass(frozen=True)
class Route:
    """A path with `{variables}`, or `default`; `scopes` is None where no token is asked for."""

    path: str
    method: str
    function: str
    scopes: tuple[str, ...] | None

    @property
    def key(self) -> str:
        """As an event's `routeKey` and `requestContext.routeKey` call it."""
        return "$default" if self.path == DEFAULT else f"{self.method} {self.path}"

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The path's variables, decoded, or None when the request is not for this route."""
        if self.method not in ("ANY", method):
            return None
        found = self._pattern.fullmatch(path)
        return found and {name: unquote(value) for name, value in found.groupdict().items()}

    @property
    def precision(self) -> tuple[int, int, bool]:
        """What makes a route win: fewer greedy variables, fewer variables, then its own method."""
        greedy = self.path.count("+}") + (self.path == DEFAULT) * 100
        return (-greedy, -self.path.count("{"), self.method != "ANY")

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        if self.path == DEFAULT:
            return re.compile(r".*", re.DOTALL)
        parts = re.split(r"(\{\w+\+?\})", self.path)
        return re.compile("".join(_expression(part) for part in parts))


def choose(routes: Sequence[Route], method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The most precise route that takes a request with this raw path, and the path's variables."""
    matches = [(route, route.match(method, path)) for route in routes]
    taken = [(route, variables) for route, variables in matches if variables is not None]
    return max(taken, key=lambda match: match[0].precision, default=None)


def _expression(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name = part.strip("{}+")
    return f"(?P<{name}>.+)" if part.endswith("+}") else f"(?P<{name}>[^/]+)"
