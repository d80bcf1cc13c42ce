"""Descriptions: what the control plane says of models, versions and aliases. Knows no HTTP."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from models.bundle import FACTS
from models.features import Feature
from models.manifest import Manifest
from models.names import CHAMPION
from models.windows import Window
from service.served import Served, ServedModel

Kind = Literal["records", "windows", "images"]


class Described(BaseModel):
    """Base of every description."""

    model_config = ConfigDict(frozen=True)


class AliasDescription(Described):
    """Where an alias points, and which threshold decides there."""

    model: str
    alias: str
    version: int
    digest: str = Field(description="SHA-256 of the version's manifest, which holds those of its files.")
    generation: int = Field(description="Counts every change of this model; a score reply repeats it.")
    threshold: float = Field(description="A score strictly above it is an anomaly.")
    threshold_method: str = Field(
        description="`manual` when a person has set it; else how it was calibrated."
    )


class VersionDescription(Described):
    """All about one version: what it reads, what it is, and how good it was when it was trained."""

    model: str
    version: int
    digest: str
    variant: str = Field(description="Which kind of autoencoder it is.")
    head: str = Field(description="What turns its errors into a score.")
    latent_size: int
    threshold: float = Field(description="The version's own; an alias may override it.")
    threshold_method: str
    kind: Kind = Field(
        description="What a verdict is about: a record, a reading with those before it, an image."
    )
    features: tuple[Feature, ...] = Field(
        description="The columns it reads, with kind and trained range; of an image, its size in pixels."
    )
    conditions: tuple[str, ...] = Field(
        description="Features that say what is normal, and are never judged themselves."
    )
    window: Window | None = Field(
        description="How many readings are judged together, and how series, times and gaps are told; null where none are."
    )
    passthrough: tuple[str, ...] = Field(description="Columns it accepts and echoes, but does not read.")
    aliases: list[str] = Field(description="The aliases that point at it.")
    created: str
    report: bool = Field(description="Whether it was published with a report of its training.")
    quality: dict[str, JsonValue] = Field(description="What its training measured on rows it never saw.")


class ModelSummary(Described):
    """A model in the list."""

    model: str
    versions: list[int]
    aliases: dict[str, int] = Field(description="Which version each alias serves.")
    variant: str | None = Field(description="The champion's kind of autoencoder; null while none is served.")
    kind: Kind | None = Field(description="What the champion's verdicts are about.")


class ModelList(Described):
    """Every model there is."""

    models: list[ModelSummary]


class ModelDescription(Described):
    """A model: its versions, its aliases, and all about its champion."""

    model: str
    versions: list[int]
    aliases: list[AliasDescription]
    champion: VersionDescription | None = Field(description="Null while none can be served.")
    faults: dict[str, str] = Field(description="Aliases that could not follow their last change, and why.")


class Promotion(BaseModel):
    """Which version an alias shall point at."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", json_schema_extra={"examples": [{"version": 1}]}
    )

    version: int = Field(gt=0)


class ThresholdChange(BaseModel):
    """Which threshold shall decide behind an alias; null gives the decision back to the version's own."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={"examples": [{"threshold": None}]},
    )

    threshold: float | None = Field(gt=0)


def summary(model: ServedModel) -> ModelSummary:
    """A model in a few words."""
    champion = model.aliases.get(CHAMPION)
    return ModelSummary(
        model=model.name,
        versions=sorted(model.versions),
        aliases={alias: served.version for alias, served in model.aliases.items()},
        variant=champion.scorer.manifest.variant if champion else None,
        kind=kind_of(champion.scorer.manifest) if champion else None,
    )


def description(model: ServedModel) -> ModelDescription:
    """All about a model."""
    champion = model.aliases.get(CHAMPION)
    return ModelDescription(
        model=model.name,
        versions=sorted(model.versions),
        aliases=[alias_description(served) for served in model.aliases.values()],
        champion=version_description(model, champion) if champion else None,
        faults=dict(model.faults),
    )


def version_description(model: ServedModel, served: Served) -> VersionDescription:
    """All about a version."""
    manifest = served.scorer.manifest
    return VersionDescription(
        model=model.name,
        version=served.version,
        digest=served.digest,
        variant=manifest.variant,
        head=manifest.head,
        latent_size=manifest.latent_size,
        threshold=manifest.threshold.value,
        threshold_method=manifest.threshold.method,
        kind=kind_of(manifest),
        features=manifest.columns.features,
        conditions=manifest.columns.conditions,
        window=manifest.window,
        passthrough=manifest.columns.passthrough,
        aliases=[alias for alias, other in model.aliases.items() if other.version == served.version],
        created=manifest.training.created,
        report=FACTS in manifest.files,
        quality=manifest.quality,
    )


def alias_description(served: Served) -> AliasDescription:
    """All about what an alias serves. `served` was found by its alias."""
    return AliasDescription(
        model=served.model,
        alias=served.alias or "",
        version=served.version,
        digest=served.digest,
        generation=served.generation or 0,
        threshold=served.threshold.value,
        threshold_method=served.threshold.method,
    )


def kind_of(manifest: Manifest) -> Kind:
    """What a verdict of this version is about."""
    if manifest.columns.images:
        return "images"
    return "windows" if manifest.window else "records"
