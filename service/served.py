"""Served: what this process serves, as values that never change under a request. Knows no repository and no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.scorer import Scorer
from models.threshold import Threshold


@dataclass(frozen=True, slots=True)
class Served:
    """One version, loaded and tested. `alias` and `generation` are None when a version was asked for.

    `threshold` is the alias's override where it has one, else the version's own.
    """

    model: str
    version: int
    digest: str
    scorer: Scorer
    threshold: Threshold
    alias: str | None = None
    generation: int | None = None


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model as of one moment: its versions with their digests, its aliases, and what could not be loaded and why."""

    name: str
    versions: Mapping[int, str] = field(default_factory=dict)
    aliases: Mapping[str, Served] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
