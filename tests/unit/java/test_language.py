"""Languages say of all names at once what matchers say of one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mirroring.java.language import LETTERS, Languages, TooRich
from mirroring.java.names import at_least, at_most
from mirroring.java.regex import matcher

ATOMS = st.sampled_from(
    [
        "a",
        "b",
        ".",
        "[ab]",
        "[^a]",
        r"\.",
        r"\w",
        "(?i:A)",
        "^",
        "$",
        "(?!b)",
        "(?=a)",
        "[a-z&&[^b]]",
    ]
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["?", "*", "+", "{2}", "{1" + ",}", "*?", "{0" + ",3}"])
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({'|'.join(some)})"),
        st.tuples(inner, signs).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    )


PATTERNS = st.recursive(ATOMS, _grown, max_leaves=6)
NAMES = st.text("abA.", min_size=1, max_size=6)


def holds(pattern: str, name: str, *, widest: bool) -> bool:
    """Whether the name is in the pattern's language."""
    languages = Languages(50_000)
    names = (at_most if widest else at_least)(languages, matcher(pattern).shape)
    exactly = at_most(languages, matcher(rf"\Q{name}\E").shape)
    return languages.shortest(languages.all_of([names, exactly]), 249) == name


@settings(max_examples=300, deadline=None)
@given(PATTERNS, NAMES)
def test_a_name_that_matches_is_in_the_language_and_no_other_but_where_it_cannot_be_told(
    pattern: str, name: str
) -> None:
    matches = matcher(pattern).matches(name)

    assert holds(pattern, name, widest=True) or not matches
    assert matches or not holds(pattern, name, widest=False)


@pytest.mark.parametrize(
    "pattern",
    ["a.*", "(a|b)+", "(?!a).*", ".*(?=b)b", "^a$", "[a-c]{2}", r"\Qa.\E.*", "(?!.*b$).*"],
)
def test_patterns_as_people_write_them_are_told_exactly(pattern: str) -> None:
    for name in ("a", "b", "ab", "ba", "a.", "a.b", "cc", "bb.a"):
        matches = matcher(pattern).matches(name)
        assert holds(pattern, name, widest=True) is matches, name
        assert holds(pattern, name, widest=False) is matches, name


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?<=a)b", "(?>a*)a", "a*+a", r"a\bb"])
def test_what_is_not_regular_is_between_nothing_and_everything(pattern: str) -> None:
    languages = Languages(10_000)

    assert languages.shortest(at_least(languages, matcher(pattern).shape), 249) is None
    assert languages.shortest(at_most(languages, matcher(pattern).shape), 249)


def test_a_name_ends_at_its_longest() -> None:
    languages = Languages(10_000)
    names = at_most(languages, matcher("a{100}b{100}").shape)

    assert languages.shortest(names, 199) is None
    assert languages.shortest(names, 200) == "a" * 100 + "b" * 100


def test_following_ends_with_its_steps() -> None:
    languages = Languages(2_000)
    with pytest.raises(TooRich):
        languages.shortest(
            languages.all_of(
                [at_most(languages, matcher(one).shape) for one in (".*a.{40}", ".*b.{40}")]
            ),
            249,
        )


def test_every_letter_is_one_that_kafka_allows() -> None:
    assert len(set(LETTERS)) == 65
