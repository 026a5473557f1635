"""A write's line in the words of the API, also where 0.1.0 wrote it."""

import pytest
from mirroring import audit
from mirroring.api import view
from mirroring.mirror import Ask, Asked, Intent
from mirroring.observation import Change, ChangeKind

from tests.given import BEGIN, a_mirror

RESTART = {"ask": "RESTART", "onlyFailed": False, "at": "2026-01-01T00:00:00Z"}
RESUME = {"ask": "RESUME", "onlyFailed": False, "at": "2026-01-01T00:00:00Z"}
OLD = {
    "a pause": ({"intent": "RUNNING"}, {"intent": "PAUSED"}, {"state": "PAUSED"}),
    "a resume": (
        {"intent": "STOPPED", "asked": None},
        {"intent": "RUNNING", "asked": RESUME},
        {"state": "RUNNING"},
    ),
    "a resume of what others paused": (
        {"asked": RESTART},
        {"asked": RESUME},
        {"resume": "connectors"},
    ),
    "a restart": ({"asked": RESUME}, {"asked": RESTART}, {"restart": "all"}),
    "a restart of what failed": (
        {"asked": None},
        {"asked": RESTART | {"onlyFailed": True}},
        {"restart": "failed only"},
    ),
    "a removal": ({"intent": "PAUSED"}, {"intent": "DELETED"}, {"state": "DELETING"}),
    "a creation": (
        None,
        {"intent": "RUNNING", "asked": None, "alias": "eu"},
        {"alias": "eu", "state": "RUNNING"},
    ),
    "another field": ({"targetLatency": 1}, {"targetLatency": 2}, {"targetLatency": 2}),
}


@pytest.mark.parametrize(("before", "after", "told"), OLD.values(), ids=OLD.keys())
def test_a_line_of_0_1_0_is_told_in_the_words_of_the_api(
    before: dict[str, object] | None, after: dict[str, object], told: dict[str, object]
) -> None:
    line = Change(mirror="m", at=BEGIN, kind=ChangeKind.WRITE, before=before, after=after, by="ada")

    shown = view.change(line)

    assert (shown.after, shown.by) == (told, "ada")
    if before is not None:
        assert isinstance(shown.before, dict)
        assert shown.before.keys() == told.keys()
        assert shown.before != told


NEW = {
    "a stop": ({"intent": Intent.STOPPED}, {"state": "RUNNING"}, {"state": "STOPPED"}),
    "a restart": (
        {"asked": Asked(ask=Ask.RESTART, only_failed=True, at=BEGIN)},
        {"restart": None},
        {"restart": "failed only"},
    ),
    "a resume of what others paused": (
        {"resumed": Asked(ask=Ask.RESUME, at=BEGIN)},
        {"resume": None},
        {"resume": "connectors"},
    ),
}


@pytest.mark.parametrize(("fields", "before", "after"), NEW.values(), ids=NEW.keys())
def test_a_line_is_written_in_the_words_in_which_it_is_told(
    fields: dict[str, object], before: dict[str, object], after: dict[str, object]
) -> None:
    mirror = a_mirror()
    line = audit.written(mirror, mirror.model_copy(update=fields), "ada", BEGIN)
    shown = view.change(line)

    assert (line.before, line.after) == (shown.before, shown.after) == (before, after)
