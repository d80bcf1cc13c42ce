"""Scoring: what can be done with records, one function a verb, as steps. Knows no requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from offbeat.client.asking import Ask, Asking
from offbeat.client.control import Control
from offbeat.client.documents import ColumnsReply, EmbedReply, ReconstructReply, ScoreReply
from offbeat.client.errors import document_of
from offbeat.client.pieces import Piece, joined
from offbeat.client.replies import SampleReply
from offbeat.client.steps import Steps
from offbeat.client.tables import DataFrame, Records, frame_of, table_of
from offbeat.client.tables.base import Frame, Part
from offbeat.client.verdicts import VERDICTS, text_columns, verdict_columns
from offbeat.client.wire import CSV, JPEG, JSON, PNG, written

Options = Mapping[str, Any]
Names = Sequence[str] | None
Like = TypeVar("Like", bound=DataFrame)
Kind = TypeVar("Kind", bound=dict[str, Any])
PNG_BEGINS = b"\x89PNG"


@dataclass(frozen=True, slots=True)
class Scoring:
    """The verbs of `/v1/models/{model}/…`. `names` are those of an array's columns."""

    asking: Asking

    @property
    def control(self) -> Control:
        """The same service's models and aliases."""
        return self.asking.control

    def score(self, model: str, records: Records, names: Names, options: Options) -> Steps[ScoreReply]:
        """A result for each record."""
        return _as(ScoreReply, self.asking.table(Ask(model, "score", options), table_of(records, names)))

    def score_columns(
        self, model: str, records: Records, names: Names, options: Options
    ) -> Steps[ColumnsReply]:
        """An array for each field of the results."""
        told = {**options, "orient": "columns"}
        return _as(ColumnsReply, self.asking.table(Ask(model, "score", told), table_of(records, names)))

    def score_frame(self, model: str, frame: Like, options: Options) -> Steps[Like]:
        """Verdicts in the kind of data frame that came."""
        table = frame_of(frame)
        told = {**options, "orient": "columns", "top_contributors": 1}
        in_arrow = table.reads_arrow and self.asking.wire.pays(table.rows)
        ask = Ask(model, "score", told, in_arrow=in_arrow)
        made: Like = _framed(table, (yield from self.asking.pieces(ask, table)))
        return made

    def score_csv(self, model: str, data: bytes, options: Options) -> Steps[ScoreReply]:
        """A result for each row."""
        return _as(ScoreReply, self._content(Ask(model, "score", options), data, CSV))

    def score_picture(self, model: str, data: bytes, options: Options) -> Steps[ScoreReply]:
        """The result of one picture."""
        media_type = PNG if data.startswith(PNG_BEGINS) else JPEG
        return _as(ScoreReply, self._content(Ask(model, "score", options), data, media_type))

    def embed(self, model: str, records: Records, names: Names, options: Options) -> Steps[EmbedReply]:
        """An embedding for each record."""
        return _as(EmbedReply, self.asking.table(Ask(model, "embed", options), table_of(records, names)))

    def reconstruct(
        self, model: str, records: Records, names: Names, options: Options
    ) -> Steps[ReconstructReply]:
        """Each record as the model would have it."""
        asked = self.asking.table(Ask(model, "reconstruct", options), table_of(records, names))
        return _as(ReconstructReply, asked)

    def sample(
        self, model: str, n: int, seed: int | None, condition: Options | None, reference: Options
    ) -> Steps[SampleReply]:
        """Made-up records."""
        asked = {"n": n, "seed": seed, "condition": condition}
        told = written({name: value for name, value in asked.items() if value is not None})
        return self._content(Ask(model, "sample", reference), told, JSON)

    def _content(self, ask: Ask, content: bytes, media_type: str) -> Steps[Any]:
        return document_of((yield from self.asking.content(ask, content, media_type)))


def _as(kind: type[Kind], asked: Steps[Any]) -> Steps[Kind]:
    """The document of a reply, as what it is."""
    return kind((yield from asked))


def _framed(frame: Frame, found: Sequence[Piece]) -> Any:  # noqa: ANN401
    """Arrow is the frame's own tongue; JSON is translated."""
    if all(piece.is_arrow for piece in found):
        parts = [Part(piece.reply.content, slice(piece.history, None)) for piece in found]
        return frame.of_arrow(parts, VERDICTS)
    columns = verdict_columns(joined(found)["results"])
    return frame.of_columns(columns, text_columns(columns))
