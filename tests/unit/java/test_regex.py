"""Patterns as Java 17 reads them: java_patterns.json is what JavaPatterns.java answered."""

import contextlib
import json
import re
from pathlib import Path
from time import monotonic, process_time

import pytest
from mirroring.java.budget import patience
from mirroring.java.patterns import pattern_problems
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
    "pattern",
    ["a{2147483647}", "(ab){250}", "[a-z]{250}", "(x?){300}", "((a{200}){200}){200}", "a{250}+"],
)
def test_repeating_more_than_a_name_is_long_is_refused_at_once(pattern: str) -> None:
    (found,) = pattern_problems("topicsRegex", pattern)

    assert "repeats" in found.message


@pytest.mark.parametrize("most", ["249", "250", "300", "2147483647"])
def test_above_a_names_length_no_limit_is_another(most: str) -> None:
    compiled = matcher(f"a{{0{chr(44)}{most}}}")

    assert [length for length in range(250) if not compiled.matches("a" * length)] == []


def test_many_slow_names_take_no_longer_than_one() -> None:
    began = monotonic()
    with pytest.raises(TimeoutError), patience(0.2):
        for _ in range(50):
            with contextlib.suppress(TimeoutError):
                matcher("(a|aa)+$b").matches("a" * 200)
        matcher("a").matches("a")
    assert monotonic() - began < 5


@pytest.mark.parametrize(
    ("pattern", "beginnings"),
    [
        (r"orders\.new", {"orders.new"}),
        (r"orders\..*|\Qpayments.\E[a-z]+", {"orders.", "payments."}),
        (r"(?:eu|us)-(a|b)\d", {"eu-a", "eu-b", "us-a", "us-b"}),
        (r"^(?!orders\.old)orders\.(x+)y", {"orders.x"}),
        (r"a?b|c{2}d", {"", "c"}),
        (r"(?i)orders|.", {""}),
        ("|".join(f"t{number:03}" for number in range(200)), {""}),
        (f"(?:{'|'.join('abcdefghi')}){{1}}(?:{'|'.join('abcdefghi')})", set("abcdefghi")),
    ],
)
def test_names_that_begin_otherwise_are_not_looked_at(pattern: str, beginnings: set[str]) -> None:
    assert set(matcher(pattern).beginnings) == beginnings


def test_two_hundred_and_fifty_mirrors_look_at_ten_thousand_names_in_a_second() -> None:
    """Of one source, each with a topic of its own: 0.1 s, where it took six."""
    names = [f"orders.eu-west-1.{number:05}" for number in range(10_000)]
    each = [matcher(re.escape(name)) for name in names[::40]]
    began = process_time()
    with patience(10.0):
        found = [name for one in each for name in names if one.matches(name)]
    assert process_time() - began < 1
    assert found == names[::40]
