"""What people asked for: the mirrors, each with a version that counts its changes."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.errors import (
    Conflict,
    MirrorExists,
    ProblemError,
)
from mirroring.mirror import Mirror
from mirroring.observation import Change
from mirroring.reconciled import Reconciled
from mirroring.settings import settings
from mirroring.storing import dynamo, earlier, fleet, observation_item
from mirroring.storing.dynamo import Dynamo, Refused
from mirroring.storing.fleet import Fleet
from mirroring.storing.history import change_item
from mirroring.storing.items import (
    ABSENT,
    KIND,
    MIRROR,
    PRESENT,
    RECONCILED,
    TOMBSTONE,
    all_of,
    delete,
    document,
    key,
    must_not_exist,
    put,
    read,
    secret_path,
    still_at,
)
from mirroring.storing.leftovers import dropping
from mirroring.storing.mirror_items import (
    first_error,
    mirror_item,
    needed,
    no_mirror,
    not_replaced,
)
from mirroring.storing.registry import moved
from mirroring.storing.stored_mirrors import StoredMirrors, readable, sorted_out
from mirroring.storing.tombstones import Tombstone, tombstone_item
from mirroring.storing.uses import source_key

ATTEMPTS = 5


class MirrorStore:
    """The mirrors; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str, history_table: str) -> None:
        self._db = db
        self._table = table
        self._history_table = history_table

    def fleet(self) -> Fleet:
        """Every mirror, for a rule over all; raises ProblemError where one cannot be read."""
        known = self.known_fleet()
        if known.unreadable:
            name = min(one.name for one in known.unreadable)
            words = (
                "cannot be read by this version of Lockstep, so that no rule over all mirrors holds"
            )
            raise ProblemError(f"The stored mirror {name} {words}.")
        return known

    def known_fleet(self) -> Fleet:
        """Every mirror, and beside them those that cannot be read.

        The revision is read first, so that it is never newer than the mirrors.
        """
        revision = fleet.revision_of(self._db.get(self._table, fleet.KEY))
        stored = self.stored()
        return Fleet(revision, tuple(stored.mirrors), tuple(stored.unreadable))

    def stored(self) -> StoredMirrors:
        """Every mirror, readable or not."""
        return sorted_out(all_of(self._db, self._table, MIRROR))

    def index(self, mirror: Mirror) -> None:
        """Adds to a stored mirror the source by which the index of who uses what finds it."""
        try:
            self._db.update(
                self._table,
                key(MIRROR, mirror.name),
                UpdateExpression="SET #source = :source",
                ConditionExpression=PRESENT,
                ExpressionAttributeNames={**KIND, "#source": "source"},
                ExpressionAttributeValues={":source": {"S": source_key(mirror.source)}},
            )
        except Refused:  # it was removed meanwhile
            return

    def create(
        self,
        mirror: Mirror,
        revision: int,
        change: Change,
        looked_up: Sequence[KafkaCluster | ConnectCluster] = (),
    ) -> None:
        """Adds a mirror that was checked against the fleet at `revision` and `looked_up`.

        The note that its secret is in doubt ends with it. Raises ClustersMoved when one of
        `looked_up` was registered anew, Conflict when the fleet moved, MirrorExists,
        MirrorNotFound when a mirror of that name was removed lately (its connectors are swept), and
        ClusterNotFound or ConnectClusterNotFound when one that it needs was just removed.
        """
        new = {"ConditionExpression": ABSENT, "ExpressionAttributeNames": KIND}
        exists = MirrorExists(f"there is a mirror {mirror.name} already")
        removed = key(TOMBSTONE, mirror.name)
        writes = [
            (put(self._table, mirror_item(mirror), **new), lambda _: exists),
            (must_not_exist(self._table, removed), lambda _: no_mirror(mirror.name)),
            *needed(self._table, mirror, looked_up),
            (fleet.moves_from(self._table, revision), lambda _: moved()),
        ]
        try:
            self._db.transact(
                *(write for write, _ in writes),
                put(self._history_table, change_item(change)),
                dropping(self._table, secret_path(MIRROR, mirror.name)),
            )
        except Refused as refused:
            raise first_error(refused, [error for _, error in writes]) from refused

    def mirror(self, name: str) -> Mirror:
        """Raises MirrorNotFound."""
        item = self._db.get(self._table, key(MIRROR, name))
        if item is None:
            raise no_mirror(name)
        return read(item, Mirror)

    def mirrors(self, names: Sequence[str]) -> list[Mirror]:
        """Those of the names that exist and can be read, in any order."""
        keys = [key(MIRROR, name) for name in names]
        return list(readable(self._db.batch(self._table, keys)))

    def mirrors_after(self, name: str | None, page_size: int) -> Iterator[Mirror]:
        """By name, after `name`; asks for `page_size` at a time."""
        items = all_of(
            self._db, self._table, MIRROR, after=name, page_size=page_size, consistent=False
        )
        return readable(items)

    def names(self) -> dict[str, tuple[str, ...]]:
        """The names of all mirrors, by Connect cluster."""
        names: dict[str, list[str]] = {}
        for item in all_of(self._db, self._table, MIRROR, only=("name", "connect_cluster")):
            names.setdefault(item["connect_cluster"]["S"], []).append(item["name"]["S"])
        return {cluster: tuple(some) for cluster, some in names.items()}

    def replace(self, mirror: Mirror, change: Change, revision: int | None = None) -> None:
        """Stores a mirror whose version is one above the stored one, with the line that says so.

        Raises VersionMoved when it is not, MirrorNotFound when the mirror is gone, and Conflict
        when the fleet moved since `revision`. None: no rule over the fleet is about the change, so
        that nobody's check is spoilt by it.
        """
        condition = {
            "ConditionExpression": "version = :before",
            "ExpressionAttributeValues": {":before": {"N": str(mirror.version - 1)}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self._db.transact(
                put(self._table, mirror_item(mirror), **condition),
                put(self._history_table, change_item(change)),
                *([] if revision is None else [fleet.moves_from(self._table, revision)]),
            )
        except Refused as refused:
            raise not_replaced(mirror, refused) from refused

    def remove(self, name: str, left: Tombstone) -> None:
        """Forgets a mirror and what was observed of it; its history stays until it expires."""
        samples = [observation_item.key_of(name), earlier.key_of(name)]
        keys = [key(MIRROR, name), key(RECONCILED, name), *samples]
        parts = [
            *all_of(self._db, self._table, observation_item.kind_of(name), only=("kind", "name")),
            *earlier.parts_of(self._db, self._table, name),
        ]
        try:
            self._db.transact(
                *(delete(self._table, one) for one in keys),
                put(self._table, tombstone_item(left)),
                fleet.moves(self._table),
            )
        except Refused as refused:
            raise moved() from refused
        for one in parts:  # beside the transaction, which takes a hundred writes only
            self._db.delete(self._table, one)

    def reconciled(self, name: str) -> Reconciled:
        """What reconcile did for a mirror; an empty one before it did anything."""
        item = self._db.get(self._table, key(RECONCILED, name))
        return Reconciled(mirror=name) if item is None else read(item, Reconciled)

    def reconciled_of(self, names: Sequence[str]) -> dict[str, Reconciled]:
        """What reconcile did, for each of the names."""
        keys = [key(RECONCILED, name) for name in names]
        found = (read(item, Reconciled) for item in self._db.batch(self._table, keys))
        return {name: Reconciled(mirror=name) for name in names} | {
            one.mirror: one for one in found
        }

    def put_reconciled(self, done: Reconciled) -> Reconciled:
        """Remembers what reconcile did for a mirror, as it follows from what was read.

        Raises Conflict where somebody wrote since: read again.
        """
        following = done.model_copy(update={"sequence": done.sequence + 1})
        sequence = {"N": str(following.sequence)}
        item = document(RECONCILED, done.mirror, following, sequence=sequence)
        try:
            self._db.put(self._table, item, **still_at(done.sequence))
        except Refused as refused:
            raise Conflict(f"{done.mirror} is being looked after: try again.") from refused
        return following

    def amend_reconciled(
        self, done: Reconciled, change: Callable[[Reconciled], Reconciled]
    ) -> Reconciled:
        """What is stored now, changed; `done` is what was read, and is read anew if it moved.

        Raises MirrorNotFound, and Conflict where others keep writing.
        """
        for _ in range(ATTEMPTS):
            changed = change(done)
            if changed == done:
                return done
            try:
                return self.put_reconciled(changed)
            except Conflict:
                self.mirror(done.mirror)  # of one that was removed nothing is remembered
                done = self.reconciled(done.mirror)
        raise Conflict(f"{done.mirror} keeps changing at this moment: try again.")


@cache
def mirror_store() -> MirrorStore:
    """The store that the environment names."""
    here = settings()
    return MirrorStore(dynamo.dynamo(), here.needed("mirrors_table"), here.needed("history_table"))
