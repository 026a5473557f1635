"""The models as JSON Schema, each property with the words that a reader needs."""

from collections.abc import Iterable
from typing import Any, Literal

from mirroring.schema import Request, Schema
from pydantic.json_schema import models_json_schema

from lockstep.openapi.words import word

REFERENCE = "#/components/schemas/{model}"
# The one property of an answer that is left out where there is nothing to say.
OPTIONAL = {("Problem", "errors")}


def schemas(taken: Iterable[type[Request]], given: Iterable[type[Schema]]) -> dict[str, Any]:
    """The definitions of what is taken and of what is given, by name; raises ValueError."""
    inputs = {name: _taken(one) for name, one in _definitions(taken, "validation").items()}
    outputs = {
        name: _given(name, one) for name, one in _definitions(given, "serialization").items()
    }
    both = inputs.keys() & outputs.keys()
    if unlike := sorted(name for name in both if inputs[name] != outputs[name]):
        raise ValueError(f"Two models share a name: {', '.join(unlike)}.")
    found = inputs | {name: _open(one) for name, one in outputs.items() if name not in inputs}
    return {name: _described(name, found[name]) for name in sorted(found)}


def _definitions(
    models: Iterable[type[Schema]], mode: Literal["validation", "serialization"]
) -> dict[str, Any]:
    wanted = [(model, mode) for model in dict.fromkeys(models)]
    _, document = models_json_schema(wanted, by_alias=True, ref_template=REFERENCE)
    definitions: dict[str, Any] = document["$defs"]
    return definitions


def _taken(definition: dict[str, Any]) -> dict[str, Any]:
    """A request's field may be left out; null stands in the models for that and is refused."""
    for name, one in definition.get("properties", {}).items():
        kinds = [kind for kind in one.get("anyOf", ()) if kind != {"type": "null"}]
        if len(kinds) == 1:
            kept = {key: value for key, value in one.items() if key not in ("anyOf", "default")}
            definition["properties"][name] = kept | kinds[0]
    return definition


def _given(model: str, definition: dict[str, Any]) -> dict[str, Any]:
    """An answer holds every property, and may grow others that a client must not choke on."""
    definition.pop("additionalProperties", None)
    properties = definition.get("properties", {})
    for one in properties.values():
        one.pop("default", None)
    if properties:
        definition["required"] = [n for n in properties if (model, n) not in OPTIONAL]
    return definition


def _open(definition: dict[str, Any]) -> dict[str, Any]:
    """Words of an answer may grow: a client that knew only these would break on the next one."""
    if "enum" in definition:
        definition["x-extensible-enum"] = definition.pop("enum")
    return definition


def _described(model: str, definition: dict[str, Any]) -> dict[str, Any]:
    definition.pop("title", None)
    definition["description"] = definition.get("description", "").replace("None", "null")
    for name, one in definition.get("properties", {}).items():
        one.pop("title", None)
        one["description"] = word(model, name)
    return definition
