"""Examples that work when pasted: made from the columns of what is served now. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from models.features import Feature, FeatureSchema, NumericFeature
from models.formats.csv_text import CsvFormat
from models.formats.json_text import JsonFormat
from models.table import Table

DIGITS = 6  # significant; enough for a reader, and for a score
UNKNOWN_CATEGORY = "never seen in training"

Record = dict[str, float | str]


def records(columns: FeatureSchema) -> list[Record]:
    """A typical record, and one whose first feature is far off."""
    typical = {feature.name: _typical(feature) for feature in columns.features}
    first = columns.features[0]
    return [typical, typical | {first.name: _strange(first)}]


def bodies(columns: FeatureSchema, options: Mapping[str, Any]) -> dict[str, Any]:
    """Request bodies of the three JSON shapes, by what they show; the last one has options."""
    found = records(columns)
    names = list(found[0])
    rows: dict[str, Any] = {"features": names, "rows": [list(record.values()) for record in found]}
    return {
        "records": {"records": found},
        "columns": {"columns": {name: [record[name] for record in found] for name in names}},
        "rows": rows,
        **({"rows, with options": rows | dict(options)} if options else {}),
    }


def csv_body(columns: FeatureSchema) -> str:
    """The same records as CSV."""
    return CsvFormat().write(table(columns)).decode()


def table(columns: FeatureSchema) -> Table:
    """The same records as a table."""
    return JsonFormat().read(orjson.dumps({"records": records(columns)}))


def _typical(feature: Feature) -> float | str:
    return _rounded(feature.typical) if isinstance(feature, NumericFeature) else feature.typical


def _strange(feature: Feature) -> float | str:
    if not isinstance(feature, NumericFeature):
        return UNKNOWN_CATEGORY
    return _rounded(feature.maximum + 2 * (feature.maximum - feature.minimum) + 1)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
