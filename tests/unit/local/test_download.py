"""Fetching locked jars: what enters the cache is whole and is what was locked."""

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from jgo.env import LockedDependency

from lockstep.local import download
from lockstep.local.errors import StackError, Stopped
from lockstep.local.jars import Jar, Jars

CONTENT = b"a library"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Repository:
    """Stands in for the repositories that jgo asks: answers these contents, one after another."""

    contents: list[bytes | Exception]
    asked: int = 0

    def artifact(self, item: LockedDependency, cache: Path, resolver: Any) -> Any:
        content = self.contents[min(self.asked, len(self.contents) - 1)]
        self.asked += 1

        def resolve() -> Path:
            if isinstance(content, Exception):
                raise content
            with resolver.progress_callback("file", len(content)) as update:
                update(len(content))
            path = cache / "fetched.jar"
            path.write_bytes(content)
            return path

        return SimpleNamespace(resolve=resolve)


@pytest.fixture
def jar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jar:
    monkeypatch.setattr(download, "settings", lambda: SimpleNamespace(repo_cache=tmp_path))
    monkeypatch.setattr(download, "LOOK_S", 0.01)
    monkeypatch.setattr(download, "PAUSE_S", 0.0)
    path = tmp_path / "org" / "x" / "x-1.jar"
    return Jar(LockedDependency("org", "x", "1"), path, SHA256)


def fetch(jar: Jar, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(download, "artifact", repository.artifact)
    seen: list[Any] = []
    download.fetch(Jars((jar,)), progress=lambda *it: seen.append(it), stop=threading.Event())
    return seen


def test_a_missing_file_is_fetched_and_told(jar: Jar, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = fetch(jar, Repository([CONTENT]), monkeypatch)

    assert jar.path.read_bytes() == CONTENT
    assert seen[-1] == (1, 1, len(CONTENT))


def test_a_sound_file_is_not_fetched_again(jar: Jar, monkeypatch: pytest.MonkeyPatch) -> None:
    jar.path.parent.mkdir(parents=True)
    jar.path.write_bytes(CONTENT)
    repository = Repository([CONTENT])

    assert fetch(jar, repository, monkeypatch) == [(1, 1, 0)]
    assert repository.asked == 0


def test_a_broken_file_is_replaced(jar: Jar, monkeypatch: pytest.MonkeyPatch) -> None:
    jar.path.parent.mkdir(parents=True)
    jar.path.write_bytes(CONTENT[:3])

    fetch(jar, Repository([CONTENT]), monkeypatch)

    assert jar.path.read_bytes() == CONTENT


def test_a_passing_fault_is_tried_again(jar: Jar, monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[bytes | Exception] = [requests.ConnectionError("reset"), b"cut", CONTENT]

    fetch(jar, Repository(faults), monkeypatch)

    assert jar.path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (requests.ConnectionError("a long\nstory"), "ConnectionError"),
        (b"something else", "its checksum is not the locked one"),
        (OSError(28, "No space left on device"), "No space left on device"),
    ],
)
def test_a_lasting_fault_is_one_sentence_and_nothing_enters_the_cache(
    jar: Jar, monkeypatch: pytest.MonkeyPatch, fault: bytes | Exception, reason: str
) -> None:
    with pytest.raises(StackError, match="could not be fetched") as told:
        fetch(jar, Repository([fault]), monkeypatch)

    assert reason in str(told.value)
    assert "\n" not in str(told.value)
    assert not jar.path.exists()


def test_a_stop_ends_it(jar: Jar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "artifact", Repository([CONTENT]).artifact)
    stop = threading.Event()
    stop.set()

    with pytest.raises(Stopped):
        download.fetch(Jars((jar,)), progress=lambda *_: None, stop=stop)
