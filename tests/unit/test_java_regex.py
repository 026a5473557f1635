"""Patterns as Java 17 reads them: java_patterns.json is what JavaPatterns.java answered."""

import json
from pathlib import Path

import pytest
from mirroring.java.regex import JavaRegexError, matcher

TABLE = json.loads((Path(__file__).parent / "java_patterns.json").read_text(encoding="utf-8"))
SUBJECTS: list[str] = TABLE["subjects"]
TAKEN = {pattern: bits for pattern, bits in TABLE["patterns"].items() if bits[:1] in "01"}
REFUSED = {pattern: words for pattern, words in TABLE["patterns"].items() if pattern not in TAKEN}


@pytest.mark.parametrize("pattern", TAKEN)
def test_it_matches_what_java_matches(pattern: str) -> None:
    compiled = matcher(pattern)
    expected = [text for text, bit in zip(SUBJECTS, TAKEN[pattern], strict=True) if bit == "1"]

    assert [text for text in SUBJECTS if compiled.matches(text)] == expected


@pytest.mark.parametrize("pattern", REFUSED)
def test_it_refuses_what_java_refuses(pattern: str) -> None:
    with pytest.raises(JavaRegexError):
        matcher(pattern)


@pytest.mark.parametrize("pattern", ["a{", "(a", "*", "[a", "\\k<x>", "(?<x>a)(?<x>b)", "a{2,1}"])
def test_it_says_what_java_says(pattern: str) -> None:
    with pytest.raises(JavaRegexError, match=f"(?i)^{REFUSED[pattern].split('<')[0]}"):
        matcher(pattern)


@pytest.mark.parametrize("pattern", ["[&&a]", "[a&&]", "[a&&&b]", "[a&&[b]&c]"])
def test_it_refuses_what_java_takes_without_a_rule(pattern: str) -> None:
    with pytest.raises(JavaRegexError):
        matcher(pattern)


def test_a_pattern_nested_too_deeply_is_refused() -> None:
    with pytest.raises(JavaRegexError):
        matcher("(" * 5000 + ")" * 5000)


def test_a_match_that_takes_for_ever_ends() -> None:
    with pytest.raises(TimeoutError):
        matcher("(a|aa)+$b").matches("a" * 200)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"orders\..*", "", True),
        (r"orders\..*", "ord", True),
        (r"orders\..*", "orders.x", True),
        (r"orders\..*", "p", False),
        (r"orders", "orders.", False),
    ],
)
def test_a_beginning_shows_whether_it_can_go_on(pattern: str, text: str, expected: bool) -> None:
    assert matcher(pattern).begins(text) is expected
