"""Unit tests reach nothing outside their process."""

import pytest


@pytest.fixture(autouse=True)
def sockets_are_forbidden(socket_disabled: None) -> None:
    """Makes every attempt to open a socket fail."""
