"""Descriptions: what the service says of models, versions and aliases, as types. Nothing is checked at run time."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

Kind = Literal["records", "windows", "images"]


class Window(TypedDict):
    """How many readings are judged together, and how series, times and gaps are told; `period` in seconds."""

    length: int
    stride: int
    series: str | None
    timestamp: str | None
    period: float | None
    gap: Literal["break", "resample", "refuse"]


class Alias(TypedDict):
    """Where an alias points, and which threshold decides there; each change makes a new generation."""

    model: str
    alias: str
    version: int
    digest: str
    generation: int
    threshold: float
    threshold_method: str


class Version(TypedDict):
    """All about one version: what it reads, what it is, and how good it was when it was trained."""

    model: str
    version: int
    digest: str
    variant: str
    head: str
    latent_size: int
    threshold: float
    threshold_method: str
    kind: Kind
    features: list[dict[str, Any]]
    conditions: list[str]
    window: Window | None
    passthrough: list[str]
    aliases: list[str]
    created: str
    report: bool
    quality: dict[str, Any]


class ModelSummary(TypedDict):
    """A model in the list; `variant` and `kind` are None while no champion is served."""

    model: str
    versions: list[int]
    aliases: dict[str, int]
    variant: str | None
    kind: Kind | None


class Model(TypedDict):
    """A model: its versions, its aliases, all about its champion, and aliases that could not follow a change."""

    model: str
    versions: list[int]
    aliases: list[Alias]
    champion: Version | None
    faults: dict[str, str]
