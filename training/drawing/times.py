"""Times along an axis: where its ticks stand and what they say, in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

MINUTE, HOUR, DAY = 60, 3600, 86_400
STEPS = (
    1, 5, 15, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
    DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 91 * DAY, 182 * DAY, 365 * DAY,
)  # fmt: skip
MOST = 8


def time_places(start: float, end: float) -> Mapping[float, str]:
    """Round times between two, seconds since 1970, each as short as it can be said."""
    span = end - start
    step = next(
        (each for each in STEPS if span / each <= MOST), STEPS[-1] * max(1, round(span / STEPS[-1] / MOST))
    )
    first = -(-start // step) * step
    places = [first + step * count for count in range(MOST + 1) if first + step * count <= end]
    form = (
        "%H:%M:%S"
        if step < MINUTE
        else "%H:%M"
        if span <= DAY
        else "%d %b %H:%M"
        if step < DAY
        else "%d %b %Y"
        if span > 180 * DAY
        else "%d %b"
    )
    return {place: datetime.fromtimestamp(place, UTC).strftime(form) for place in places}
