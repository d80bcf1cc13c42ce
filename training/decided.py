"""Decided: the settings of a training once it is known what the records are. What nobody told follows from them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.pictures import PictureRefused, header
from models.table import Table
from training.autoencoder import Kind
from training.config import TrainingConfig
from training.drift import LEAST_ROWS, TOO_OFTEN, blocked_false_alarms
from training.levels import spans_of
from training.results import Roles
from training.spread import WIDEST
from training.variants import VARIANTS
from training.view import Judged

LARGEST_DENSE = 4096  # numbers in an image; larger ones have neighbours worth knowing
NOISE: dict[Judged, float] = {
    "records": 0.5, "dirty records": 0.5, "readings": 0.1, "levels": 0.3, "drifting levels": 0.3, "images": 0.1,
}  # fmt: skip
MASK: dict[Judged, float] = {"readings": 0.1, "images": 0.1}
MISSING = 0.1  # mask where values are missing
PRESET = "balanced"
VALIDATION, CALIBRATION = 0.15, 0.2
Seen = Literal["levels", "readings"]


class Decided(TrainingConfig):
    """TrainingConfig without an open question; `code_size`, layers and epochs are left to the step that chooses."""

    kind: Kind
    variant: str
    head: str
    preset: Literal["fast", "balanced", "best"]
    noise: float
    mask: float
    validation: float
    calibration: float
    judged: Judged


def kind_of(config: TrainingConfig, table: Table) -> Kind:
    """What one sample is."""
    if any(isinstance(cell, bytes) for column in table.columns.values() for cell in column.cells[:1]):
        return "image"
    return "window" if config.window else "table"


def variant_of(config: TrainingConfig, table: Table, kind: Kind) -> str:
    """As told, or what suits the records."""
    if config.variant is not None:
        return config.variant
    if config.condition and kind != "image":
        return "conditional"
    return "convolutional" if kind == "image" and _is_large(table) else "ensemble"


def head_of(config: TrainingConfig, variant: str, kind: Kind) -> str:
    """As told, or several of them; whoever takes a single network for records takes it for its own judgement."""
    if config.head is not None:
        return config.head
    return "combined" if kind != "table" or VARIANTS[variant].CROSS_FITTED else "reconstruction"


def decide(config: TrainingConfig, table: Table, roles: Roles) -> Decided:
    """The settings with nothing left open.

    Members of an ensemble leave out a part of the rows each, so that every row is held out from one of them, and no rows need
    be kept from all. Not so for a series, whose neighbours tell each other's secrets, nor for a promised rate of false
    alarms, which rests on rows that nothing was fitted on.
    """
    kind = kind_of(config, table)
    variant = variant_of(config, table, kind)
    dirty = config.contamination is not None  # then no rows are clean enough to be held out
    crossed = VARIANTS[variant].CROSS_FITTED and kind == "table" and (roles.order is None or dirty)
    view, drift = _seen_as(config, variant, kind, table, roles)
    judged = _judged(config, kind, view, drift)
    head = head_of(config, variant, kind)
    # Then the threshold is for windows that nobody has seen yet; other heads know those that were.
    moves = judged == "drifting levels" and head in {"combined", "drift"}
    unless_told = {
        "head": head,
        "preset": PRESET,
        "noise": NOISE[judged],
        "mask": MASK.get(judged, MISSING if _has_missing(table, roles) else 0.0),
        "validation": 0.0 if crossed or moves else VALIDATION,
        "calibration": 0.0 if (crossed or moves) and config.fpr is None else CALIBRATION,
    }
    told = config.model_dump(exclude_none=True, exclude={"budget"})
    follows = {"kind": kind, "variant": variant, "view": view, "drift": drift, "judged": judged}
    decided = Decided(**{**unless_told, **told, **follows})
    return decided.model_copy(
        update={"budget": config.budget}
    )  # the preset is only presumed until it is afforded


def _seen_as(
    config: TrainingConfig, variant: str, kind: Kind, table: Table, roles: Roles
) -> tuple[Seen | None, Literal["on", "off"] | None]:
    """How windows reach the network, and whether their series drifts."""
    if kind != "window":
        return None, None
    dense = variant == "ensemble" and not config.focus and config.loss != "bce"
    view = config.view or ("levels" if dense else "readings")
    if view == "readings" or config.drift == "off" or not VARIANTS[variant].CROSS_FITTED:
        return view, "off"
    return view, "on" if config.drift == "on" or drifts(table, roles, config) else "off"


def _judged(config: TrainingConfig, kind: Kind, view: str | None, drift: str | None) -> Judged:
    if kind == "table":
        return "records" if config.contamination is None else "dirty records"
    if kind == "image":
        return "images"
    return "readings" if view == "readings" else "drifting levels" if drift == "on" else "levels"


def drifts(table: Table, roles: Roles, config: TrainingConfig) -> bool:
    """Whether later rows leave what earlier ones allow. Labelled anomalies and the rows that will test have no say."""
    out = roles.set_aside if roles.anomalous is None else roles.set_aside | roles.anomalous
    order = np.arange(table.rows) if roles.order is None else roles.order
    rows = np.lexsort((order, roles.series))
    rows = rows[~out[rows]]
    rows = rows[: round((1 - config.test) * len(rows))]
    columns = [table.columns[name].numbers().values[rows] for name in roles.numeric]
    filled = [
        np.where(np.isnan(each), np.nanmedian(each), each) for each in columns if not np.isnan(each).all()
    ]
    if not filled or config.window is None or len(rows) - config.window < LEAST_ROWS:
        return False
    spans = spans_of(config.window, drifting=True)
    too_wide = len(spans) * len(filled) > WIDEST  # for the drift head
    return not too_wide and blocked_false_alarms(np.stack(filled, axis=1), spans[0]) > TOO_OFTEN


def _is_large(table: Table) -> bool:
    pictures = next(
        column.cells[0] for column in table.columns.values() if isinstance(column.cells[0], bytes)
    )
    try:
        first = header(pictures)
    except PictureRefused:
        return False  # whoever reads it will say what is wrong with it
    return first.height * first.width * first.channels > LARGEST_DENSE


def _has_missing(table: Table, roles: Roles) -> bool:
    return any(bool(np.isnan(table.columns[name].numbers().values).any()) for name in roles.numeric)
