"""What a person can choose, on the command line or in the environment."""

import argparse
from pathlib import Path

import pytest

from lockstep.local import host_checks
from lockstep.local.errors import StackError
from lockstep.local.options import ROOT, Options, add_options, options


def chosen(*arguments: str, **environment: str) -> Options:
    parser = argparse.ArgumentParser()
    add_options(parser, environment)
    return options(parser.parse_args(arguments))


def test_without_a_word_everything_is_as_documented() -> None:
    assert chosen() == Options(
        port=8080,
        demo=True,
        minute_s=60.0,
        activity_s=300,
        alert_email="you@example.com",
        alert_phone="",
        data=ROOT / ".lockstep",
        kafka_memory_mb=1024 if host_checks.memory_mb() >= 7_782 else 256,
    )


def test_the_environment_says_the_same_as_the_options() -> None:
    by_environment = chosen(
        LOCKSTEP_PORT="9090",
        LOCKSTEP_DEMO="0",
        LOCKSTEP_MINUTE="5",
        LOCKSTEP_ACTIVITY_S="20",
        LOCKSTEP_ALERT_EMAIL="a@b.c",
        LOCKSTEP_ALERT_PHONE="+4912345678",
        LOCKSTEP_DATA="/data",
        LOCKSTEP_KAFKA_MEMORY="2048",
    )
    by_options = chosen(
        *("--port", "9090", "--no-demo", "--minute", "5", "--activity", "20"),
        *("--alert-email", "a@b.c", "--alert-phone", "+4912345678", "--data", "/data"),
        *("--kafka-memory", "2048"),
    )

    assert by_environment == by_options
    assert by_options.data == Path("/data")


def test_an_option_outweighs_the_environment() -> None:
    assert chosen("--port", "1234", LOCKSTEP_PORT="9090").port == 1234


def test_the_templates_parameters_are_set() -> None:
    assert chosen("--activity", "20", "--alert-email", "a@b.c").parameters == {
        "ActivityWindow": "20",
        "AlertEmail": "a@b.c",
        "AlertPhone": "",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("--port", "70000"),
        ("--minute", "0"),
        ("--minute", "-1"),
        ("--activity", "0"),
        ("--kafka-memory", "64"),
    ],
)
def test_what_cannot_be_is_refused(arguments: tuple[str, str]) -> None:
    with pytest.raises(StackError, match=arguments[0]):
        chosen(*arguments)
