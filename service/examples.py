"""Examples that work when pasted: made from the columns of what is served now. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import orjson

from models.features import CategoricalFeature, Feature, FeatureSchema, ImageFeature, NumericFeature
from models.formats.csv_text import CsvFormat
from models.formats.json_text import JsonFormat
from models.manifest import Manifest
from models.pictures import as_text, encode_png
from models.table import Table
from models.times import HOURS, WEEKDAYS
from models.windows import Window

DIGITS = 6  # significant; enough for a reader, and for a score
UNKNOWN_CATEGORY = "never seen in training"
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
MOST_READINGS = 40  # of a longer window an example shows only the end, which is then unknown
MOST_PIXELS = 1 << 16  # a larger picture is no example that anybody would paste
SHORTEST, LONGEST = 1e-3, 366 * 86400.0  # seconds between times that are written as dates
GREY, WHITE = 128, 255
SPOT = 4  # the strange part of a picture is this part of its side

Record = dict[str, float | str]


def records(manifest: Manifest) -> list[Record]:
    """A typical record, and one that is far off in a single feature; of windows as many readings as one needs.

    No record where none is small enough to be shown.
    """
    columns = manifest.columns
    if any(image.height * image.width > MOST_PIXELS for image in columns.images):
        return []
    typical: Record = {each.name: _typical(each) for each in columns.features if not _is_derived(each)}
    strange = {each.name: _strange(each) for each in columns.features if _is_judged(each, columns)}
    readings = min(manifest.window.length, MOST_READINGS) if manifest.window else 1
    found = [*[typical] * readings, typical | dict(list(strange.items())[:1])]
    return [_carried(row, manifest) | record for row, record in enumerate(found)]


def bodies(manifest: Manifest, options: Mapping[str, Any]) -> dict[str, Any]:
    """Request bodies of the three JSON shapes, by what they show; the last one has options."""
    found = records(manifest)
    if not found:
        return {}
    names = list(found[0])
    rows: dict[str, Any] = {"features": names, "rows": [list(record.values()) for record in found]}
    return {
        "records": {"records": found},
        "columns": {"columns": {name: [record[name] for record in found] for name in names}},
        "rows": rows,
        **({"rows, with options": rows | dict(options)} if options else {}),
    }


def csv_body(manifest: Manifest) -> str:
    """The same records as CSV."""
    return CsvFormat().write(table(manifest)).decode()


def table(manifest: Manifest) -> Table:
    """The same records as a table."""
    return JsonFormat().read(orjson.dumps({"records": records(manifest)}))


def sample_body(columns: FeatureSchema) -> dict[str, Any]:
    """A request for made-up records, under typical conditions."""
    tabular: tuple[NumericFeature | CategoricalFeature, ...] = (*columns.numeric, *columns.categorical)
    given = {each.name: each.typical for each in tabular if each.name in columns.conditions}
    return {"n": 2, "seed": 7, **({"condition": given} if given else {})}


def _typical(feature: Feature) -> float | str:
    if isinstance(feature, NumericFeature):
        return _rounded(feature.typical)
    return feature.typical if isinstance(feature, CategoricalFeature) else _picture(feature, spot=False)


def _strange(feature: Feature) -> float | str:
    if isinstance(feature, NumericFeature):
        return _rounded(feature.maximum + 2 * (feature.maximum - feature.minimum) + 1)
    return UNKNOWN_CATEGORY if isinstance(feature, CategoricalFeature) else _picture(feature, spot=True)


def _picture(feature: ImageFeature, *, spot: bool) -> str:
    """Grey all over, or with a white spot."""
    pixels = np.full(feature.shape, GREY, dtype=np.uint8)
    if spot:
        pixels[: feature.height // SPOT + 1, : feature.width // SPOT + 1] = WHITE
    return as_text(encode_png(pixels))


def _is_judged(feature: Feature, columns: FeatureSchema) -> bool:
    return feature.name not in columns.conditions and not _is_derived(feature)


def _is_derived(feature: Feature) -> bool:
    return isinstance(feature, CategoricalFeature) and feature.derived is not None


def _carried(row: int, manifest: Manifest) -> Record:
    """What is no feature and yet needed: the series, and times that ascend."""
    window = manifest.window
    times = dict.fromkeys(_time_columns(manifest), _time(row, manifest))
    return times | ({window.series: "1"} if window and window.series else {})


def _time_columns(manifest: Manifest) -> Iterator[str]:
    if manifest.window and manifest.window.timestamp:
        yield manifest.window.timestamp
    for feature in manifest.columns.categorical:
        if feature.derived:
            yield feature.derived.column


def _time(row: int, manifest: Manifest) -> float | str:
    """The first one at a typical hour and weekday."""
    period = _period(manifest.window)
    if not SHORTEST <= period <= LONGEST:
        return row * period  # seconds since 1970
    typical = {each.derived.part: each.typical for each in manifest.columns.categorical if each.derived}
    days = {weekday: day for day, weekday in enumerate(WEEKDAYS)}.get(typical.get("weekday", ""), 0)
    hours = {written: hour for hour, written in enumerate(HOURS)}.get(typical.get("hour", ""), 0)
    return (MONDAY + timedelta(days=days, hours=hours, seconds=row * period)).isoformat()


def _period(window: Window | None) -> float:
    return window.period if window and window.period else 1.0


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
