"""`sasl.jaas.config` read as Kafka reads it (JaasConfig over java.io.StreamTokenizer)."""

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""\s+|//[^\r\n]*|/\*.*?\*/
    |(?P<quoted>"(?:\\.|[^"\\\r\n])*"|'(?:\\.|[^'\\\r\n])*')
    |(?P<word>[A-Za-z_$\u00a0-\U0010ffff][\w.$\u00a0-\U0010ffff-]*)
    |(?P<mark>[=;])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\([0-3]?[0-7]{1,2}|.)", re.DOTALL)
_CONTROL = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_FLAGS = {"required", "requisite", "sufficient", "optional"}


class Unreadable(ValueError):
    """The text is no JAAS line; the words never repeat what stands in it."""


@dataclass(frozen=True)
class Login:
    """One login module and its options; the options hold secrets."""

    module: str
    options: dict[str, str] = field(repr=False)

    @property
    def name(self) -> str:
        """The class name without its package, as shading may have changed that."""
        return self.module.rpartition(".")[2]


def parse(text: str) -> Login:
    """`Module required name="value" …;` raises Unreadable with what is missing where."""
    tokens = _tokens(text)
    if len(tokens) < 3 or tokens[0][0] != "word":
        raise Unreadable('it must read: <login module class> required name="value" …;')
    if tokens[1][1].lower() not in _FLAGS:
        raise Unreadable("`required` must follow the login module's class")
    end = next((at for at, token in enumerate(tokens) if token == ("mark", ";")), None)
    if end is None:
        raise Unreadable("the closing ; is missing")
    if end + 1 < len(tokens):
        raise Unreadable("it must hold one login module and end at its ;")
    return Login(tokens[0][1], _options(tokens[2:end]))


def _options(tokens: list[tuple[str, str]]) -> dict[str, str]:
    options: dict[str, str] = {}
    for at in range(0, len(tokens), 3):
        name, sign, value = (*tokens[at : at + 3], ("", ""), ("", ""))[:3]
        if "mark" in (name[0], value[0]) or sign != ("mark", "=") or not value[0]:
            raise Unreadable(f'option {at // 3 + 1} must read name="value"')
        options[name[1]] = value[1]
    return options


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unreadable(f"character {at + 1} cannot be read: values stand in double quotes")
        at = match.end()
        if match.lastgroup == "quoted":
            tokens.append(("quoted", _ESCAPE.sub(_unescape, match[0][1:-1])))
        elif match.lastgroup is not None:
            tokens.append((match.lastgroup, match[0]))
    return tokens


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code, 8)) if code.isdigit() and code < "8" else _CONTROL.get(code, code)
