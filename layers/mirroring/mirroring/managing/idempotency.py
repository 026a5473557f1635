"""What makes two requests the same: the caller's key, and what the body asks for. Pure."""

import hashlib
import re

from mirroring.contract.requests import MirrorRequest
from mirroring.errors import BadRequest, FieldError

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def name(given: str, by: str | None) -> str:
    """Each caller has keys of their own; raises BadRequest for what is no key.

    Hashed, so that whatever a key holds is not kept.
    """
    if not _KEY.fullmatch(given):
        words = "must be 1 to 255 visible ASCII letters"
        raise BadRequest(f"{HEADER} {words}.", FieldError(field=HEADER, message=words))
    return hashlib.sha256(f"{by or ''}\n{given}".encode()).hexdigest()


def digest(request: MirrorRequest) -> str:
    """The same for bodies that ask for the same, however they are written.

    Secrets are left out (pydantic writes asterisks): a hash of them could be guessed at. Those of
    an external source are compared with the mirror's own.
    """
    return hashlib.sha256(request.model_dump_json().encode()).hexdigest()
