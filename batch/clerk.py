"""Clerk: judges a piece of a file and renders what comes of it. Knows neither what came before nor where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from batch.presence import absent, check_known
from batch.reading.piece import Piece
from batch.records import Records
from batch.survey import Layout
from batch.tally import Tally, tally
from batch.writing.form import Form
from models.bundle import open_bundle
from models.columns import Column
from models.encoding import encode
from models.judgement import Judgement, judge
from models.number_column import NumberColumn
from models.scorer import VECTORS, Outputs, Scorer
from models.views import VIEWS

NEEDED: Mapping[str, Outputs] = {"score": (), "embed": ("latent",), "reconstruct": ("expected",)}
CAUSES = ("expected", "attribution")
OF_CAUSES = ("actual", "expected")


class Answer(NamedTuple):
    """What came of a piece. absent: the features that none of its records has. done: the share of the file so far."""

    rendered: Any
    tally: Tally
    absent: frozenset[str]
    done: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What a clerk is to do, as it can be sent to another process. The bundle is opened there, by its digest.

    threshold: in place of the bundle's own. layout: as `Form.render` says. causes: whether what adds most to a score is asked.
    """

    folder: Path
    digest: str
    view: str
    form: Form
    threshold: float | None = None
    ignore_unknown: bool = False
    causes: bool = False
    last_only: bool = False
    layout: Layout | None = None

    def clerk(self) -> Clerk:
        """Ready to work. BundleRefused as `Scorer` says."""
        return Clerk(Scorer(open_bundle(self.folder, self.digest)), self)


class Clerk:
    """Answers for pieces, each alone. TableMismatch and FormatRefused tell the place in the whole file."""

    def __init__(self, scorer: Scorer, asked: Asked) -> None:
        self.scorer, self.asked = scorer, asked
        self.threshold = scorer.manifest.threshold.overridden(asked.threshold)
        wanted = {*NEEDED[asked.view], *(CAUSES if asked.causes else ())}
        self.outputs = (*VECTORS, *sorted(wanted))

    def __call__(self, piece: Piece) -> Answer:
        """Judge and render."""
        records = piece.records()
        lacking = self.look(records)
        judged = judge(
            self.scorer,
            records.table,
            self.threshold,
            last_only=self.asked.last_only,
            outputs=self.outputs,
        )
        if self.asked.last_only:
            records = records.take(judged.places)
        columns = self._columns(judged, records.earlier)
        rendered = self.asked.form.render(records.later(), columns, self.asked.layout)
        return Answer(rendered, tally(judged, columns, records), lacking, piece.done)

    def look(self, records: Records) -> frozenset[str]:
        """The features that none of them has. TableMismatch for a column that nobody knows."""
        columns = self.scorer.columns
        check_known(records.table, columns, ignore_unknown=self.asked.ignore_unknown)
        return absent(records.table, columns)

    def check(self, records: Records) -> frozenset[str]:
        """The same, and TableMismatch for what cannot be encoded."""
        lacking = self.look(records)
        encode(records.table, self.scorer.columns)
        return lacking

    def _columns(self, judged: Judgement, earlier: int) -> dict[str, Column]:
        """What the view says of the records behind the history; of numbers alone also causes are numbers."""
        columns = VIEWS[self.asked.view](judged)
        if not self.scorer.columns.categorical and self.asked.view == "score":
            columns |= {name: _number(columns[name]) for name in OF_CAUSES if name in columns}
        if not earlier:
            return columns
        rows = np.arange(earlier, judged.rows)
        return {name: column.take(rows) for name, column in columns.items()}


def _number(column: Column) -> Column:
    if isinstance(column, NumberColumn):
        return column
    read = column.numbers()
    return NumberColumn(read.values, read.missing)
