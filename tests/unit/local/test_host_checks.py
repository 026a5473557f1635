"""What is checked before anything is started."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from lockstep.local import host_checks
from lockstep.local.errors import StackError

Usage = namedtuple("Usage", "total used free")
GIGABYTE = 1 << 30


def test_too_little_disk_is_said_with_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(GIGABYTE, 0, GIGABYTE // 10))

    with pytest.raises(StackError, match=r"102 MB of disk are free at .*, 1000 MB are needed"):
        host_checks.check_disk(tmp_path)


@pytest.mark.parametrize("source", ["_available_mb", "_cgroup_mb"])
def test_too_little_memory_is_said_with_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setattr(host_checks, source, lambda: 512)

    with pytest.raises(StackError, match="512 MB of memory are free, 2000 MB are needed"):
        host_checks.check_memory()


def test_a_data_folder_belongs_to_one_stack_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    with host_checks.own(folder), pytest.raises(StackError, match="Another local stack"):
        host_checks.own(folder)
    host_checks.own(folder).close()

    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StackError, match=r"cannot be used .*choose another folder"):
        host_checks.own(tmp_path / "file" / "data")
