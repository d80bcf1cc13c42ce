"""Routes: the OpenAPI document of the running code, as pages that can be read without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reference.markdown import code, joined, plain, table
from reference.schemas import Schema, sections, type_of
from service.app import create_app
from service.settings import Settings

METHODS = ("get", "put", "post", "patch", "delete")
OTHER, PAGE = "Other", "http"


def document() -> dict[str, Any]:
    """What `/openapi.json` answers where no model is served, so that it is the same everywhere."""
    with TemporaryDirectory() as empty:
        return create_app(Settings(repository=Path(empty))).openapi()


def written() -> str:
    """A section a tag, in it one a route; then every schema."""
    found = document()
    tagged: dict[str, list[str]] = {}
    for path, method, operation in operations(found):
        tag = (operation.get("tags") or [OTHER])[0]
        tagged.setdefault(tag, []).append(_route(path, method, operation))
    routes = (joined([f"## {tag}", *each]) for tag, each in tagged.items())
    return joined([*routes, "## Schemas", sections(found["components"]["schemas"], PAGE)])


def operations(found: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Path, method and description of each."""
    for path, methods in found["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _route(path: str, method: str, operation: Mapping[str, Any]) -> str:
    about = (plain(part) for part in str(operation.get("description", "")).split("\n\n"))
    return joined(
        [
            f"### `{method.upper()} {path}`",
            f"**{operation.get('summary', '')}.**",
            *about,
            table(["parameter", "in", "type", "what"], map(_parameter, operation.get("parameters", []))),
            _body(operation.get("requestBody", {})),
            table(["status", "reply", "types"], _replies(operation["responses"])),
        ]
    )


def _parameter(found: Mapping[str, Any]) -> list[str]:
    schema = found.get("schema", {})
    default = f" Default {code(schema['default'])}." if schema.get("default") is not None else ""
    return [
        code(found["name"]),
        found["in"],
        type_of(schema, PAGE),
        plain(found.get("description", "")) + default,
    ]


def _body(body: Mapping[str, Any]) -> str:
    rows = [[code(kind), _shape(content)] for kind, content in body.get("content", {}).items()]
    return table(["body", "shape"], rows)


def _replies(responses: Mapping[str, Any]) -> Iterator[list[str]]:
    for status, said in responses.items():
        kinds = (
            f"{code(kind)} {_shape(content)}".rstrip() for kind, content in said.get("content", {}).items()
        )
        yield [
            f"{status} {HTTPStatus(int(status)).phrase}",
            plain(said.get("description", "")),
            ", ".join(kinds),
        ]


def _shape(content: Mapping[str, Any]) -> str:
    schema: Schema = content.get("schema", {})
    return type_of(schema, PAGE) if {"$ref", "oneOf", "anyOf", "items"} & {*schema} else ""
