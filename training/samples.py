"""Samples: which records, windows or images are in which part. A window is in a part when all its readings are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoding import Encoded
from models.errors import Mismatch, refuse_any
from models.feed import Feed
from models.pictures import Header, PictureRefused, header
from models.series import typical_step
from models.table import Table
from models.windowed import Windowed
from models.windows import Frames, Window, frames
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.results import Parts, Roles

ENOUGH = 20_000  # windows of a part; a longer series is strided, since neighbours say the same
PARTS = ("train", "validation", "calibration", "test", "anomalies")
NOWHERE = -1


def window_for(table: Table, roles: Roles, parts: Parts, config: TrainingConfig) -> Window | None:
    """The window as told, with the series' own period; None for records that stand alone."""
    if config.window is None:
        return None
    period = typical_step(table, roles.timestamp, config.series) if roles.timestamp else None
    if config.gaps != "break" and period is None:
        raise TrainingRefused(
            f"--gaps {config.gaps} needs a column of times; name it with --timestamp COLUMN"
        )
    return Window(
        length=config.window,
        stride=config.stride or max(1, len(parts.train) // ENOUGH),
        series=config.series,
        timestamp=roles.timestamp if period else None,
        period=period,
        gap=config.gaps,
    )


def size_of(table: Table, name: str) -> dict[str, int]:
    """Height, width and channels of a column of images, as the first one has them; coloured when any is.

    TableMismatch names what cannot be read.
    """
    headers: list[Header] = []
    bad: list[Mismatch] = []
    for row, cell in enumerate(table.columns[name].cells):
        try:
            headers.append(header(cell))
        except PictureRefused as error:
            bad.append(table.mismatch(row, name, str(error)))
    refuse_any(bad)
    refuse_any(table.mismatch(row, name, detail) for row, detail in _of_another_size(headers))
    return {
        "height": headers[0].height,
        "width": headers[0].width,
        "channels": max(each.channels for each in headers),
    }


def _of_another_size(headers: list[Header]) -> Iterator[tuple[int, str]]:
    first = headers[0]
    for row, each in enumerate(headers):
        if each[:2] != first[:2]:
            yield (
                row,
                f"the picture is {each.width} x {each.height} pixels (width x height), but the first one is "
                f"{first.width} x {first.height}; bring pictures of one size",
            )


@dataclass(frozen=True, slots=True)
class Sampled:
    """The samples of every part, by its name; and at how many rows no whole window ends."""

    parts: dict[str, Feed]
    without_window: int = 0


def samples_of(encoded: Encoded, table: Table, window: Window | None, parts: Parts) -> Sampled:
    """The samples of every part. TableMismatch for times that do not ascend, or gaps that are refused."""
    if window is None:
        return Sampled({name: Feed.of(encoded.take(getattr(parts, name))) for name in PARTS})
    every = frames(table, window)
    within = inside(every, part_of_row(table.rows, parts))
    found = {}
    for number, name in enumerate(PARTS):
        framed = every.of(within[number] if name != "anomalies" else parts.anomalies)
        framed = framed.strided() if name in {"train", "validation"} else _thinned(framed)
        asked = len(getattr(parts, name)) and name in {"train", "validation", "calibration"}
        if asked and not framed.windows:
            raise TrainingRefused(
                f"the {name} part holds no whole window of {window.length} readings; take a shorter --window, "
                "or bring a series with fewer gaps"
            )
        found[name] = Feed.of(Windowed(encoded, framed))
    return Sampled(found, table.rows - every.windows)


def _thinned(framed: Frames) -> Frames:
    """As many windows as are enough, evenly over the time of every series; fewer as they are."""
    if framed.windows <= ENOUGH:
        return framed
    over_time = framed.order[np.sort(framed.place[framed.ends])]
    return framed.of(over_time[np.arange(ENOUGH) * framed.windows // ENOUGH])


def part_of_row(rows: int, parts: Parts) -> NDArray[np.int64]:
    """The number of the part each row is in, among `PARTS`, or `NOWHERE`."""
    found = np.full(rows, NOWHERE)
    for number, name in enumerate(PARTS):
        found[getattr(parts, name)] = number
    return found


def inside(every: Frames, part_of: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """For each part the rows at which a window ends that has no reading of another part, or of none."""
    part, series = part_of[every.order], every.series_of_row[every.order]
    begins = (np.diff(part, prepend=NOWHERE - 1) != 0) | (np.diff(series, prepend=-1) != 0)
    at = np.arange(len(part))
    since = at - np.maximum.accumulate(np.where(begins, at, 0))
    ends, first = every.place[every.ends], every.place[every.first]
    whole = every.ends[since[ends] >= ends - first]
    return [whole[part_of[whole] == number] for number in range(len(PARTS))]
