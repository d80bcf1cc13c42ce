"""Verdicts: results as flat columns for a data frame, one value a cell. The names are those that `offbeat score` writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from offbeat.client.tables.base import Columns, Kinds

NUMBERS = ("anomaly_score", "score", "reconstruction_error", "latent_distance", "p_value", "severity")
EITHER = ("actual", "expected")
VERDICTS = Kinds(
    names=("verdict", *NUMBERS, "cause", *EITHER, "imputed", "warnings", "reason"),
    texts=("verdict", "cause", "imputed", "warnings", "reason"),
    either=EITHER,
)


def verdict_columns(results: Mapping[str, Sequence[Any]]) -> Columns:
    """From a reply of columns. cause, actual and expected are those of the top contributor; None where there is none.

    actual and expected are floats, or text as soon as one of them is.
    """
    top = [each[0] if each else {} for each in results["contributions"]]
    return {
        "verdict": results["verdict"],
        **{name: results[name] for name in NUMBERS},
        "cause": [each.get("feature") for each in top],
        **{name: _of_one_kind([each.get(name) for each in top]) for name in EITHER},
        "imputed": ["; ".join(names) for names in results["imputed"]],
        "warnings": ["; ".join(texts) for texts in results["warnings"]],
        "reason": results["reason"],
    }


def text_columns(columns: Columns) -> set[str]:
    """Which of them hold text; the others hold floats."""
    return VERDICTS.text(lambda name: _any_text(columns[name]))


def _of_one_kind(cells: list[Any]) -> list[Any]:
    return [cell if cell is None else str(cell) for cell in cells] if _any_text(cells) else cells


def _any_text(cells: Sequence[Any]) -> bool:
    return any(isinstance(cell, str) for cell in cells)
