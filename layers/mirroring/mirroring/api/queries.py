"""Query parameters read strictly; each function raises BadRequest naming its parameter."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from mirroring.errors import BadRequest, FieldError
from mirroring.mirror import Cleanup
from mirroring.observation import Status

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200
LONGEST_TOKEN = 500
DEFAULT_SPAN = timedelta(hours=24)
FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def limit(text: str | None) -> int:
    """How many rows a page has."""
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        raise _wrong("limit", f"must be a number from 1 to {LARGEST_LIMIT}")
    number = int(text)
    if not 1 <= number <= LARGEST_LIMIT:
        raise _wrong("limit", f"must be from 1 to {LARGEST_LIMIT}")
    return number


def token(text: str | None) -> str | None:
    """Where the last page ended; whether it is of this list shows later, but not at any length."""
    if text is not None and not 0 < len(text) <= LONGEST_TOKEN:
        raise _wrong("nextToken", "is not one that this API gave")
    return text


def statuses(text: str | None) -> frozenset[Status]:
    """The statuses that are asked for, with commas between; none for any."""
    if text is None:
        return frozenset()
    words = text.split(",")
    if not set(words) <= set(Status):
        raise _wrong("status", f"must be one of {', '.join(Status)}, or several with commas")
    return frozenset(Status(word) for word in words)


def cleanup(text: str | None) -> Cleanup | None:
    """What else is to go with a mirror."""
    if text is None:
        return None
    if text not in set(Cleanup):
        raise _wrong("cleanup", f"must be {', '.join(Cleanup)}, or be left out")
    return Cleanup(text)


def flag(name: str, text: str | None) -> bool:
    """Whether it is said to be so; not, where it is left out."""
    if text not in (None, "true", "false"):
        raise _wrong(name, "must be true or false, or be left out")
    return text == "true"


def span(query: Callable[[str], str | None]) -> tuple[datetime, datetime]:
    """From when to when: the last 24 hours unless told."""
    until = _moment("to", query("to")) or datetime.now(UTC)
    since = _moment("from", query("from")) or until - DEFAULT_SPAN
    if since > until:
        raise _wrong("from", "must not be later than to")
    return since, until


def _moment(name: str, text: str | None) -> datetime | None:
    """A moment in ISO 8601 with its offset; a blank for its + is what URLs make of one.

    Before 1970 nothing was measured, and in the year 1 there is no day before.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError
        return max(moment.astimezone(UTC), FIRST)
    except (ValueError, OverflowError):
        raise _wrong(name, "must be a time as in 2026-01-01T00:00:00Z") from None


def _wrong(name: str, words: str) -> BadRequest:
    return BadRequest(f"{name} {words}.", FieldError(field=name, message=words))
