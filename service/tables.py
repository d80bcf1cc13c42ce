"""Replies that are tables: the verdicts in the format a client accepts, one record a row. Knows the header, not the route."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from models.columns import SHOWN, Column
from models.formats import FORMATS
from models.formats.base import Format
from models.formats.json_text import JsonPlaces
from models.judgement import Judgement
from models.table import Table
from models.threshold import Threshold
from models.views import actuals, embeddings, reconstructions, verdicts
from service.options import ScoreOptions
from service.payloads import passed_through
from service.refusals import NotAcceptable
from service.served import Served
from service.wire import Headers, Reply

Columns = Mapping[str, Column]
JSON = FORMATS["json"].media_type
NOWHERE = JsonPlaces("results", {})  # nothing of a reply is refused
# What a table of text and numbers can be written as, by its media type.
TABULAR = {FORMATS[name].media_type: FORMATS[name] for name in ("csv", "ndjson", "parquet", "arrow", "npy")}


def wanted(accept: str) -> Format | None:
    """The format an Accept header asks for first, by its weights; None for the JSON of every reply.

    NotAcceptable when it names only what no reply can be.
    """
    if not accept:
        return None
    ranked = sorted(map(_weighed, accept.lower().split(",")), key=lambda pair: -pair[1])
    for media_type, weight in ranked:
        if weight > 0 and media_type in TABULAR:
            return TABULAR[media_type]
        if weight > 0 and (media_type in {JSON, "application/*", "*/*"} or media_type.startswith("image/")):
            return None
    raise NotAcceptable(accept[:SHOWN], [JSON, *TABULAR])


def scored(judged: Judgement, table: Table, options: ScoreOptions) -> Columns:
    """What a score says of each record, after the columns that are passed through."""
    columns = dict(passed_through(table, judged)) | verdicts(judged)
    if options.embedding:
        columns |= embeddings(judged)
    if options.actual:
        columns |= actuals(judged)
    if options.expected:
        columns |= reconstructions(judged)
    return columns


def table_reply(
    form: Format, served: Served, columns: Columns, judged: Judgement, threshold: Threshold | None = None
) -> Reply:
    """The columns in a format; which version answered, and by which threshold, stands in the header."""
    body = form.write(Table(columns, judged.rows, NOWHERE))
    told = _threshold(threshold) if threshold else ()
    return Reply(HTTPStatus.OK, body, ((b"content-type", form.media_type.encode()), *identity(served), *told))


def _threshold(threshold: Threshold) -> Headers:
    return (
        (b"x-offbeat-threshold", repr(threshold.value).encode()),
        (b"x-offbeat-threshold-method", threshold.method.encode()),
    )


def identity(served: Served) -> Headers:
    """What a JSON reply says of the version that answered."""
    generation = ((b"x-offbeat-generation", b"%d" % served.generation),) if served.generation else ()
    return (
        (b"x-offbeat-model", served.model.encode()),
        (b"x-offbeat-version", b"%d" % served.version),
        (b"x-offbeat-digest", served.digest.encode()),
        *generation,
    )


def _weighed(part: str) -> tuple[str, float]:
    media_type, *parameters = (each.strip() for each in part.split(";"))
    weights = [each[2:] for each in parameters if each.startswith("q=")]
    try:
        return media_type, float(weights[0]) if weights else 1.0
    except ValueError:
        return media_type, 0.0
