"""OpenAPI: FastAPI's document with the hot routes beside its own, and path parameters that lead somewhere. Knows no FastAPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from models.names import CHAMPION
from service.oip import documents
from service.options import SampleOptions
from service.posted import ROUTES
from service.replies import Problem
from service.served import Served, ServedModel
from service.verb_docs import REPLIES, SHAPES, answering, operation

Document = dict[str, Any]
TEMPLATE = "#/components/schemas/{model}"
FASTAPI_ERRORS = {"HTTPValidationError", "ValidationError"}  # every refusal here is a Problem


def documented(base: Document, models: Mapping[str, ServedModel]) -> Document:
    """`base`, which stays as it is, with the hot routes, the problems, and examples for what is served."""
    served = [model.aliases[CHAMPION] for _, model in sorted(models.items()) if CHAMPION in model.aliases]
    hot = {route.path: {"post": _hot(verb, served)} for verb, route in ROUTES.items()}
    control = {
        path: {method: _control(found, served) for method, found in operations.items()}
        for path, operations in base["paths"].items()
    }
    components = {**base.get("components", {}), "schemas": _schemas(base)}
    return {**base, "paths": {**hot, **control, **documents.operations(served)}, "components": components}


def _hot(verb: str, served: list[Served]) -> Document:
    able = answering(verb, served)
    found = operation(verb, able)
    return {**found, "parameters": [*_led(found["parameters"], able or served)]}


def _schemas(base: Document) -> Document:
    kinds: list[type[BaseModel]] = [*SHAPES, *REPLIES.values(), SampleOptions, Problem, *documents.SHAPES]
    _, ours = models_json_schema([(kind, "serialization") for kind in kinds], ref_template=TEMPLATE)
    theirs = base.get("components", {}).get("schemas", {})
    return {name: schema for name, schema in (theirs | ours["$defs"]).items() if name not in FASTAPI_ERRORS}


def _control(found: Document, served: list[Served]) -> Document:
    """FastAPI announces its own 422 for every route with parameters; ours stand in `responses` already."""
    responses = {
        status: said for status, said in found["responses"].items() if "HTTPValidationError" not in str(said)
    }
    return {**found, "responses": responses, "parameters": [*_led(found.get("parameters", []), served)]}


def _led(parameters: list[Document], served: list[Served]) -> Iterator[Document]:
    known = {"model": served[0].model, "version": served[0].version, "alias": CHAMPION} if served else {}
    for parameter in parameters:
        here = parameter["in"] == "path" and parameter["name"] in known
        yield {**parameter, "example": known[parameter["name"]]} if here else parameter
