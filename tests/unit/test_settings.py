"""The environment that a function is given."""

from collections.abc import Iterator

import pytest
from mirroring.settings import settings
from pydantic import ValidationError


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Settings as in a fresh process."""
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_settings_are_read_from_the_environment_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORS_TABLE", "mirrors")
    monkeypatch.setenv("ACTIVITY_WINDOW_S", "60")
    first = settings()
    monkeypatch.setenv("MIRRORS_TABLE", "another")

    assert first.needed("mirrors_table") == settings().mirrors_table == "mirrors"
    assert first.activity_window_s == 60


def test_a_function_may_lack_what_it_never_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALERTS_TOPIC_ARN", raising=False)

    with pytest.raises(LookupError, match=r"ALERTS_TOPIC_ARN .* template\.yaml"):
        settings().needed("alerts_topic_arn")


def test_a_value_that_does_not_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIVITY_WINDOW_S", "five minutes")

    with pytest.raises(ValidationError, match="ACTIVITY_WINDOW_S"):
        settings()
