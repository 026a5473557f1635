"""The Java libraries, exactly as jgo's lock files name them, each with its checksum.

jgo resolved java/<environment>/jgo.toml once (`uvx --from 'jgo[cli]' jgo lock` in that folder).
Here nothing is resolved any more: each locked file lies in the Maven repository cache
(~/.m2/repository, or where jgo's own settings say), or is fetched into it.
"""

import hashlib
import platform
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.env import LockedDependency, LockFile
from jgo.maven import Artifact, MavenContext, PythonResolver

from lockstep.local.errors import StackError

FOLDER = Path(__file__).parent / "java"
FETCH_TIMEOUT_S = 20

# DynamoDB Local's SQLite; Lambda's runtime client, too, has wheels for Linux alone.
NATIVE = "libsqlite4java-linux-amd64"


@dataclass(frozen=True)
class Jar:
    """One file of a lock file: what it is, where it lies in the cache, and its SHA-256 in hex."""

    dependency: LockedDependency
    path: Path
    sha256: str

    def is_sound(self) -> bool:
        """Whether the cache holds exactly the locked file."""
        return self.path.exists() and checksum(self.path) == self.sha256


@dataclass(frozen=True)
class Jars:
    """The files of one environment: `kafka` or `dynamodb`."""

    files: tuple[Jar, ...]

    @property
    def class_path(self) -> str:
        """All libraries, for `java -cp`."""
        return ":".join(str(jar.path) for jar in self.files if _is_library(jar.dependency))

    @property
    def agent(self) -> Path:
        """Jolokia's agent, for `java -javaagent:`."""
        return next(jar.path for jar in self.files if jar.dependency.classifier == "javaagent")

    @property
    def natives(self) -> Path:
        """The folder with SQLite's native library, for `-Dsqlite4java.library.path`."""
        return next(jar.path.parent for jar in self.files if jar.dependency.packaging != "jar")


def locked(environment: str, folder: Path = FOLDER) -> Jars:
    """What this environment's lock file names; raise StackError on a platform it does not fit."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise StackError("The local stack runs on Linux on x86-64: use such a machine, or deploy.")
    lock = LockFile.load(folder / environment / "jgo.lock.toml")
    wanted = [it for it in lock.dependencies if it.packaging == "jar" or it.artifactId == NATIVE]
    repository = settings().repo_cache
    return Jars(tuple(_jar(item, repository) for item in wanted))


def artifact(item: LockedDependency, repository: Path, resolver: PythonResolver) -> Artifact:
    """The locked file as jgo fetches it into this repository cache."""
    remotes = {**settings().repositories, "central": MAVEN_CENTRAL_URL}
    context = MavenContext(resolver, repository, remote_repos=remotes, timeout=FETCH_TIMEOUT_S)
    component = context.project(item.groupId, item.artifactId).at_version(item.version)
    return component.artifact(item.classifier or "", item.packaging)


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def settings() -> GlobalSettings:
    """The person's own jgo settings: where the cache is, and repositories to ask before Central."""
    return GlobalSettings.load()


def _jar(item: LockedDependency, repository: Path) -> Jar:
    path = artifact(item, repository, PythonResolver()).cached_path
    if path is None or item.sha256 is None:
        raise StackError(f"{item.artifactId} has no checksum in its lock: run `jgo lock` again.")
    return Jar(item, path, item.sha256)


def _is_library(item: LockedDependency) -> bool:
    return item.packaging == "jar" and item.classifier != "javaagent"
