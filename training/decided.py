"""Decided: the settings of a training once it is known what the records are. What nobody told follows from them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.pictures import PictureRefused, header
from models.table import Table
from training.autoencoder import Kind
from training.config import TrainingConfig
from training.results import Roles
from training.variants import VARIANTS
from training.view import Judged

LARGEST_DENSE = 4096  # numbers in an image; larger ones have neighbours worth knowing
NOISE: dict[Kind, float] = {"table": 0.5, "window": 0.1, "image": 0.1}
MASK: dict[Kind, float] = {"table": 0.0, "window": 0.1, "image": 0.1}
MISSING = 0.1  # mask where values are missing
PRESET = "balanced"
VALIDATION, CALIBRATION = 0.15, 0.2


class Decided(TrainingConfig):
    """TrainingConfig without an open question; `code_size`, layers and epochs are left to the step that chooses."""

    kind: Kind
    variant: str
    preset: Literal["fast", "balanced", "best"]
    noise: float
    mask: float
    validation: float
    calibration: float

    @property
    def judged(self) -> Judged:
        """What heads are to judge."""
        if self.kind == "table":
            return "records" if self.contamination is None else "dirty records"
        return "images" if self.kind == "image" else "levels" if self.view == "levels" else "readings"


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
    levels = kind == "window" and variant == "ensemble" and not config.focus
    unless_told = {
        "view": "levels" if levels else None,
        "preset": PRESET,
        "noise": NOISE[kind],
        "mask": MASK[kind] or (MISSING if _has_missing(table, roles) else 0.0),
        "validation": 0.0 if crossed else VALIDATION,
        "calibration": 0.0 if crossed and config.fpr is None else CALIBRATION,
    }
    told = config.model_dump(exclude_none=True, exclude={"budget"})
    decided = Decided(**{**unless_told, **told, "kind": kind, "variant": variant})
    return decided.model_copy(
        update={"budget": config.budget}
    )  # the preset is only presumed until it is afforded


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
