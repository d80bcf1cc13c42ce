"""Payloads: the JSON that leaves the scoring routes, its keys in their documented order. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from models.columns import Column as Cells
from models.columns import TextColumn
from models.errors import FormatRefused
from models.judgement import Contribution, Judgement
from models.pictures import encode_png
from models.sampler import Columns
from models.table import Table
from models.threshold import ANOMALY, NORMAL, UNKNOWN, VERDICTS, Threshold, Verdict
from service.options import ScoreOptions
from service.served import Served

IS_ANOMALY: dict[Verdict, bool | None] = {NORMAL: False, ANOMALY: True, UNKNOWN: None}
SLICE = 1000  # records written at a time
AT_ONCE = 10_000  # cells of a column
Column = Sequence[Any] | NDArray[Any]
Each = TypeVar("Each")


def score_reply(
    served: Served, threshold: Threshold, table: Table, judgement: Judgement, options: ScoreOptions
) -> bytes:
    """Verdicts; `results` is an object a record, or one object of arrays."""
    make = partial(_results, judgement, options, passed_through(table, judgement))
    every = range(judgement.rows)
    return written(
        {
            **head(served, threshold),
            "results": _columns(make(every)) if options.orient == "columns" else _sliced(make, every),
        }
    )


def embed_reply(served: Served, judgement: Judgement) -> bytes:
    """An embedding a record, and why there is none where there is none."""
    return written(
        {
            **_identity(served),
            "embeddings": _embeddings(judgement, range(judgement.rows)),
            "reasons": judgement.reasons,
        },
    )


def reconstruct_reply(served: Served, judgement: Judgement) -> bytes:
    """A record as it should be for each that came, and why there is none where there is none."""
    records = judgement.expected_of(slice(0, judgement.rows))
    return written({**_identity(served), "records": records, "reasons": judgement.reasons})


def picture_reply(judgement: Judgement) -> bytes:
    """The one picture that came as it should be: a PNG."""
    return encode_png(judgement.scores.expected[0])


def sample_reply(served: Served, seed: int, columns: Columns) -> bytes:
    """Made-up records, and the seed that makes the same ones again."""
    return written({**_identity(served), "seed": seed, "records": _records(columns)})


def written(document: Mapping[str, Any] | Sequence[Any] | NDArray[Any]) -> bytes:
    """JSON; what is not a finite number becomes null. FormatRefused for text that was never Unicode."""
    try:
        return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    except orjson.JSONEncodeError as error:
        raise FormatRefused(f"the body holds what JSON cannot repeat: {error}") from None


def head(served: Served, threshold: Threshold) -> dict[str, Any]:
    """What stands before the results."""
    return {**_identity(served), "threshold": threshold.value, "threshold_method": threshold.method}


def contributions(found: Sequence[Sequence[Contribution]]) -> list[list[dict[str, Any]]]:
    """As objects, largest first."""
    return [
        [
            {
                "feature": feature,
                "actual": actual,
                "expected": expected,
                "share": share,
                "direction": direction,
            }
            for feature, actual, expected, share, direction in ranked
        ]
        for ranked in found
    ]


def _identity(served: Served) -> dict[str, Any]:
    return {
        "model": served.model,
        "version": served.version,
        "digest": served.digest,
        "generation": served.generation,
    }


def _sliced(make: Callable[[range], Mapping[str, Column]], rows: range) -> orjson.Fragment:
    """An object a record, written some records at a time: whoever waits for the interpreter gets it in between."""
    parts = [written(_records(make(rows[at : at + SLICE]))) for at in range(0, len(rows), SLICE)]
    return orjson.Fragment(b"[" + b",".join(part[1:-1] for part in parts) + b"]")


def _columns(columns: Mapping[str, Column]) -> Mapping[str, Column | orjson.Fragment]:
    """The same, long ones written cell after cell some records at a time, for the same reason."""
    return {name: cells if len(cells) <= AT_ONCE else _in_parts(cells) for name, cells in columns.items()}


def _in_parts(cells: Column) -> orjson.Fragment:
    parts = [written(cells[at : at + AT_ONCE]) for at in range(0, len(cells), AT_ONCE)]
    return orjson.Fragment(b"[" + b",".join(part[1:-1] for part in parts) + b"]")


def _results(
    judgement: Judgement, options: ScoreOptions, there: Mapping[str, Cells], rows: range
) -> dict[str, Column]:
    """Every field of these records' results as one column, in the reply's order."""
    part = slice(rows.start, rows.stop)
    columns: dict[str, Column] = {
        "verdict": judgement.verdicts[part],
        "is_anomaly": _is_anomaly(judgement, part),
        "anomaly_score": judgement.anomaly_score[part],
        "score": judgement.score[part],
        "reconstruction_error": judgement.reconstruction_error[part],
        "latent_distance": judgement.latent_distance[part],
        "p_value": judgement.p_value[part],
        "severity": judgement.severity[part],
        "contributions": _contributions(judgement, options.top_contributors, rows),
        "imputed": _imputed(judgement, rows),
        "warnings": _warnings(judgement, rows),
        "reason": judgement.reasons[part],
        "suppressed": [False] * len(rows),
        "rules": [()] * len(rows),
    }
    if options.embedding:
        columns["embedding"] = _embeddings(judgement, rows)
    if options.actual:
        columns["actual"] = judgement.actual_of(part)
    if options.expected:
        columns["expected"] = judgement.expected_of(part)
    if options.error_map:
        columns["error_map"] = _known(judgement, judgement.error_map, rows)
    passthrough = _passthrough(there, part)
    return {**columns, "passthrough": passthrough} if passthrough else columns


def _records(columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    lists = [column.tolist() if isinstance(column, np.ndarray) else column for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _contributions(judgement: Judgement, top: int, rows: range) -> Column:
    if not top:
        return [()] * len(rows)
    return contributions(judgement.contributions_of(slice(rows.start, rows.stop), top))


def _is_anomaly(judgement: Judgement, part: slice) -> Column:
    """null where unknown, which an array of booleans cannot say."""
    if judgement.unknown:
        return [IS_ANOMALY[verdict] for verdict in judgement.verdicts[part]]
    return np.asarray(judgement.codes[part] == VERDICTS.index(ANOMALY))


def _imputed(judgement: Judgement, rows: range) -> Column:
    missing = judgement.encoded.missing[rows.start : rows.stop]
    some = np.flatnonzero(missing.any(axis=1)).tolist() if missing.any() else ()
    found: list[Sequence[str]] = [()] * len(rows)
    for place in some:
        found[place] = judgement.imputed(rows[place])
    return found


def _warnings(judgement: Judgement, rows: range) -> Column:
    found: list[Sequence[str]] = [()] * len(rows)
    some = judgement.warned if len(rows) == judgement.rows else judgement.warned.intersection(rows)
    for row in some:
        found[row - rows.start] = judgement.warnings(row)
    return found


def _embeddings(judgement: Judgement, rows: range) -> Column:
    # The network computes in float32; more digits would be noise, and twice the bytes.
    latent = np.ascontiguousarray(judgement.scores.latent[rows.start : rows.stop], dtype=np.float32)
    return _known(judgement, lambda row: latent[row - rows.start], rows)


def _known(judgement: Judgement, make: Callable[[int], Each], rows: range) -> list[Each | None]:
    return [make(row) if judgement.reasons[row] is None else None for row in rows]


def passed_through(table: Table, judgement: Judgement) -> dict[str, Cells]:
    """The passthrough columns that came, as they are at the records that were judged."""
    there = {name: table.columns[name] for name in judgement.columns.passthrough if name in table.columns}
    if judgement.rows == table.rows:
        return there
    return {name: column.take(judgement.places) for name, column in there.items()}


def _passthrough(there: Mapping[str, Cells], part: slice) -> Column:
    cells = [_cells(column, part) for column in there.values()]
    return [dict(zip(there, row, strict=True)) for row in zip(*cells, strict=True)]


def _cells(column: Cells, part: slice) -> Sequence[Any]:
    cells = column.cells[part]
    return [cell or None for cell in cells] if isinstance(column, TextColumn) else cells
