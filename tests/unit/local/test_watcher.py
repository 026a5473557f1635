"""The watcher that outlives the stack."""

import os
import signal

import pytest

from lockstep.local import watcher


def test_at_the_end_of_its_input_it_kills_the_groups_that_were_not_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    killed: list[tuple[int, signal.Signals]] = []
    monkeypatch.setattr(os, "killpg", lambda *pair: killed.append(pair))

    watcher.watch(["+11\n", "+12\n", "-11\n", "+13\n", "-99\n"])

    assert sorted(killed) == [(12, signal.SIGKILL), (13, signal.SIGKILL)]


def test_a_group_that_is_gone_does_not_spare_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []

    def kill(group: int, _signal: signal.Signals) -> None:
        killed.append(group)
        raise ProcessLookupError

    monkeypatch.setattr(os, "killpg", kill)

    watcher.watch(["+11\n", "+12\n"])

    assert sorted(killed) == [11, 12]
