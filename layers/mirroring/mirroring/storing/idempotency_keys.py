"""Idempotency keys: what a key was used for, for a day, so that a repeat makes nothing new.

The mirror's random suffix is chosen when the key is claimed. Whoever takes over from an attempt
that died finds its mirror under the same name, whether or not it had been written.
"""

import secrets
import string
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from mirroring.errors import IdempotencyMismatch, InProgress
from mirroring.settings import settings
from mirroring.storing import dynamo
from mirroring.storing.dynamo import Dynamo, Item, Refused
from mirroring.storing.items import KIND, expiry, key

IDEMPOTENCY = "idempotency"
KEPT = timedelta(hours=24)
# API Gateway gives up after 30 s, and the function is ended after 29.
LONGEST_RUN = timedelta(seconds=30)
LETTERS = string.ascii_lowercase + string.digits
NEW = "attribute_not_exists(#kind) OR expires_at <= :now"


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that is ours to use, or (with `mirror`) that was used before.

    `suffix` ends the mirror's name; `started` (s) tells this attempt from one that took it over;
    `again`: an attempt that died may have written it; `answered` is what was said besides.
    """

    suffix: str
    mirror: str | None = None
    again: bool = False
    started: int = 0
    answered: str = ""


class IdempotencyKeys:
    """The keys; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str) -> None:
        self._db = db
        self._table = table

    def claim(self, name: str, digest: str, now: datetime) -> Claim:
        """Raises InProgress while another uses the key, IdempotencyMismatch for another body."""
        suffix = new_suffix()
        item = {
            **key(IDEMPOTENCY, name),
            "digest": {"S": digest},
            "suffix": {"S": suffix},
            "started": expiry(now),
            "expires_at": expiry(now + KEPT),
        }
        try:
            self._db.put(
                self._table,
                item,
                ConditionExpression=NEW,
                ExpressionAttributeNames=KIND,
                ExpressionAttributeValues={":now": expiry(now)},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except Refused as refused:
            return self._claimed(name, digest, now, refused.items[0] or item)
        return Claim(suffix, started=int(item["started"]["N"]))

    def answers(self, name: str, claim: Claim, answered: str) -> None:
        """What will be said beside the mirror, by this attempt or by who takes it over."""
        self._note(name, claim, "SET answered = :answered", {":answered": {"S": answered}})

    def used(self, name: str, claim: Claim, mirror: str) -> None:
        """From now on the key stands for this mirror."""
        self._note(name, claim, "SET mirror = :mirror", {":mirror": {"S": mirror}})

    def free(self, name: str, claim: Claim) -> None:
        """Nothing came of it: the key may be used again, with another body too.

        It expires when it was claimed: DynamoDB's TTL removes nothing that expired five years ago.
        """
        self._note(name, claim, "SET expires_at = started", {})

    def _note(self, name: str, claim: Claim, expression: str, values: Item) -> None:
        """What an attempt came to; nothing is said of one that another has taken over."""
        with suppress(Refused):
            self._db.update(
                self._table,
                key(IDEMPOTENCY, name),
                UpdateExpression=expression,
                ConditionExpression="started = :started AND suffix = :suffix",
                ExpressionAttributeValues={
                    ":started": {"N": str(claim.started)},
                    ":suffix": {"S": claim.suffix},
                    **values,
                },
            )

    def _claimed(self, name: str, digest: str, now: datetime, item: Item) -> Claim:
        if item["digest"]["S"] != digest:
            raise mismatch()
        suffix = item["suffix"]["S"]
        answered = item["answered"]["S"] if "answered" in item else ""
        if "mirror" in item:
            return Claim(suffix, item["mirror"]["S"], answered=answered)
        if int(item["started"]["N"]) > (now - LONGEST_RUN).timestamp():
            raise InProgress("The first request with this key still runs: try again.")
        self._take_over(name, item, now)
        return Claim(suffix, again=True, started=int(expiry(now)["N"]), answered=answered)

    def _take_over(self, name: str, item: Item, now: datetime) -> None:
        """From an attempt that died; of two that try one wins."""
        try:
            self._db.update(
                self._table,
                key(IDEMPOTENCY, name),
                UpdateExpression="SET started = :now",
                ConditionExpression="started = :then",
                ExpressionAttributeValues={":now": expiry(now), ":then": item["started"]},
            )
        except Refused:
            raise InProgress("Another request with this key runs: try again.") from None


@cache
def idempotency_keys() -> IdempotencyKeys:
    """The keys in the table that the environment names."""
    return IdempotencyKeys(dynamo.dynamo(), settings().needed("mirrors_table"))


def mismatch() -> IdempotencyMismatch:
    """What to say of a key that was used for something else."""
    return IdempotencyMismatch(
        "This Idempotency-Key came with another body before: take a new key."
    )


def new_suffix() -> str:
    """Five random letters: a new mirror never meets what Connect keeps of an older one's name."""
    return "".join(secrets.choice(LETTERS) for _ in range(5))
