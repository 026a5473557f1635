"""Which AOT cache a Java program is started with."""

from pathlib import Path

import pytest

from lockstep.local import aot
from lockstep.local.jvm import Jvm

MAIN = "kafka.Kafka"


@pytest.fixture
def jar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A jar, on a machine whose caches lie in a folder of this test."""
    monkeypatch.setattr(aot, "folder", lambda: tmp_path / "caches")
    aot.folder().mkdir()
    jar = tmp_path / "kafka.jar"
    jar.write_bytes(b"classes")
    return jar


def test_a_program_is_started_with_what_was_recorded_of_it(jar: Path, tmp_path: Path) -> None:
    jvm, records = Jvm(str(jar), 64), Jvm(str(jar), 64, record_to=tmp_path)
    assert not [option for option in jvm.command(MAIN) if "AOT" in str(option)]

    (option,) = [one for one in map(str, records.command(MAIN)) if "AOT" in one]
    Path(option.removeprefix("-XX:AOTCacheOutput=")).write_bytes(b"recorded")
    aot.keep(str(jar), MAIN, tmp_path)

    (option,) = [one for one in map(str, jvm.command(MAIN)) if "AOT" in one]
    assert Path(option.removeprefix("-XX:AOTCache=")).read_bytes() == b"recorded"
    assert not [one for one in jvm.command("another.Main") if "AOT" in str(one)]


def test_a_program_with_an_agent_is_started_without(jar: Path, tmp_path: Path) -> None:
    aot.recorded(tmp_path, MAIN).write_bytes(b"recorded")
    aot.keep(str(jar), MAIN, tmp_path)
    jvm = Jvm(str(jar), 64, ("-javaagent:agent.jar",))

    assert not [one for one in map(str, jvm.command(MAIN)) if "AOT" in one]


def test_another_jar_makes_the_cache_one_of_the_past(jar: Path, tmp_path: Path) -> None:
    for content in (b"recorded", b"recorded anew"):
        aot.recorded(tmp_path, MAIN).write_bytes(content)
        aot.keep(str(jar), MAIN, tmp_path)
        assert aot.cache(str(jar), MAIN).read_bytes() == content
        jar.write_bytes(b"other classes")
        assert not aot.options(str(jar), MAIN, None)

    assert len(list(aot.folder().iterdir())) == 1


def test_what_was_not_recorded_is_no_fault(jar: Path, tmp_path: Path) -> None:
    aot.keep(str(jar), MAIN, tmp_path)

    assert not aot.options(str(jar), MAIN, None)
