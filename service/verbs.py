"""Verbs: what can be done with records, one function each. VERBS names them all. Knows no ASGI."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.columns import SHOWN
from models.errors import NotPossible
from models.formats import of_media_type
from models.formats.json_text import JsonFormat
from models.table import Table
from service.options import Options, ReadOptions, ScoreOptions, read_options
from service.payloads import embed_reply, reconstruct_reply, score_reply
from service.scoring import Scoring
from service.served import Served


@dataclass(slots=True)
class Request:
    """What a client sent, read when a verb asks for it. `records` is how many there are, once they are read."""

    body: bytes
    content_type: str
    options: Mapping[str, str]
    max_rows: int
    records: int = 1

    def read(self, kind: type[Options]) -> tuple[Table, Options]:
        """The records and the options. ContractError for all that can be wrong with them."""
        table, beside = self._table()
        self.records = table.rows
        return table, read_options(kind, beside, self.options)

    def _table(self) -> tuple[Table, dict[str, Any]]:
        format_ = of_media_type(self.content_type.partition(";")[0][:SHOWN])
        if isinstance(format_, JsonFormat):
            return format_.read_document(self.body, most=self.max_rows)
        return format_.read(self.body, most=self.max_rows), {}


def score(scoring: Scoring, served: Served, request: Request) -> bytes:
    """Verdicts, their causes, and what was asked for beside them."""
    table, options = request.read(ScoreOptions)
    threshold = served.threshold.overridden(options.threshold)
    judgement = scoring.score(served, table, threshold, ignore_unknown=options.ignore_unknown)
    return score_reply(served, threshold, table, judgement, options)


def embed(scoring: Scoring, served: Served, request: Request) -> bytes:
    """The latent embedding of every record."""
    table, options = request.read(ReadOptions)
    return embed_reply(served, scoring.infer(served, table, ignore_unknown=options.ignore_unknown))


def reconstruct(scoring: Scoring, served: Served, request: Request) -> bytes:
    """Every record as the model would have it."""
    table, options = request.read(ReadOptions)
    return reconstruct_reply(served, scoring.infer(served, table, ignore_unknown=options.ignore_unknown))


def sample(_scoring: Scoring, served: Served, _request: Request) -> bytes:
    """New records, from models that can make them up. None of today's variants can."""
    variant = served.scorer.manifest.variant
    raise NotPossible(
        f"model {served.model[:SHOWN]!r} cannot make up records: it is a {variant} autoencoder, and only variational ones can"
    )


Verb = Callable[[Scoring, Served, Request], bytes]
VERBS: dict[str, Verb] = {"score": score, "embed": embed, "reconstruct": reconstruct, "sample": sample}
