"""The API's first try and the run of the minute at work on one mirror at the same time."""

from collections.abc import Callable
from typing import Any

import pytest
from mirroring.mirror import Ask, Asked, Intent
from mirroring.reconciling import reconcile
from mirroring.storing.mirror_store import MirrorStore

from tests.functional.connect_server import ConnectServer
from tests.functional.reconciling.acts import SOURCE, change, run
from tests.given import NAME, after

Patch = Callable[[str, str, Callable[[], object]], None]


@pytest.fixture
def meanwhile(server: ConnectServer, monkeypatch: pytest.MonkeyPatch) -> Patch:
    """Something that happens once, before Connect answers to the first request like this."""
    answer = server.answer

    def patch(method: str, path: str, act: Callable[[], object]) -> None:
        acts = [act]

        def first(asked: str, at: str, body: Any) -> tuple[int, Any]:
            found = answer(asked, at, body)
            if asked == method and path in at and acts:
                acts.pop()()
            return found

        monkeypatch.setattr(server, "answer", first)

    return patch


@pytest.mark.parametrize("first", [True, False], ids=["the API first", "the run first"])
def test_a_restart_that_was_asked_for_happens_once(
    store: MirrorStore, server: ConnectServer, meanwhile: Patch, first: bool
) -> None:
    run()
    asked = Asked(ask=Ask.RESTART, at=after(hours=1))
    restarted = change(store, asked=asked)
    acts: list[Callable[[], object]] = [
        lambda: reconcile.reconciler().apply(restarted),
        lambda: reconcile.reconciler().run(20),
    ]
    one, other = acts if first else acts[::-1]
    meanwhile("POST", f"{SOURCE}/restart", other)
    one()
    run()
    assert len(server.asked("POST")) == 2
    done = store.reconciled(NAME)
    assert (done.answered, done.answering) == (asked.at, None)


def test_a_late_refusal_does_not_stand_over_what_was_accepted_since(
    store: MirrorStore, server: ConnectServer, meanwhile: Patch
) -> None:
    run()
    server.refusal = "No such pattern"
    bad = change(store, topics_regex="a.{1")

    def mend() -> None:
        server.refusal = None
        change(store, topics_regex="audit.*")
        run()

    meanwhile("PUT", f"{SOURCE}/config", mend)
    assert not reconcile.reconciler().apply(bad)
    assert server.connectors[SOURCE].config["topics"] == "audit.*"
    assert store.reconciled(NAME).refused is None


def test_a_pause_during_a_run_is_not_forgotten_by_it(
    store: MirrorStore, server: ConnectServer, meanwhile: Patch
) -> None:
    run()
    change(store, topics_regex="audit.*")

    def pause() -> None:
        reconcile.reconciler().apply(change(store, intent=Intent.PAUSED), 5)

    meanwhile("PUT", f"{SOURCE}/config", pause)
    run()
    done = store.reconciled(NAME)
    assert {one.state for one in server.connectors.values()} == {"PAUSED"}
    assert set(done.applied) == set(server.connectors)

    change(store, intent=Intent.RUNNING)
    run()
    assert {one.state for one in server.connectors.values()} == {"RUNNING"}
