"""JSON Schemas of the models, for editors that complete and check YAML files while they are written."""

import json
from copy import deepcopy
from typing import Any

from pydantic import BaseModel

from sim.configs.notes import ANNOTATIONS, SECTION_NOTE, Annotation
from sim.configs.values import SCHEDULE_KEYS

DIALECT = "http://json-schema.org/draft-07/schema#"
OUTER = ("title", "description", "default")
NOTHING = {"type": "null"}


def json_schema(model: type[BaseModel], *, partial: bool = False, extends: bool = False) -> dict[str, Any]:
    """The schema of a file that describes a model, remarks beside values allowed.

    `partial` files may leave keys to other files. `extends` allows the name of a base, which may then hold
    the rest, so that no key is required at all.
    """
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    remarks = Annotation.model_json_schema()
    for section in (schema, *definitions.values()):
        _open_section(section, definitions, partial=partial or extends)
    definitions["Remarks"] = {"type": "object", "properties": remarks["properties"]}
    definitions["RemarkNames"] = {"enum": ["value", *SCHEDULE_KEYS, *ANNOTATIONS]}
    definitions["Note"] = {**definitions["Remarks"], "additionalProperties": False}
    if extends:
        words = "The policy this file differs from, by name or path."
        schema["properties"] = {"extends": {"type": "string", "description": words}, **schema["properties"]}
    text = json.dumps({"$schema": DIALECT, **_bare(schema), "definitions": _bare(definitions)})
    for name, short in _short_names(definitions).items():
        text = text.replace(f'"{name}"', f'"{short}"').replace(f'definitions/{name}"', f'definitions/{short}"')
    shortened: dict[str, Any] = json.loads(text)
    return shortened


def _open_section(schema: dict[str, Any], definitions: dict[str, Any], *, partial: bool) -> None:
    """Allow remarks beside every value of a section, and a note for all of it."""
    if "properties" not in schema:
        return
    if partial:
        schema.pop("required", None)
    schema["properties"] = {name: _open(value, definitions) for name, value in schema["properties"].items()}
    schema["properties"][SECTION_NOTE] = {"$ref": "#/$defs/Note"}


def _open(value: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value, or of a value with remarks."""
    value = deepcopy(value)
    outer: dict[str, Any] = {key: value.pop(key) for key in OUTER if key in value}
    remarks = {"allOf": [{"$ref": "#/$defs/Remarks"}], "propertyNames": {"$ref": "#/$defs/RemarkNames"}}
    if _is_section(value, definitions):
        if NOTHING in value.get("anyOf", []):
            absent = {"type": "object", "required": ["value"], "properties": {"value": NOTHING}, **remarks}
            value["anyOf"].append(absent)
        return {**outer, **value}
    if isinstance(value.get("additionalProperties"), dict):
        table = {**value, "additionalProperties": _open(value["additionalProperties"], definitions)}
        names = table.get("propertyNames", {})
        if "enum" in names:
            table["propertyNames"] = {"enum": [*names["enum"], SECTION_NOTE]}
        table["properties"] = {SECTION_NOTE: {"$ref": "#/$defs/Note"}}
        return {**outer, **table}
    forms = value["anyOf"] if set(value) == {"anyOf"} else [value]
    plain: list[dict[str, Any]] = []
    dated: list[dict[str, Any]] = []
    for form in forms:
        keys = [key for key in SCHEDULE_KEYS if key in form.get("properties", {})]
        (dated if keys else plain).append(_with_switch_words(form))
    annotated = [
        {"type": "object", "required": ["value"], "properties": {"value": {"anyOf": plain}}, **remarks},
        *({**{key: part for key, part in form.items() if key != "additionalProperties"}, **remarks} for form in dated),
    ]
    return {**outer, "anyOf": [*plain, *annotated]}


def _with_switch_words(form: dict[str, Any]) -> dict[str, Any]:
    return {"enum": [True, False, "on", "off"]} if form.get("type") == "boolean" else form


def _is_section(value: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """Whether a value is a section, or a table or choice of sections."""
    if "$ref" in value:
        return "properties" in definitions.get(value["$ref"].removeprefix("#/$defs/"), {})
    if "allOf" in value:
        return any(_is_section(part, definitions) for part in value["allOf"])
    return "anyOf" in value and any("$ref" in part and _is_section(part, definitions) for part in value["anyOf"])


def _short_names(definitions: dict[str, Any]) -> dict[str, str]:
    """Names for definitions of generic sections, whose own names spell out their types."""
    names: dict[str, str] = {}
    for name in definitions:
        first = name.partition("_")[0]
        names[name] = f"{first}{len(names) + 1}" if first != name else name
    return names


def _bare(schema: Any) -> Any:
    """Without the titles that pydantic makes of names, and with references as the dialect wants them."""
    if isinstance(schema, dict):
        kept = {key: _bare(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
        if isinstance(kept.get("$ref"), str):
            kept["$ref"] = kept["$ref"].replace("#/$defs/", "#/definitions/")
        return kept
    if isinstance(schema, list):
        return [_bare(item) for item in schema]
    return schema
