"""Whether what was asked for can be: names that exist, a variant that fits the kind of data."""

from __future__ import annotations

from collections.abc import Collection

from models.table import Table
from training.autoencoder import Kind
from training.config import TrainingConfig
from training.decided import head_of, kind_of, variant_of
from training.errors import TrainingRefused
from training.heads import HEADS
from training.variants import VARIANTS

SAID: dict[Kind, str] = {"table": "records", "window": "windows of readings (--window)", "image": "images"}


def check_asked(config: TrainingConfig, table: Table) -> None:
    """TrainingRefused for a name that does not exist, and for what does not fit the data or each other."""
    kind = kind_of(config, table)
    variant = variant_of(config, table, kind)
    _check_known("variant", variant, VARIANTS)
    head = head_of(config, variant, kind)
    _check_known("head", head, HEADS)
    _check_kind(config, variant, kind)
    _check_head(head, variant, kind)
    _check_conditions(config, variant, kind)
    _check_levels(config, variant, kind)
    _check_held_out(config, variant, kind)
    _check_contamination(config, variant, kind)


def _check_known(what: str, asked: str, known: Collection[str]) -> None:
    if asked not in known:
        raise TrainingRefused(f"no {what} {asked!r}; there is: {', '.join(known)}")


def _check_kind(config: TrainingConfig, variant: str, kind: Kind) -> None:
    if kind == "image" and config.window:
        raise TrainingRefused("--window is for readings in a table; images are judged one by one")
    if kind not in VARIANTS[variant].KINDS:
        fitting = [name for name, each in VARIANTS.items() if kind in each.KINDS]
        taken = " and ".join(SAID[each] for each in SAID if each in VARIANTS[variant].KINDS)
        raise TrainingRefused(
            f"variant {variant!r} is for {taken}; for {SAID[kind]} there is: {', '.join(fitting)}"
        )


def _check_head(head: str, variant: str, kind: Kind) -> None:
    if kind not in HEADS[head].KINDS:
        fitting = [name for name, each in HEADS.items() if kind in each.KINDS]
        raise TrainingRefused(
            f"head {head!r} is not for {SAID[kind]}; for these there is: {', '.join(fitting)}"
        )
    if head == "kl" and variant != "variational":
        raise TrainingRefused("head 'kl' is what a variational autoencoder knows; take --variant variational")


def _check_conditions(config: TrainingConfig, variant: str, kind: Kind) -> None:
    if config.condition and kind == "image":
        raise TrainingRefused("--condition is for columns of a table; images have none")
    taking = [name for name, each in VARIANTS.items() if each.TAKES_CONDITIONS]
    if config.condition and variant not in taking:
        raise TrainingRefused(f"variant {variant!r} takes no --condition; these do: {', '.join(taking)}")
    if variant == "conditional" and not config.condition:
        raise TrainingRefused("variant 'conditional' needs to be told on what: --condition COLUMN")


def _check_levels(config: TrainingConfig, variant: str, kind: Kind) -> None:
    asked = "--view levels" if config.view == "levels" else "--drift on" if config.drift == "on" else None
    if asked is None or kind != "window":
        return
    if "table" not in VARIANTS[variant].KINDS:
        raise TrainingRefused(
            f"{asked} leaves no order to read, which variant {variant!r} is for; take another --variant"
        )
    if config.condition:
        raise TrainingRefused(f"{asked} knows no conditions; leave one of the two out")
    if config.drift == "on" and not VARIANTS[variant].CROSS_FITTED:
        raise TrainingRefused(
            "--drift on holds no rows out, which takes members that each leave out a part of them: take --variant ensemble"
        )


def _check_held_out(config: TrainingConfig, variant: str, kind: Kind) -> None:
    if VARIANTS[variant].CROSS_FITTED and kind != "image":
        return
    for name, share in (("validation", config.validation), ("calibration", config.calibration)):
        if share == 0:
            raise TrainingRefused(
                f"--{name} 0 needs members that each leave out a part of the rows: an ensemble of records or readings, "
                f"and here is variant {variant!r} of {SAID[kind]}; leave --{name} out"
            )


def _check_contamination(config: TrainingConfig, variant: str, kind: Kind) -> None:
    if config.contamination is None:
        return
    if kind != "table":
        raise TrainingRefused(f"--contamination is for records, and here are {SAID[kind]}")
    if not VARIANTS[variant].CROSS_FITTED or config.validation or config.calibration:
        raise TrainingRefused(
            "--contamination holds no rows out, since none is known to be normal: take --variant ensemble, "
            "and leave --validation and --calibration out"
        )
