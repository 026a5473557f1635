"""What an error may quote of what is stored or sent: nothing."""

from collections.abc import Iterator

import pytest
from mirroring.cluster import KafkaCluster
from mirroring.contract import requests
from mirroring.mirror import Mirror
from mirroring.observation import Observation
from mirroring.reconciled import Reconciled
from mirroring.schema import Schema
from mirroring.settings import Settings
from mirroring.storing.vault import Credentials
from pydantic import BaseModel, ValidationError

SECRET = "hunter2-hunter2"
STORED: list[type[Schema]] = [
    KafkaCluster,
    Mirror,
    Observation,
    Reconciled,
    Credentials,
]


def shapes(of: type[Schema]) -> Iterator[type[Schema]]:
    """Every model of ours that is loaded, the nested ones too."""
    for one in of.__subclasses__():
        yield one
        yield from shapes(one)


def test_no_model_quotes_its_input() -> None:
    found: set[type[BaseModel]] = {Settings, *shapes(Schema)}
    assert requests.ExternalSource in found
    assert [one.__name__ for one in found if not one.model_config.get("hide_input_in_errors")] == []


@pytest.mark.parametrize("shape", STORED, ids=lambda one: one.__name__)
@pytest.mark.parametrize("text", [f'{{"name": {{"x": "{SECRET}"}}}}', f'["{SECRET}"]', SECRET])
def test_an_error_about_what_is_stored_does_not_tell_it(shape: type[Schema], text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        shape.model_validate_json(text)
    assert SECRET not in str(caught.value)


def test_an_error_about_a_nested_secret_does_not_tell_it() -> None:
    body = f'''{{"connectCluster": 1, "sourceCluster": {{"externalCluster":
        {{"sourceConnectionProperties": ["{SECRET}"], "more": "{SECRET}"}}}}}}'''
    with pytest.raises(ValidationError) as caught:
        requests.MirrorRequest.model_validate_json(body)
    assert SECRET not in str(caught.value)
