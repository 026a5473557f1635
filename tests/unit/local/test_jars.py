"""The lock files of the Java side."""

import pytest
from jgo.env import LockFile, compute_spec_hash

from lockstep.local.jars import FOLDER, locked

ENVIRONMENTS = ("kafka", "dynamodb")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_lock_file_is_the_one_of_its_jgo_toml(environment: str) -> None:
    lock = LockFile.load(FOLDER / environment / "jgo.lock.toml")

    assert lock.spec_hash == compute_spec_hash(FOLDER / environment / "jgo.toml")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_locked_file_has_a_checksum(environment: str) -> None:
    assert all(len(jar.sha256) == 64 for jar in locked(environment).files)


def test_kafka_runs_with_the_libraries_it_was_built_with() -> None:
    versions = {jar.dependency.artifactId: jar.dependency.version for jar in locked("kafka").files}

    assert {versions[name] for name in ("kafka_2.13", "kafka-clients", "connect-mirror")} == {
        "4.3.1"
    }


def test_jolokias_agent_is_no_library() -> None:
    kafka = locked("kafka")

    assert kafka.agent.name == "jolokia-agent-jvm-2.1.2-javaagent.jar"
    assert str(kafka.agent) not in kafka.class_path
