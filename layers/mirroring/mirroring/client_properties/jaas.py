"""`sasl.jaas.config` read as Kafka reads it (JaasConfig over java.io.StreamTokenizer)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# A slash alone begins a comment too, a string ends with its line, and a number is no word.
_TOKEN = re.compile(
    r"""[\x00-\x20]+|/\*(?:.*?\*/|.*)|/[^\r\n]*
    |(?P<quoted>"(?P<double>(?:\\.|[^"\\\r\n])*)"?|'(?P<single>(?:\\.|[^'\\\r\n])*)'?)
    |(?P<number>-?[\d.]+)
    |(?P<word>[A-Za-z_$\u00a0-\U0010ffff][A-Za-z0-9_.$\u00a0-\U0010ffff-]*)
    |(?P<mark>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\([0-3]?[0-7]{1,2}|.)", re.DOTALL)
_CONTROL = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_FLAGS = {"required", "requisite", "sufficient", "optional"}
_END = ("mark", ";")


class Unreadable(ValueError):
    """The text is no JAAS line; the words never repeat what stands in it."""


@dataclass(frozen=True)
class Login:
    """One login module and its options; the options hold secrets."""

    module: str
    options: dict[str, str] = field(repr=False)


def parse(text: str) -> Login:
    """`Module required name="value" …;` raises Unreadable with what is missing where."""
    tokens = list(_tokens(text))
    if not tokens or not _is_word(tokens[0]):
        raise Unreadable('it must read: <login module class> required name="value" …;')
    if len(tokens) < 2 or not _is_word(tokens[1]) or tokens[1][1].lower() not in _FLAGS:
        raise Unreadable("`required` must follow the login module's class")
    end = tokens.index(_END) if _END in tokens else len(tokens)
    options = _options(tokens[2:end])
    if end == len(tokens):
        raise Unreadable("the closing ; is missing")
    if end + 1 < len(tokens):
        raise Unreadable("it must hold one login module and end at its ;")
    return Login(tokens[0][1], options)


def _options(tokens: list[tuple[str, str]]) -> dict[str, str]:
    options: dict[str, str] = {}
    for at in range(0, len(tokens), 3):
        name, sign, value = (*tokens[at : at + 3], ("", ""), ("", ""))[:3]
        if not _is_word(name) or sign != ("mark", "=") or not _is_word(value):
            advice = "values stand in double quotes"
            raise Unreadable(f'option {at // 3 + 1} must read name="value"; {advice}')
        options[name[1]] = value[1]
    return options


def _is_word(token: tuple[str, str]) -> bool:
    return token[0] in ("quoted", "word")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind == "quoted":
            yield kind, _ESCAPE.sub(_unescape, match["double"] or match["single"] or "")
        elif kind is not None:
            yield kind, token


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code, 8)) if code.isdigit() and code < "8" else _CONTROL.get(code, code)
