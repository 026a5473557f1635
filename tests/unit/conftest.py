"""Unit tests reach nothing outside their process."""

import pytest
from hypothesis import settings

# A busy machine is no fault. The rest is hypothesis' own choice: in CI the same examples each time.
settings.register_profile("patient", settings(deadline=None))
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def sockets_are_forbidden(socket_disabled: None) -> None:
    """Makes every attempt to open a socket fail."""
