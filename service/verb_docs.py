"""Verb docs: each verb as an OpenAPI operation, with examples from what is served. Knows no other route."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from pydantic import BaseModel

from models.errors import ContractError
from models.formats import FORMATS
from models.formats.picture import PictureFormat
from models.judgement import judge
from models.names import CHAMPION
from service.examples import bodies, csv_body, records, sample_body, table
from service.options import ReadOptions, SampleOptions, ScoreOptions, VerbOptions
from service.payloads import embed_reply, reconstruct_reply, sample_reply, score_reply
from service.problems import responses
from service.replies import (
    EmbedReply,
    ReconstructReply,
    SampleReply,
    ScoreColumns,
    ScoreRecords,
    ScoreReply,
    ScoreRows,
)
from service.served import Served
from service.tables import TABULAR

Document = dict[str, Any]
SHAPES: list[type[BaseModel]] = [ScoreRecords, ScoreColumns, ScoreRows]
REPLIES: dict[str, type[BaseModel]] = {
    "score": ScoreReply,
    "embed": EmbedReply,
    "reconstruct": ReconstructReply,
    "sample": SampleReply,
}
OPTIONS: dict[str, type[VerbOptions]] = {
    "score": ScoreOptions,
    "embed": ReadOptions,
    "reconstruct": ReadOptions,
    "sample": SampleOptions,
}
BODY_ONLY = {"condition"}  # no query can hold an object
PICTURES = [each.media_type for each in FORMATS.values() if isinstance(each, PictureFormat)]
PICTURE = {"schema": {"type": "string", "format": "binary"}}
# Tables beside CSV, which has examples.
BINARY = {media_type: PICTURE for media_type in TABULAR if media_type != FORMATS["csv"].media_type}
EXAMPLE_OPTIONS: dict[str, Document] = {"score": {"top_contributors": 1, "expected": True}}
PROBLEMS = (400, 404, 406, 408, 409, 413, 415, 422, 503)
SUMMARIES = {
    "score": "Score records",
    "embed": "Embed records",
    "reconstruct": "Reconstruct records",
    "sample": "Make up records",
}
RETURNS = {
    "score": "A verdict for each record, in the order they came.",
    "embed": "An embedding for each record, in the order they came.",
    "reconstruct": "A record for each record, in the order they came; for a posted picture a PNG.",
    "sample": "As many records as were asked for.",
}
ABOUT = {
    "score": "Records in, verdicts out: what is an anomaly, how strange it is, and which features say so.\n\n"
    "JSON in one of three shapes, with options beside the records or in the query; or CSV with a header, NDJSON, Parquet, "
    "an Arrow stream or npy, options in the query. `Accept` asks for the reply in any of them: a row a record, the top "
    "contributor as its cause. A body may be compressed (`Content-Encoding: gzip`). Column order never matters. A missing value is null, an absent key or an empty cell; "
    "it is imputed and listed.\n\n"
    "A model of windows judges each reading by those before it: the body carries the history, and a reading without a "
    "whole window is `unknown`. A model of images takes one picture as it is (`image/png`, `image/jpeg`), or several as "
    "base64 in the column `image`.",
    "embed": "The latent embedding of every record: what lies near each other is alike.",
    "reconstruct": "Every record as the model would have it, in its own units: denoised, and gaps filled. A posted "
    "picture is answered with a picture.",
    "sample": "New records from the model's own idea of normal, inside the trained range; an empty body asks for one. "
    "Only variational models of single records can; others answer 409.",
}


def operation(verb: str, served: list[Served]) -> Document:
    """All about one verb. The first of `served` gives the example reply, each gives example requests."""
    json = {"schema": reference_to(REPLIES[verb]), **_example(verb, served)}
    tables = {} if verb == "sample" else {"text/csv": {"schema": {"type": "string"}}, **BINARY}
    pictures = {"image/png": PICTURE} if verb == "reconstruct" else {}
    ok = {"description": RETURNS[verb], "content": {"application/json": json, **tables, **pictures}}
    return {
        "tags": ["Scoring"],
        "summary": SUMMARIES[verb],
        "description": ABOUT[verb],
        "operationId": verb,
        "parameters": [_model(), *_reference(), *_options(verb)],
        "requestBody": {"required": verb != "sample", "content": CONTENTS.get(verb, _records)(verb, served)},
        "responses": {"200": ok, **{str(status): told for status, told in responses(*PROBLEMS).items()}},
    }


def answering(verb: str, served: list[Served]) -> list[Served]:
    """Those that can do it."""
    return [each for each in served if each.scorer.sampler] if verb == "sample" else served


def reference_to(kind: type[BaseModel]) -> Document:
    """Where a schema stands in the document."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _records(verb: str, served: list[Served]) -> Document:
    json: Document = {"schema": {"oneOf": [reference_to(shape) for shape in SHAPES]}}
    csv: Document = {"schema": {"type": "string"}}
    shown = [each for each in served if records(each.scorer.manifest)]
    if shown:
        json["examples"] = {
            f"{each.model}: {name}": {"value": body}
            for each in shown
            for name, body in bodies(each.scorer.manifest, EXAMPLE_OPTIONS.get(verb, {})).items()
        }
        csv["examples"] = {each.model: {"value": csv_body(each.scorer.manifest)} for each in shown}
    return {"application/json": json, "text/csv": csv, **BINARY, **dict.fromkeys(PICTURES, PICTURE)}


def _sampling(_verb: str, served: list[Served]) -> Document:
    json: Document = {"schema": reference_to(SampleOptions)}
    if served:
        json["examples"] = {each.model: {"value": sample_body(each.scorer.columns)} for each in served}
    return {"application/json": json}


CONTENTS: dict[str, Callable[[str, list[Served]], Document]] = {"sample": _sampling}


def _example(verb: str, served: list[Served]) -> Document:
    """What the first example of the first model is answered with, where there is one."""
    with suppress(ContractError):
        found = _reply(verb, served[0]) if served else None
        return {"example": orjson.loads(found)} if found else {}
    return {}


def _reply(verb: str, served: Served) -> bytes | None:
    scorer = served.scorer
    if verb == "sample" and scorer.sampler:
        asked = SampleOptions(**sample_body(scorer.columns))
        return sample_reply(
            served, asked.seed or 0, scorer.sampler.sample(asked.n, asked.seed or 0, asked.condition)
        )
    if not records(scorer.manifest):
        return None
    found = table(scorer.manifest)
    judgement = judge(scorer, found, served.threshold)
    if verb == "score":
        return score_reply(served, served.threshold, found, judgement, ScoreOptions())
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
    fields = OPTIONS[verb].model_json_schema()["properties"]
    return [_option(name, schema) for name, schema in fields.items() if name not in BODY_ONLY]


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
