"""What the machine must have before anything is started: memory, disk, and nobody on the folder."""

import fcntl
import os
import resource
import shutil
import sys
from pathlib import Path
from typing import TextIO

from lockstep.local.errors import StackError

MEGABYTE = 1 << 20
# With the demo: two brokers 700 MB, Connect 400, DynamoDB Local 150, functions some 100 each, this
# process 200. A larger heap (--kafka-memory) is used only as far as there are topics for it.
MEMORY_MB = 2_000
DISK_MB = 1_000
# A JVM of ours reserves 1.5 to 2 GB of addresses, whatever it uses of them.
ADDRESSES_MB = 4_000


def memory_mb() -> int:
    """How much memory this machine has."""
    return _meminfo_mb("MemTotal")


def check_memory() -> None:
    """Raise StackError when there is too little memory."""
    available = min(_available_mb(), _cgroup_mb())
    if available < MEMORY_MB:
        raise StackError(
            f"{available} MB of memory are free, {MEMORY_MB} MB are needed: close other programs."
        )
    addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
    if addresses != resource.RLIM_INFINITY and addresses < ADDRESSES_MB * MEGABYTE:
        raise StackError(
            f"Only {addresses // MEGABYTE} MB of memory are allowed here and {ADDRESSES_MB} MB are "
            "needed: raise the limit (ulimit -v unlimited)."
        )


def check_disk(folder: Path) -> None:
    """Raise StackError when there is too little room where the data goes."""
    free = shutil.disk_usage(folder).free // MEGABYTE
    if free < DISK_MB:
        raise StackError(
            f"{free} MB of disk are free at {folder}, {DISK_MB} MB are needed: free some space, "
            "or start with another folder (--data)."
        )


def own(folder: Path) -> TextIO:
    """Make the data folder, for its owner only, and lock it until the file returned is closed.

    Raises StackError when that cannot be, or when another stack runs on it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = (folder / "lock").open("a+")
    except OSError as error:
        raise StackError(
            f"{folder} cannot be used ({error.strerror}): choose another folder (--data)."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise StackError(
            f"Another local stack (process {lock.read().strip()}) runs on {folder}: stop it, or "
            "start with another folder (--data)."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _available_mb() -> int:
    """What the system can still give without swapping."""
    return _meminfo_mb("MemAvailable")


def _meminfo_mb(what: str) -> int:
    """A figure of /proc/meminfo (proc(5))."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith(f"{what}:"))
    return int(kilobytes) // 1024


def _cgroup_mb() -> int:
    """How much this process's control group may still take, where it is limited (cgroup v2)."""
    own_group = Path("/proc/self/cgroup").read_text().rpartition("::")[2].strip().lstrip("/")
    group = Path("/sys/fs/cgroup") / own_group
    try:
        limit = (group / "memory.max").read_text().strip()
        used = int((group / "memory.current").read_text())
        cache = int((group / "memory.stat").read_text().partition("inactive_file ")[2].split()[0])
    except (OSError, ValueError, IndexError):
        limit = "max"
    return sys.maxsize if limit == "max" else (int(limit) - used + cache) // MEGABYTE
