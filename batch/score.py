"""Score, embed or rebuild a table: the columns of the input kept, the model's added. Knows no files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from models.columns import Column, TypedColumn
from models.formats.folder import FILE
from models.judgement import Judgement, judge
from models.pictures import encode_png
from models.scorer import Scorer
from models.table import Table
from models.threshold import Threshold

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


@dataclass(frozen=True)
class Result:
    """The judgement of records, which are those of the input or the last of them, and how it is to be seen."""

    judged: Judgement
    records: Table
    view: str

    @cached_property
    def table(self) -> Table:
        """The records with the view's columns after their own; a name that is taken gets `model_` before it.

        The bytes of pictures stay behind: no table can be written with them.
        """
        columns = {name: each for name, each in self.records.columns.items() if not _holds_bytes(each)}
        for name, column in VIEWS[self.view](self.judged).items():
            columns[_free(name, columns)] = column
        return Table(columns, self.records.rows, self.records.places)

    def files(self) -> list[str]:
        """The file each record came from, of a folder of pictures."""
        return list(self.records.columns[FILE].cells)

    def pictures(self) -> list[bytes | None]:
        """Each picture as the model would have it, as a PNG; None for one without a verdict."""
        expected = self.judged.scores.expected
        known = [reason is None for reason in self.judged.reasons]
        return [encode_png(expected[row]) if there else None for row, there in enumerate(known)]


def scored(
    scorer: Scorer, table: Table, view: str, threshold: Threshold | None = None, *, last_only: bool = False
) -> Result:
    """Judge every record, or with `last_only` the last (of windows, the last of each series)."""
    judged = judge(scorer, table, threshold, last_only=last_only)
    return Result(judged, table.take(judged.places) if last_only else table, view)


def _holds_bytes(column: Column) -> bool:
    return any(isinstance(cell, bytes) for cell in column.cells)


def _free(name: str, taken: Columns) -> str:
    return name if name not in taken else _free(f"model_{name}", taken)


def numbers(values: object) -> TypedColumn:
    """Floats as cells; NaN becomes a missing cell, since neither JSON nor a verdict has one."""
    return TypedColumn([None if value != value else value for value in values.tolist()])  # type: ignore[attr-defined]  # noqa: PLR0124
