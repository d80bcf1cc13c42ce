"""Schemas: JSON schemas as tables of fields, each with a type that leads to where it is told. Knows no route and no bundle.

`page` begins the anchors of a page: two pages may tell of schemas of one name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reference.markdown import code, joined, plain, table

Schema = Mapping[str, Any]
WORDS = {
    "minimum": "{} or more",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "minLength": "{} characters or more",
    "minItems": "{} or more of them",
    "pattern": "`{}`",
}


def sections(schemas: Mapping[str, Schema], page: str) -> str:
    """A section a schema, in the order of their names."""
    return joined(section(name, schemas[name], page) for name in sorted(schemas))


def section(name: str, schema: Schema, page: str) -> str:
    """What it is, and its fields."""
    about = (plain(part) for part in str(schema.get("description", "")).split("\n\n"))
    return joined([f"({anchor(name, page)})=\n### {name}", *about, fields(schema, page)])


def fields(schema: Schema, page: str) -> str:
    """A row a field: whether it must be there, its type, its limits, what it means."""
    must = schema.get("required", [])
    found: Mapping[str, Schema] = schema.get("properties", {})
    rows = [
        [code(name), type_of(each, page), _presence(each, name in must), _about(each)]
        for name, each in found.items()
    ]
    return table(["field", "type", "", "what"], rows)


def type_of(schema: Schema, page: str) -> str:
    """In words, with links to other schemas."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f"[{name}](#{anchor(name, page)})"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(type_of(each, page) for each in schema[key]))
    if "enum" in schema or "const" in schema:
        return " or ".join(code(each) for each in schema.get("enum", [schema.get("const")]))
    return _composed(schema, page)


def anchor(name: str, page: str) -> str:
    """Where a schema's section is."""
    return f"{page}-{name.lower()}"


def _composed(schema: Schema, page: str) -> str:
    kind = str(schema.get("type", "any JSON"))
    if kind == "array" and "prefixItems" in schema:
        return f"list of ({', '.join(type_of(each, page) for each in schema['prefixItems'])})"
    if kind == "array":
        return f"list of {type_of(schema.get('items', {}), page)}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {type_of(schema['additionalProperties'], page)}"
    return kind


def _presence(schema: Schema, required: bool) -> str:  # noqa: FBT001
    if required:
        return ""
    known = "default" in schema and _scalar(schema["default"])
    return f"default {code(json.dumps(schema['default']))}" if known else "may be absent"


def _scalar(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _about(schema: Schema) -> str:
    limits = ", ".join(WORDS[key].format(schema[key]) for key in WORDS if key in schema)
    return " ".join(each for each in (plain(str(schema.get("description", ""))), limits) if each)
