"""What is said of a Java program that ended."""

import subprocess
from pathlib import Path

import pytest

from lockstep.local.jvm import why_it_ended
from lockstep.local.processes import Child


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("Terminating due to java.lang.OutOfMemoryError: Java heap space", "--kafka-memory"),
        ("java.lang.OutOfMemoryError: GC overhead limit exceeded", "--kafka-memory"),
        ("os::commit_memory failed; error='Not enough space' (errno=12)", "close other programs"),
        ("java.io.IOException: No space left on device", "free some space"),
        ("KafkaException: what nobody foresaw", "its logs in"),
    ],
)
def test_its_last_words_tell_what_to_do(tmp_path: Path, output: str, said: str) -> None:
    log = tmp_path / "output.log"
    log.write_text(output)
    process = subprocess.Popen(["/bin/sh", "-c", "exit 3"])
    process.wait()

    words = why_it_ended(Child("Kafka eu-core", process, log))

    assert words.startswith("Kafka eu-core ended (exit code 3)")
    assert said in words
