"""Cut the rows into disjoint parts: shuffled, or in blocks of time where there is a time column.

Rows of a series resemble their neighbours, so a shuffled split would calibrate on rows next to those it trained on and
promise too few alarms: the parts of a series follow each other with a gap between. A series whose ways of being normal
come one after the other can be cut into several stretches first, so that every part has seen each of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.results import Parts, Roles, Rows

LEAST_ROWS = 20
MANY_SERIES = 10  # from here on each part gets at least one


def split(roles: Roles, config: TrainingConfig) -> Parts:
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
    stretches = np.array_split(order, config.blocks)
    if config.window is not None:
        groups = [order[roles.series[order] == code] for code in np.unique(roles.series[order])]
        stretches = _long_enough(groups, config.window, config)
        if not stretches and len(groups) >= MANY_SERIES:
            return Parts(*_whole_series(groups, config), anomalies)
        _check_fit(stretches, groups, config.window)
    return Parts(*_joined(stretches, config), anomalies)


def _joined(stretches: list[Rows], config: TrainingConfig) -> tuple[Rows, Rows, Rows, Rows]:
    """The same part of every stretch, one after the other."""
    gap = round(config.gap * sum(map(len, stretches)) / len(stretches))
    cut = [_cut(stretch, gap, config) for stretch in stretches]
    train, validation, calibration, test = map(np.concatenate, zip(*cut, strict=True))
    return train, validation, calibration, test


def _long_enough(groups: list[Rows], window: int, config: TrainingConfig) -> list[Rows]:
    """The series in blocks, so far as a window fits into each part of them."""
    fitting = 1 - config.calibration - config.test - 2 * config.gap
    smallest = min(config.calibration, config.test or 1.0, config.validation * fitting)
    stretches = [stretch for group in groups for stretch in np.array_split(group, config.blocks)]
    return [stretch for stretch in stretches if len(stretch) * smallest >= window]


def _whole_series(groups: list[Rows], config: TrainingConfig) -> tuple[Rows, Rows, Rows, Rows]:
    """Series too short to be cut are dealt out whole."""
    order = np.random.default_rng(config.seed).permutation(len(groups))
    parts = [[groups[number] for number in part] for part in _cut(order, 0, config)]
    train, validation, calibration, test = (
        np.concatenate(part) if part else np.zeros(0, dtype=np.int64) for part in parts
    )
    return train, validation, calibration, test


def _check_fit(stretches: list[Rows], groups: list[Rows], window: int) -> None:
    longest = max(map(len, groups))
    if longest < window:
        raise TrainingRefused(
            f"a window of {window} readings is longer than the longest series, {longest} readings; "
            "take a shorter --window, or bring longer series"
        )
    if not stretches:
        raise TrainingRefused(
            f"a window of {window} readings does not fit into each part (training, validation, calibration, test) of the "
            f"longest series, {longest} readings; take a shorter --window, fewer --blocks, or bring longer series"
        )


def _others(known: NDArray[np.bool_], roles: Roles) -> str:
    """Where the other rows went, when there are any."""
    if not (known | roles.set_aside).any():
        return ""
    return f" ({known.sum()} are labelled as anomalies, {roles.set_aside.sum()} hold nan or inf)"


def _check_no_blocks(config: TrainingConfig) -> None:
    if config.blocks > 1:
        raise TrainingRefused(
            f"--blocks {config.blocks} cuts a series in stretches, but there is no column of times; "
            "name it with --timestamp COLUMN, or leave --blocks out"
        )


def _cut(order: Rows, gap: int, config: TrainingConfig) -> tuple[Rows, Rows, Rows, Rows]:
    """Training, validation, calibration and test rows, in this order with gaps between."""
    rows = len(order)
    test, calibration = round(config.test * rows), max(round(config.calibration * rows), 1)
    fitting = rows - test - calibration - gap * (2 if test else 1)
    validation = max(round(config.validation * fitting), 1)
    if fitting - validation - gap < 1:
        stretch = f" in a stretch of {rows} rows; take fewer --blocks" if config.blocks > 1 else ""
        raise TrainingRefused(f"calibration, test and gaps leave no rows to train on{stretch}")
    return (
        order[: fitting - validation - gap],
        order[fitting - validation : fitting],
        order[fitting + gap : fitting + gap + calibration],
        order[rows - test :],
    )
