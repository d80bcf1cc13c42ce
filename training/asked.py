"""Whether what was asked for can be: names that exist, a variant that fits the kind of data."""

from __future__ import annotations

from models.table import Table
from training.autoencoder import Kind
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.heads import HEADS
from training.variants import VARIANTS

SAID: dict[Kind, str] = {"table": "records", "window": "windows of readings (--window)", "image": "images"}


def check_asked(config: TrainingConfig, table: Table) -> None:
    """TrainingRefused for a name that does not exist, and for a variant that does not fit the data or the conditions."""
    for what, asked, known in (("variant", config.variant, VARIANTS), ("head", config.head, HEADS)):
        if asked not in known:
            raise TrainingRefused(f"no {what} {asked!r}; there is: {', '.join(known)}")
    kind = _kind(config, table)
    _check_kind(config, kind)
    _check_head(config, kind)
    _check_conditions(config, kind)


def _kind(config: TrainingConfig, table: Table) -> Kind:
    if any(isinstance(cell, bytes) for column in table.columns.values() for cell in column.cells[:1]):
        return "image"
    return "window" if config.window else "table"


def _check_kind(config: TrainingConfig, kind: Kind) -> None:
    variant = VARIANTS[config.variant]
    if kind == "image" and config.window:
        raise TrainingRefused("--window is for readings in a table; images are judged one by one")
    if kind not in variant.KINDS:
        fitting = [name for name, each in VARIANTS.items() if kind in each.KINDS]
        taken = " and ".join(SAID[each] for each in SAID if each in variant.KINDS)
        raise TrainingRefused(
            f"variant {config.variant!r} is for {taken}; for {SAID[kind]} there is: {', '.join(fitting)}"
        )


def _check_head(config: TrainingConfig, kind: Kind) -> None:
    if kind not in HEADS[config.head].KINDS:
        fitting = [name for name, each in HEADS.items() if kind in each.KINDS]
        raise TrainingRefused(
            f"head {config.head!r} is not for {SAID[kind]}; for these there is: {', '.join(fitting)}"
        )
    if config.head == "kl" and config.variant != "variational":
        raise TrainingRefused("head 'kl' is what a variational autoencoder knows; take --variant variational")


def _check_conditions(config: TrainingConfig, kind: Kind) -> None:
    if config.condition and kind == "image":
        raise TrainingRefused("--condition is for columns of a table; images have none")
    taking = [name for name, each in VARIANTS.items() if each.TAKES_CONDITIONS]
    if config.condition and config.variant not in taking:
        raise TrainingRefused(
            f"variant {config.variant!r} takes no --condition; these do: {', '.join(taking)}"
        )
    if config.variant == "conditional" and not config.condition:
        raise TrainingRefused("variant 'conditional' needs to be told on what: --condition COLUMN")
