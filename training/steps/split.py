"""Cut the rows into disjoint parts: shuffled, or in blocks of time where there is a time column.

Rows of a series resemble their neighbours, so a shuffled split would calibrate on rows next to those it trained on and
promise too few alarms: the parts of a series follow each other with a gap between. A series whose ways of being normal
come one after the other can be cut into several stretches first, so that every part has seen each of them. One too short
to be cut is dealt out whole, and one without a window is in no part.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.decided import Decided
from training.errors import TrainingRefused
from training.results import Parts, Roles, Rows

LEAST_ROWS = 20
MANY_SERIES = 10  # from here on each part gets at least one
Cut = tuple[Rows, Rows, Rows, Rows]  # training, validation, calibration, test


def split(roles: Roles, config: Decided) -> Parts:
    """Row numbers of training, validation, calibration, test. Labelled anomalies are in none of them."""
    known = roles.anomalous if roles.anomalous is not None else np.zeros(len(roles.set_aside), dtype=np.bool_)
    normal = np.flatnonzero(~known & ~roles.set_aside)
    if len(normal) < LEAST_ROWS:
        raise TrainingRefused(
            f"{len(normal)} usable rows of normal records; training needs at least {LEAST_ROWS}{_others(known, roles)}"
        )
    anomalies = np.flatnonzero(known & ~roles.set_aside)
    if config.window is None and roles.order is None:
        _check_no_blocks(config)
        order = np.random.default_rng(config.seed).permutation(normal)
        return Parts(*_cut(order, 0, config), anomalies)
    order = normal if roles.order is None else normal[np.argsort(roles.order[normal], kind="stable")]
    if config.window is None:
        return Parts(*_each_cut(np.array_split(order, config.blocks), config), anomalies)
    groups = [order[roles.series[order] == code] for code in np.unique(roles.series[order])]
    return Parts(*_of_series(groups, config.window, config), anomalies)


def _of_series(groups: list[Rows], window: int, config: Decided) -> Cut:
    """Series with a window: the long ones cut, the others dealt out whole."""
    least = (
        2 if config.gaps == "resample" else window
    )  # readings; between two of them a window may be interpolated
    windowed = [group for group in groups if len(group) >= least]
    long = [group for group in windowed if _is_long(group, window, config)]
    short = [group for group in windowed if not _is_long(group, window, config)]
    if not long and len(short) >= MANY_SERIES:
        return _dealt(short, config, least=1)
    _check_fit(long, groups, window)
    stretches = [stretch for group in long for stretch in np.array_split(group, config.blocks)]
    return _joined([_each_cut(stretches, config), _dealt(short, config, least=0)])


def _each_cut(stretches: list[Rows], config: Decided) -> Cut:
    """Every stretch in parts, with a gap of its own size."""
    return _joined([_cut(stretch, round(config.gap * len(stretch)), config) for stretch in stretches])


def _is_long(group: Rows, window: int, config: Decided) -> bool:
    """Whether a window fits into each part of the stretches of a series."""
    fitting = 1 - config.calibration - config.test - 2 * config.gap
    shares = (config.calibration, config.test, config.validation * fitting)
    smallest = min(share for share in (*shares, fitting) if share)
    return -(-len(group) // config.blocks) * smallest >= window


def _dealt(groups: list[Rows], config: Decided, *, least: int) -> Cut:
    """Whole series, so many to each part at `least`."""
    order = np.random.default_rng(config.seed).permutation(len(groups))
    nothing = np.zeros(0, dtype=np.int64)
    parts = _cut(order, 0, config, least)
    train, validation, calibration, test = (
        np.concatenate([nothing, *(groups[number] for number in part)]) for part in parts
    )
    return train, validation, calibration, test


def _joined(several: list[Cut]) -> Cut:
    """The same part of each, one after the other."""
    train, validation, calibration, test = map(np.concatenate, zip(*several, strict=True))
    return train, validation, calibration, test


def _check_fit(long: list[Rows], groups: list[Rows], window: int) -> None:
    longest = max(map(len, groups))
    if longest < window:
        raise TrainingRefused(
            f"a window of {window} readings is longer than the longest series, {longest} readings; "
            "take a shorter --window, or bring longer series"
        )
    if not long:
        raise TrainingRefused(
            f"a window of {window} readings does not fit into each part (training, validation, calibration, test) of the "
            f"longest series, {longest} readings; take a shorter --window, fewer --blocks, or bring longer series"
        )


def _others(known: NDArray[np.bool_], roles: Roles) -> str:
    """Where the other rows went, when there are any."""
    if not (known | roles.set_aside).any():
        return ""
    return f" ({known.sum()} are labelled as anomalies, {roles.set_aside.sum()} hold nan or inf)"


def _check_no_blocks(config: Decided) -> None:
    if config.blocks > 1:
        raise TrainingRefused(
            f"--blocks {config.blocks} cuts a series in stretches, but there is no column of times; "
            "name it with --timestamp COLUMN, or leave --blocks out"
        )


def _cut(order: Rows, gap: int, config: Decided, least: int = 1) -> Cut:
    """Training, validation, calibration and test rows, in this order with gaps between; but for test at `least` so many.

    A share of 0 is no row, and no gap before it.
    """
    rows = len(order)
    test = round(config.test * rows)
    calibration = max(round(config.calibration * rows), least) if config.calibration else 0
    fitting = rows - test - calibration - gap * (bool(test) + bool(calibration))
    validation = max(round(config.validation * fitting), least) if config.validation else 0
    train = fitting - (validation + gap if validation else 0)
    if train < least:
        stretch = f" in a stretch of {rows} rows; take fewer --blocks" if config.blocks > 1 else ""
        raise TrainingRefused(f"calibration, test and gaps leave no rows to train on{stretch}")
    return (
        order[:train],
        order[fitting - validation : fitting],
        order[rows - test - (gap if test else 0) - calibration :][:calibration],
        order[rows - test :],
    )
