r"""Java's character classes: `[a-z&&[^x]]`, `.`, `\p{…}`, written for the `regex` module's V1."""

import regex

from mirroring.java.characters import Cursor, Escape, JavaRegexError, escape, literal

_LINE_ENDS = r"\n\r\x85\u2028\u2029"
_POSIX = {
    "ASCII": r"[\x00-\x7f]",
    "Alnum": "[a-zA-Z0-9]",
    "Alpha": "[a-zA-Z]",
    "Blank": r"[ \t]",
    "Cntrl": r"[\x00-\x1f\x7f]",
    "Digit": "[0-9]",
    "Graph": "[!-~]",
    "Lower": "[a-z]",
    "Print": "[ -~]",
    "Punct": r"[!-/:-@\x5b-`\x7b-~]",
    "Space": r"[ \t-\r]",
    "Upper": "[A-Z]",
    "XDigit": "[0-9a-fA-F]",
    "L1": r"[\x00-\xff]",
    "all": r"[\x00-\U0010ffff]",
    "LC": r"[\p{Lu}\p{Ll}\p{Lt}]",
    "LD": r"[\p{L}\p{Nd}]",
    "javaAlphabetic": r"\p{Alphabetic}",
    "javaDefined": r"\P{Cn}",
    "javaDigit": r"\p{Nd}",
    "javaISOControl": r"[\x00-\x1f\x7f-\x9f]",
    "javaIdentifierIgnorable": r"[\x00-\x08\x0e-\x1b\x7f-\x9f\p{Cf}]",
    "javaIdeographic": r"\p{Ideographic}",
    "javaJavaIdentifierPart": r"[\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{Mn}\p{Mc}\x00-\x08\x0e-\x1b]",
    "javaJavaIdentifierStart": r"[\p{L}\p{Nl}\p{Sc}\p{Pc}]",
    "javaLetter": r"\p{L}",
    "javaLetterOrDigit": r"[\p{L}\p{Nd}]",
    "javaLowerCase": r"\p{Lowercase}",
    "javaSpaceChar": r"\p{Z}",
    "javaTitleCase": r"\p{Lt}",
    "javaUnicodeIdentifierPart": r"[\p{L}\p{Nl}\p{Pc}\p{Nd}\p{Mn}\p{Mc}\x00-\x08\x0e-\x1b]",
    "javaUnicodeIdentifierStart": r"[\p{L}\p{Nl}]",
    "javaUpperCase": r"\p{Uppercase}",
    "javaWhitespace": r"[\p{Zl}\p{Zp}[\p{Zs}--[\xa0\u2007\u202f]]\t-\r\x1c-\x1f]",
}
_CATEGORY = regex.compile("C[nfocs]?|L[ultmo]?|M[nec]?|N[dlo]?|Z[slp]?|P[dsecoif]?|S[mcko]?")
_BINARY = {
    "ALPHABETIC": r"\p{Alphabetic}",
    "ALNUM": r"[\p{Alphabetic}\p{Nd}]",
    "ASSIGNED": r"\P{Cn}",
    "BLANK": r"[\p{Zs}\t]",
    "CONTROL": r"\p{Cc}",
    "DIGIT": r"\p{Nd}",
    "GRAPH": r"[^\p{Z}\p{Cc}\p{Cs}\p{Cn}]",
    "HEXDIGIT": r"[\p{Nd}0-9A-Fa-f\uff10-\uff19\uff21-\uff26\uff41-\uff46]",
    "HEX_DIGIT": r"[\p{Nd}0-9A-Fa-f\uff10-\uff19\uff21-\uff26\uff41-\uff46]",
    "IDEOGRAPHIC": r"\p{Ideographic}",
    "JOINCONTROL": r"[\u200c\u200d]",
    "JOIN_CONTROL": r"[\u200c\u200d]",
    "LETTER": r"\p{L}",
    "LOWERCASE": r"\p{Lowercase}",
    "NONCHARACTERCODEPOINT": r"\p{Noncharacter_Code_Point}",
    "NONCHARACTER_CODE_POINT": r"\p{Noncharacter_Code_Point}",
    "PRINT": r"[^\p{Zl}\p{Zp}\p{Cc}\p{Cs}\p{Cn}]",
    "PUNCTUATION": r"\p{P}",
    "TITLECASE": r"\p{Lt}",
    "UPPERCASE": r"\p{Uppercase}",
    "WHITESPACE": r"\p{White_Space}",
    "WHITE_SPACE": r"\p{White_Space}",
    "WORD": r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]",
}


