"""Verb docs: each verb as an OpenAPI operation, with examples from what is served. Knows no other route."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel

from models.judgement import judge
from models.names import CHAMPION
from service.examples import bodies, csv_body, table
from service.options import ReadOptions, ScoreOptions
from service.payloads import embed_reply, reconstruct_reply, score_reply
from service.problems import responses
from service.replies import EmbedReply, ReconstructReply, ScoreColumns, ScoreRecords, ScoreReply, ScoreRows
from service.served import Served

Document = dict[str, Any]
SHAPES: list[type[BaseModel]] = [ScoreRecords, ScoreColumns, ScoreRows]
REPLIES: dict[str, type[BaseModel]] = {
    "score": ScoreReply,
    "embed": EmbedReply,
    "reconstruct": ReconstructReply,
}
OPTIONS: dict[str, type[ReadOptions]] = {
    "score": ScoreOptions,
    "embed": ReadOptions,
    "reconstruct": ReadOptions,
}
EXAMPLE_OPTIONS: dict[str, Document] = {"score": {"top_contributors": 1, "expected": True}}
PROBLEMS = (400, 404, 408, 409, 413, 415, 422, 503)
SUMMARIES = {
    "score": "Score records",
    "embed": "Embed records",
    "reconstruct": "Reconstruct records",
    "sample": "Make up records",
}
ABOUT = {
    "score": "Records in, verdicts out: what is an anomaly, how strange it is, and which features say so.\n\n"
    "JSON in one of three shapes, with options beside the records or in the query; or `text/csv` with a header, "
    "options in the query. Column order never matters. A missing value is null, an absent key or an empty cell; "
    "it is imputed and listed.",
    "embed": "The latent embedding of every record: what lies near each other is alike.",
    "reconstruct": "Every record as the model would have it, in its own units: denoised, and gaps filled.",
    "sample": "New records from the model's own idea of normal. Only variational models can; others answer 409.",
}


def operation(verb: str, served: list[Served]) -> Document:
    """All about one verb. The first of `served` gives the example reply, each gives example requests."""
    found: Document = {
        "tags": ["Scoring"],
        "summary": SUMMARIES[verb],
        "description": ABOUT[verb],
        "operationId": verb,
        "parameters": [_model(), *_reference(), *_options(verb)],
        "responses": {str(status): said for status, said in responses(*PROBLEMS).items()},
    }
    if verb in REPLIES:
        content: Document = {"schema": reference_to(REPLIES[verb])}
        if served:
            content["example"] = orjson.loads(_reply(verb, served[0]))
        about = "One answer for each record, in the order they came."
        found["requestBody"] = {"required": True, "content": _content(verb, served)}
        found["responses"] = {
            "200": {"description": about, "content": {"application/json": content}},
            **found["responses"],
        }
    return found


def reference_to(kind: type[BaseModel]) -> Document:
    """Where a schema stands in the document."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _content(verb: str, served: list[Served]) -> Document:
    json: Document = {"schema": {"oneOf": [reference_to(shape) for shape in SHAPES]}}
    csv: Document = {"schema": {"type": "string"}}
    if served:
        json["examples"] = {
            f"{each.model}: {name}": {"value": body}
            for each in served
            for name, body in bodies(each.scorer.columns, EXAMPLE_OPTIONS.get(verb, {})).items()
        }
        csv["examples"] = {each.model: {"value": csv_body(each.scorer.columns)} for each in served}
    return {"application/json": json, "text/csv": csv}


def _reply(verb: str, served: Served) -> bytes:
    records = table(served.scorer.columns)
    judgement = judge(served.scorer, records, served.threshold)
    if verb == "score":
        return score_reply(served, served.threshold, records, judgement, ScoreOptions())
    return embed_reply(served, judgement) if verb == "embed" else reconstruct_reply(served, judgement)


def _model() -> Document:
    about = "The name of a model."
    return {
        "name": "model",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "description": about,
    }


def _reference() -> list[Document]:
    return [
        _query(
            "version", {"type": "integer", "minimum": 1}, "Pin a version; then its own threshold decides."
        ),
        _query("alias", {"type": "string"}, f"Which alias to ask, instead of {CHAMPION}."),
    ]


def _options(verb: str) -> list[Document]:
    fields = OPTIONS[verb].model_json_schema()["properties"] if verb in OPTIONS else {}
    return [_option(name, schema) for name, schema in fields.items()]


def _option(name: str, schema: Document) -> Document:
    """An option in the query. The API page would send a default it knows of, and so contradict one in the body."""
    kind = next((each for each in schema.get("anyOf", ()) if each["type"] != "null"), schema)
    default = schema.get("default")
    about = schema["description"] + (
        f" Default: {orjson.dumps(default).decode()}." if default is not None else ""
    )
    return _query(
        name, {key: kind[key] for key in kind if key not in {"default", "title", "description"}}, about
    )


def _query(name: str, schema: Document, about: str) -> Document:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": about}
