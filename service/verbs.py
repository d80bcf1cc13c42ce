"""Verbs: what can be done with records, one function each. VERBS names them all. Knows no ASGI."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from models.columns import SHOWN, expected
from models.errors import FormatUnknown, Mismatch, NotPossible, TableMismatch, TooLarge, TooManyRecords
from models.formats import FORMATS, of_media_type
from models.formats.json_text import JsonFormat, parsed
from models.formats.picture import PictureFormat
from models.judgement import Judgement
from models.manifest import Manifest
from models.scorer import VECTORS, Outputs
from models.table import Table, cut
from models.views import embeddings, reconstructions
from service.options import (
    SEEDS,
    Options,
    ReadOptions,
    SampleOptions,
    ScoreOptions,
    VerbOptions,
    read_options,
)
from service.payloads import embed_reply, picture_reply, reconstruct_reply, sample_reply, score_reply
from service.scoring import Scoring
from service.served import Served
from service.tables import identity, scored, table_reply, wanted
from service.wire import Reply

# Whoever posts a picture wants to see, not to count; a query may say otherwise.
OF_A_PICTURE = ScoreOptions(expected=True, error_map=True)
NAMED = 5  # features that a refusal lists
MOST_PIXELS = 20_000_000  # of all pictures of a call: each of them takes some thirty bytes on its way
PNG = b"image/png"
GENERATING = "variational"  # the variant that can make up records


@dataclass(slots=True)
class Request:
    """What a client sent, read when a verb asks for it. `records` is how many there are, once they are read.

    `read_already`: what the query's options say, where that is known.
    """

    body: bytes
    content_type: str
    options: Mapping[str, str]
    max_rows: int
    accept: str = ""
    read_already: VerbOptions | None = None
    records: int = 1
    is_picture: bool = False

    def read(self, kind: type[Options]) -> tuple[Table, Options]:
        """The records and the options. ContractError for all that can be wrong with them."""
        table, beside = self._table()
        self.records = table.rows
        # The options of one verb may be a kind of those of another, which knows fewer.
        if not beside and type(self.read_already) is kind:
            return table, self.read_already
        return table, read_options(kind, beside, self.options)

    def read_options(self, kind: type[Options]) -> Options:
        """Options where there are no records: JSON, or nothing at all."""
        beside = self._document() if self.body else {}
        if not isinstance(beside, dict):
            raise TableMismatch([Mismatch("", "", expected("an object", beside))])
        return read_options(kind, beside, self.options)

    def _table(self) -> tuple[Table, dict[str, Any]]:
        format_ = of_media_type(self._media_type)
        if isinstance(format_, JsonFormat):
            return format_.read_document(self.body, most=self.max_rows)
        self.is_picture = isinstance(format_, PictureFormat)
        return format_.read(self.body, most=self.max_rows), {}

    def _document(self) -> object:
        json = FORMATS["json"].media_type
        if self._media_type.strip().lower() != json:
            raise FormatUnknown(self._media_type, [json])
        return parsed(self.body)

    @property
    def _media_type(self) -> str:
        return self.content_type.partition(";")[0][:SHOWN]


def score(scoring: Scoring, served: Served, request: Request) -> Reply:
    """Verdicts, their causes, and what was asked for beside them."""
    form = wanted(request.accept)
    table, options = _read(served, request, ScoreOptions)
    if options.error_map and not served.scorer.columns.images:
        raise NotPossible(f"model {served.model[:SHOWN]!r} has no error map: only models of images have one")
    if request.is_picture:
        options = OF_A_PICTURE.model_copy(update=options.model_dump(exclude_unset=True))
    threshold = served.threshold.overridden(options.threshold)
    judgement = scoring.score(
        served,
        table,
        threshold,
        ignore_unknown=options.ignore_unknown,
        last_only=options.last_only,
        outputs=options.outputs,
    )
    if form:
        return table_reply(form, served, scored(judgement, table, options), judgement, threshold)
    return _json(score_reply(served, threshold, table, judgement, options))


def embed(scoring: Scoring, served: Served, request: Request) -> Reply:
    """The latent embedding of every record."""
    form = wanted(request.accept)
    judgement = _inferred(scoring, served, request, (*VECTORS, "latent"))
    if form:
        return table_reply(form, served, embeddings(judgement), judgement)
    return _json(embed_reply(served, judgement))


def reconstruct(scoring: Scoring, served: Served, request: Request) -> Reply:
    """Every record as the model would have it; a picture for a picture."""
    form = wanted(request.accept)
    judgement = _inferred(scoring, served, request, (*VECTORS, "expected"))
    if form:
        return table_reply(form, served, reconstructions(judgement), judgement)
    if request.is_picture:
        return Reply(HTTPStatus.OK, picture_reply(judgement), ((b"content-type", PNG), *identity(served)))
    return _json(reconstruct_reply(served, judgement))


def sample(_scoring: Scoring, served: Served, request: Request) -> Reply:
    """New records, from models that can make them up."""
    sampler = served.scorer.sampler
    if sampler is None:
        why = _why_no_sampler(served.scorer.manifest)
        raise NotPossible(f"model {served.model[:SHOWN]!r} cannot make up records: {why}")
    options = request.read_options(SampleOptions)
    if options.n > request.max_rows:
        raise TooManyRecords(request.max_rows)
    seed = secrets.randbelow(SEEDS) if options.seed is None else options.seed
    return _json(sample_reply(served, seed, sampler.sample(options.n, seed, options.condition)))


def _inferred(scoring: Scoring, served: Served, request: Request, outputs: Outputs) -> Judgement:
    table, options = _read(served, request, ReadOptions)
    return scoring.infer(
        served,
        table,
        ignore_unknown=options.ignore_unknown,
        last_only=options.last_only,
        outputs=outputs,
    )


def _read(served: Served, request: Request, kind: type[Options]) -> tuple[Table, Options]:
    """The records and the options, refused where the model cannot take so many pictures, or any."""
    table, options = request.read(kind)
    columns = served.scorer.columns
    table = table.named(columns.inputs)
    if request.is_picture and not columns.images:
        raise _takes_records(columns.inputs)
    for image in columns.images:
        if table.rows > max(1, MOST_PIXELS // (image.height * image.width)):
            raise TooLarge(
                f"{table.rows:,} pictures of {image.width} x {image.height} pixels are too many for one call, "
                f"which may hold {MOST_PIXELS:,} pixels"
            )
    return table, options


def _takes_records(inputs: Sequence[str]) -> TableMismatch:
    """Says what the model takes, rather than that a picture lacks each feature."""
    names = ", ".join(cut(name) for name in inputs[:NAMED]) + (", …" if len(inputs) > NAMED else "")
    return TableMismatch([Mismatch("", "", f"the model takes records of {names}, not pictures")])


def _why_no_sampler(manifest: Manifest) -> str:
    if manifest.variant != GENERATING:
        return f"its variant is {manifest.variant}; only {GENERATING} models can"
    if manifest.window or manifest.columns.images:
        judged = "windows of readings" if manifest.window else "images"
        return f"it judges {judged}; only {GENERATING} models of single records can"
    return "it was published without a sampler; train it again"


def _json(body: bytes) -> Reply:
    return Reply(HTTPStatus.OK, body)


Verb = Callable[[Scoring, Served, Request], Reply]
VERBS: dict[str, Verb] = {"score": score, "embed": embed, "reconstruct": reconstruct, "sample": sample}
