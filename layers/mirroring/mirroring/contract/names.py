"""Names in paths: which could be one at all, before anybody looks for it."""

import re

from mirroring.errors import BadRequest, FieldError, NotFound

_CLUSTER = re.compile(r"[A-Za-z0-9_-]{1,40}")
_ANY = re.compile(r"[A-Za-z0-9._-]{1,200}")


def possible(name: str) -> bool:
    """Whether a cluster can be registered under this name."""
    return bool(_CLUSTER.fullmatch(name))


def new(name: str) -> str:
    """A name to register a cluster under; raises BadRequest."""
    if not possible(name):
        words = "must be 1 to 40 of A-Z a-z 0-9 _ -"
        raise BadRequest(f"The name {words}.", FieldError(field="name", message=words))
    return name


def known(name: str, missing: type[NotFound]) -> str:
    """A name to look for; raises `missing` where nothing can have it (DynamoDB has a limit too)."""
    if not _ANY.fullmatch(name):
        raise missing("Nothing has a name like this.")
    return name
