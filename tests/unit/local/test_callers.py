"""Who may use the servers of this machine."""

import pytest

from lockstep.local.callers import refusal


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8080", None),
        ("localhost:9000", None),
        ("LOCALHOST", None),
        ("[::1]:8080", None),
        (None, None),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost:9000", "http://localhost:9000"),
    ],
)
def test_programs_and_its_own_pages_are_answered(host: str | None, origin: str | None) -> None:
    assert refusal(host, origin) is None


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8080", "https://evil.example"),
        ("127.0.0.1:8080", "null"),
        ("127.0.0.1:8080", "http://127.0.0.1:3000"),
        ("127.0.0.1:8080", ""),
        ("127.0.0.1:8080", "https://127.0.0.1:8080"),
        ("rebound.example:8080", None),
        ("rebound.example:8080", "http://rebound.example:8080"),
        ("127.0.0.1.rebound.example", None),
        ("127.0.0.1@rebound.example", None),
        ("[", None),
        ("", None),
    ],
)
def test_a_page_of_another_site_is_not(host: str | None, origin: str | None) -> None:
    assert refusal(host, origin) is not None