def dot(flags: frozenset[str]) -> str:
    """`.` under the flags `s` (everything) and `d` (everything but a line feed)."""
    if "s" in flags:
        return r"[\x00-\U0010ffff]"
    return r"[^\n]" if "d" in flags else f"[^{_LINE_ENDS}]"


def character_class(at: Cursor) -> str:
    """The class whose `[` was read, to its `]` (Pattern.clazz)."""
    negated = at.peek_raw() == "^"
    if negated:
        at.skip(1)
    body = _operands(at)
    at.take()
    return f"[^{body}]" if negated else body


def _operands(at: Cursor, *, right: bool = False) -> str:
    """A union, or the intersections of unions between `&&`; stops before the closing `]`.

    Java takes `[&&a]`, `[a&&]` and `[a&&[b]&c]` for neither an error nor a rule one could state:
    an `&&` without two sides, and a lone `&` after one, are refused.
    """
    left = _union(at, right=right)
    if not left:
        raise at.error("Bad class syntax")
    if not _at_intersection(at):
        return left
    at.skip(2)
    return f"[{left}&&{_operands(at, right=True)}]"


def _at_intersection(at: Cursor) -> bool:
    return at.peek() == "&" and at.peek_raw(1) == "&"


def _union(at: Cursor, *, right: bool) -> str:
    """Ranges, escapes and nested classes side by side; '' when `&&` comes first."""
    parts: list[str] = []
    while not _at_intersection(at):
        char = at.peek()
        if char == "":
            raise at.error("Unclosed character class")
        if char == "]" and (parts or right):
            break
        if char == "&" and right:
            raise at.error("Bad class syntax")
        at.take()
        parts.append(character_class(at) if char == "[" else _item(at, char))
    return f"[{''.join(parts)}]" if parts else ""


def _item(at: Cursor, char: str) -> str:
    """One character, range, escape or property (Pattern.range)."""
    if char == "\\" and (kind := at.peek_raw()) in ("p", "P") and kind:
        at.skip(1)
        return family(at, negated=kind == "P")
    first = escape(at, in_range=at.peek_raw(1) == "-") if char == "\\" else _plain(char)
    if first.code is None:
        return first.translated
    if at.peek() != "-" or at.peek_raw(1) in ("[", "]"):
        return first.translated
    at.take()
    last = _range_end(at)
    if last.code is None or last.code < first.code:
        raise at.error("Illegal character range")
    return f"{first.translated}-{last.translated}"


def _range_end(at: Cursor) -> Escape:
    char = at.take()
    if char == "":
        raise at.error("Illegal character range")
    return escape(at, in_range=True) if char == "\\" else _plain(char)


def _plain(char: str) -> Escape:
    return Escape(literal(ord(char)), ord(char))


def family(at: Cursor, *, negated: bool) -> str:
    r"""The property after `\p` or `\P`, with or without braces (Pattern.family)."""
    if at.peek_raw() != "{":
        name = at.take_raw()
    else:
        found = regex.match(r"\{([^}]*)\}", at.rest)
        if found is None:
            raise at.error("Unclosed character family")
        at.skip(found.end())
        name = found.group(1)
    if not name:
        raise at.error("Empty character family")
    known = _property(name)
    if known is None:
        raise at.error(f"Unknown character property name {{{name}}}")
    return f"[^{known}]" if negated else f"[{known}]"


def _property(name: str) -> str | None:
    kind, equals, value = name.partition("=")
    if equals:
        return _named_property(kind.lower(), value)
    if name.startswith("In"):
        return _named_property("blk", name[2:])
    if name.startswith("Is"):
        short = name[2:]
        return _BINARY.get(short.upper()) or _general(short) or _named_property("sc", short)
    return _general(name)


def _named_property(kind: str, value: str) -> str | None:
    match kind:
        case "gc" | "general_category":
            return _general(value)
        case "sc" | "script":
            return _known(rf"\p{{Script={value}}}")
        case "blk" | "block":
            return _known(rf"\p{{Block={value}}}")
    return None


def _general(name: str) -> str | None:
    if name in _POSIX:
        return _POSIX[name]
    return rf"\p{{{name}}}" if _CATEGORY.fullmatch(name) else None


def _known(translated: str) -> str | None:
    try:
        regex.compile(translated, regex.V1)
    except (regex.error, JavaRegexError):
        return None
    return translated
