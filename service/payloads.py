"""Payloads: the JSON that leaves the scoring routes, its keys in their documented order. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from models.columns import TextColumn
from models.errors import FormatRefused
from models.judgement import Judgement
from models.table import Table
from models.threshold import ANOMALY, NORMAL, UNKNOWN, Threshold, Verdict
from service.options import ScoreOptions
from service.served import Served

IS_ANOMALY: dict[Verdict, bool | None] = {NORMAL: False, ANOMALY: True, UNKNOWN: None}
Column = Sequence[Any] | NDArray[Any]
Each = TypeVar("Each")


def score_reply(
    served: Served, threshold: Threshold, table: Table, judgement: Judgement, options: ScoreOptions
) -> bytes:
    """Verdicts; `results` is an object a record, or one object of arrays."""
    columns = _results(table, judgement, options)
    return written(
        {
            **_identity(served),
            "threshold": threshold.value,
            "threshold_method": threshold.method,
            "results": columns if options.orient == "columns" else _records(columns),
        }
    )


def embed_reply(served: Served, judgement: Judgement) -> bytes:
    """An embedding a record, and why there is none where there is none."""
    return written(
        {**_identity(served), "embeddings": _embeddings(judgement), "reasons": judgement.reasons},
    )


def reconstruct_reply(served: Served, judgement: Judgement) -> bytes:
    """A record as it should be for each that came, and why there is none where there is none."""
    records = _known(judgement, judgement.expected)
    return written({**_identity(served), "records": records, "reasons": judgement.reasons})


def written(document: Mapping[str, Any]) -> bytes:
    """JSON; what is not a finite number becomes null. FormatRefused for text that was never Unicode."""
    try:
        return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    except orjson.JSONEncodeError as error:
        raise FormatRefused(f"the body holds what JSON cannot repeat: {error}") from None


def _identity(served: Served) -> dict[str, Any]:
    return {
        "model": served.model,
        "version": served.version,
        "digest": served.digest,
        "generation": served.generation,
    }


def _results(table: Table, judgement: Judgement, options: ScoreOptions) -> dict[str, Column]:
    """Every field of a result as one column, in the reply's order."""
    known = np.isfinite(judgement.score)
    columns: dict[str, Column] = {
        "verdict": judgement.verdicts,
        "is_anomaly": [IS_ANOMALY[verdict] for verdict in judgement.verdicts],
        "anomaly_score": judgement.anomaly_score,
        "score": judgement.score,
        "reconstruction_error": np.where(known, judgement.scores.reconstruction_error, np.nan),
        "latent_distance": np.where(known, judgement.scores.latent_distance, np.nan),
        "p_value": judgement.p_value,
        "severity": judgement.severity,
        "contributions": _contributions(judgement, options.top_contributors),
        "imputed": _imputed(judgement),
        "warnings": [judgement.warnings(row) for row in range(judgement.rows)],
        "reason": judgement.reasons,
        "suppressed": [False] * judgement.rows,
        "rules": [()] * judgement.rows,
    }
    if options.embedding:
        columns["embedding"] = _embeddings(judgement)
    if options.expected:
        columns["expected"] = _known(judgement, judgement.expected)
    passthrough = _passthrough(table, judgement.columns.passthrough)
    return {**columns, "passthrough": passthrough} if passthrough else columns


def _records(columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    lists = [column.tolist() if isinstance(column, np.ndarray) else column for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _contributions(judgement: Judgement, top: int) -> Column:
    if not top:
        return [()] * judgement.rows
    return [
        [contribution._asdict() for contribution in judgement.contributions(row, top)]
        for row in range(judgement.rows)
    ]


def _imputed(judgement: Judgement) -> Column:
    some = set(np.flatnonzero(judgement.encoded.missing.any(axis=1)).tolist())
    return [judgement.imputed(row) if row in some else () for row in range(judgement.rows)]


def _embeddings(judgement: Judgement) -> Column:
    # The network computes in float32; more digits would be noise, and twice the bytes.
    latent = np.ascontiguousarray(judgement.scores.latent, dtype=np.float32)
    return _known(judgement, lambda row: latent[row])


def _known(judgement: Judgement, make: Callable[[int], Each]) -> list[Each | None]:
    return [make(row) if reason is None else None for row, reason in enumerate(judgement.reasons)]


def _passthrough(table: Table, names: Iterable[str]) -> Column:
    there = {name: _cells(table, name) for name in names if name in table.columns}
    return [dict(zip(there, row, strict=True)) for row in zip(*there.values(), strict=True)]


def _cells(table: Table, name: str) -> Sequence[Any]:
    column = table.columns[name]
    return [cell or None for cell in column.cells] if isinstance(column, TextColumn) else column.cells
