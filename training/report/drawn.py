"""Facts to what people read: page and card. Knows no training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.bundle import CARD, FACTS, PAGE, read_extra
from models.contract import read_contract
from models.manifest import Manifest
from training.errors import TrainingRefused
from training.report.card import card
from training.report.facts import Facts
from training.report.page import page
from training.report.shown import Shown


def drawn(shown: Shown) -> Mapping[str, bytes]:
    """The files, by name."""
    return {PAGE: page(shown).encode(), CARD: card(shown).encode()}


def stored(folder: Path, manifest: Manifest, name: str, digest: str) -> Shown:
    """What the report of a version shows, from the facts in its bundle. TrainingRefused where it has none."""
    data = read_extra(folder, manifest, FACTS)
    if data is None:
        raise TrainingRefused(f"{name} was published without a report; train it again without --no-report")
    return Shown(manifest, read_contract(Facts, FACTS, data), name, digest)
