"""Values that callers give are literals: a config provider's placeholder is refused everywhere.

The Connect workers would resolve it with their own rights, and a failed task quotes what it became.
"""

import re
from collections.abc import Iterator, Mapping

from mirroring.client_properties.security import refusal
from mirroring.errors import FieldError

WORDS = "holds a config provider's placeholder (${…:…}), which the Connect workers would resolve"
_KEY = re.compile(r"[^\s${}:=]*")


def holds_placeholder(text: str) -> bool:
    """Whether Connect's ConfigTransformer would find `${provider:key}` or `${provider:path:key}`.

    Read piece by piece up to each closing brace, so that it takes no longer than the text is.
    """
    pieces = text.split("}")[:-1]
    return any(":" in piece.partition("${")[2] for piece in pieces)


def refuse_placeholders(properties: Mapping[str, str]) -> None:
    """Raises UnsupportedProperty for a placeholder in a value, and for a name that none has."""
    for name, value in properties.items():
        if not _KEY.fullmatch(name):
            raise refusal(name[:100], "a property's name holds no blank and none of $ { } : =")
        if holds_placeholder(value):
            raise refusal(name, f"it {WORDS}; give its value")


def placeholder_problems(texts: Mapping[str, str]) -> Iterator[FieldError]:
    """The fields of a body that hold one."""
    for field, text in texts.items():
        if holds_placeholder(text):
            yield FieldError(field=field, message=WORDS)
