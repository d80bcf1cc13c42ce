"""Arrow's timestamps and dates as the ISO text that a CSV would have. Knows no tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from models.columns import shown
from models.errors import FormatRefused


def check_zone(kind: Any) -> None:  # noqa: ANN401
    """FormatRefused for timestamps of a time zone that nobody knows here."""
    try:
        if types.is_timestamp(kind) and kind.tz is not None:
            pc.local_timestamp(pa.array([0], kind))
    except pa.ArrowInvalid:
        raise FormatRefused(f"no such time zone here: {shown(kind.tz)}") from None


def iso_times(column: Any) -> list[str | None]:  # noqa: ANN401
    """`2026-01-31T12:00:00`, with an offset where the column has a time zone, as its clocks show it; None where null."""
    if types.is_date(column.type):
        return _written(column.cast(pa.date32()).to_numpy(), column)
    if column.type.tz is None:
        return _written(column.to_numpy(), column)
    local = pc.local_timestamp(column)
    naive = column.cast(pa.timestamp(column.type.unit))
    minutes = (local.to_numpy() - naive.to_numpy()).astype("timedelta64[m]")
    offsets = {each: _offset(each) for each in np.unique(minutes).tolist() if each is not None}
    texts = _written(local.to_numpy(), column)
    return [text and text + offsets[away] for text, away in zip(texts, minutes.tolist(), strict=True)]


def _written(values: Any, column: Any) -> list[str | None]:  # noqa: ANN401
    """With as many digits of a second as are needed, if any."""
    whole = types.is_timestamp(column.type) and _are_whole_seconds(values)
    texts: list[Any] = np.datetime_as_string(values, unit="s" if whole else None).tolist()
    for row in np.flatnonzero(np.isnat(values)).tolist():
        texts[row] = None
    return texts


def _are_whole_seconds(values: Any) -> bool:  # noqa: ANN401
    there = values[~np.isnat(values)]
    return bool((there == there.astype("datetime64[s]")).all())


def _offset(away: Any) -> str:  # noqa: ANN401
    minutes = round(away.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"
