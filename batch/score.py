"""Score, embed or rebuild a table: the columns of the input kept, the model's added. Knows no files.

Pictures are judged some at a time, and of each only what is asked for is kept: their pixels and errors are large.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from batch.strangest import Strange, strangest, strangest_of
from models.columns import Column, TypedColumn
from models.encoding import encode
from models.errors import COUNTED_MISMATCHES, TableMismatch
from models.feed import runs
from models.formats.folder import FILE
from models.judgement import Judgement, judge
from models.scorer import Scorer
from models.table import Table
from models.threshold import Threshold, Verdict

Columns = dict[str, Column]


def verdicts(judged: Judgement) -> Columns:
    """One column for each part of a verdict; cause, actual and expected are those of the top contributor."""
    tops = [judged.contributions(row, 1) for row in range(judged.rows)]
    return {
        "verdict": TypedColumn(judged.verdicts),
        "anomaly_score": numbers(judged.anomaly_score),
        "score": numbers(judged.score),
        "reconstruction_error": numbers(judged.reconstruction_error),
        "latent_distance": numbers(judged.latent_distance),
        "p_value": numbers(judged.p_value),
        "severity": numbers(judged.severity),
        "cause": TypedColumn([top[0].feature if top else None for top in tops]),
        "actual": TypedColumn([top[0].actual if top else None for top in tops]),
        "expected": TypedColumn([top[0].expected if top else None for top in tops]),
        "imputed": TypedColumn(["; ".join(judged.imputed(row)) for row in range(judged.rows)]),
        "warnings": TypedColumn(["; ".join(judged.warnings(row)) for row in range(judged.rows)]),
        "reason": TypedColumn(judged.reasons),
    }


def embeddings(judged: Judgement) -> Columns:
    """`latent_0`, `latent_1`, …; empty for a record without a verdict."""
    latent = judged.latent
    return {f"latent_{place}": numbers(latent[:, place]) for place in range(latent.shape[1])}


def reconstructions(judged: Judgement) -> Columns:
    """`expected_NAME` for every feature, in its own units; empty for a record without a verdict."""
    rows = [judged.expected(row) if judged.reasons[row] is None else {} for row in range(judged.rows)]
    return {f"expected_{name}": TypedColumn([row.get(name) for row in rows]) for name in judged.columns.names}


VIEWS: dict[str, Callable[[Judgement], Columns]] = {
    "score": verdicts,
    "embed": embeddings,
    "reconstruct": reconstructions,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of the judgement of some records: the view's columns, and what a person is told. `places`: their rows."""

    columns: Columns
    places: NDArray[np.int64]
    verdicts: list[Verdict]
    reasons: list[str | None]
    strangest: list[Strange]


@dataclass(frozen=True)
class Result:
    """Records, which are those of the input or the last of them, and what was seen of them."""

    records: Table
    seen: Seen

    @cached_property
    def table(self) -> Table:
        """The records with the view's columns after their own; a name that is taken gets `model_` before it.

        The bytes of pictures stay behind: no table can be written with them.
        """
        columns = {name: each for name, each in self.records.columns.items() if not _holds_bytes(each)}
        for name, column in self.seen.columns.items():
            columns[_free(name, columns)] = column
        return Table(columns, self.records.rows, self.records.places)

    def files(self) -> list[str]:
        """The file each record came from, of a folder of pictures."""
        return list(self.records.columns[FILE].cells)

    def pictures(self) -> list[bytes | None]:
        """Rebuilt pictures as PNG; None for one without a verdict."""
        (rebuilt,) = self.seen.columns.values()
        return [None if cell is None else base64.b64decode(cell) for cell in rebuilt.cells]


def scored(
    scorer: Scorer, table: Table, view: str, threshold: Threshold | None = None, *, last_only: bool = False
) -> Result:
    """Judge every record, or with `last_only` the last (of windows, the last of each series)."""
    judgements = _judgements(scorer, table, threshold, last_only=last_only)
    every = [_seen(judged, view, first) for first, judged in judgements]
    seen = every[-1] if last_only else _joined(every)
    return Result(table.take(seen.places) if last_only else table, seen)


def _judgements(
    scorer: Scorer, table: Table, threshold: Threshold | None, *, last_only: bool
) -> Iterator[tuple[int, Judgement]]:
    """All records at once, or pictures as many as go through the graph together; with the number of the first.

    TableMismatch names what is wrong with all of them.
    """
    refused: list[TableMismatch] = []
    for rows in runs(table.rows, scorer.run_rows if scorer.columns.images else table.rows):
        part = table.part(rows)
        try:
            if refused:
                encode(part, scorer.columns)
                continue
            judged = judge(scorer, part, threshold, last_only=last_only)
        except TableMismatch as error:
            refused.append(error)
        else:
            yield rows.start, judged
    if refused:
        total = min(sum(error.total for error in refused), COUNTED_MISMATCHES)
        raise TableMismatch([*chain.from_iterable(error.mismatches for error in refused)], total)


def _seen(judged: Judgement, view: str, first: int) -> Seen:
    return Seen(
        VIEWS[view](judged),
        judged.places + first,
        judged.verdicts,
        judged.reasons,
        strangest_of(judged, first),
    )


def _joined(every: Sequence[Seen]) -> Seen:
    """The same of all records."""
    return Seen(
        {name: _one_column([each.columns[name] for each in every]) for name in every[0].columns},
        np.concatenate([each.places for each in every]),
        [*chain.from_iterable(each.verdicts for each in every)],
        [*chain.from_iterable(each.reasons for each in every)],
        strangest(chain.from_iterable(each.strangest for each in every)),
    )


def _one_column(parts: Sequence[Column]) -> Column:
    return TypedColumn([*chain.from_iterable(part.cells for part in parts)])


def _holds_bytes(column: Column) -> bool:
    return any(isinstance(cell, bytes) for cell in column.cells)


def _free(name: str, taken: Columns) -> str:
    return name if name not in taken else _free(f"model_{name}", taken)


def numbers(values: object) -> TypedColumn:
    """Floats as cells; NaN becomes a missing cell, since neither JSON nor a verdict has one."""
    return TypedColumn([None if value != value else value for value in values.tolist()])  # type: ignore[attr-defined]  # noqa: PLR0124
