"""Options: what each verb can be told, as types, and how they are written into an address. Values are the service's to check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

Query = dict[str, str | int | float | bool]


class Reference(TypedDict, total=False):
    """Which version answers: by its number, or by an alias; the champion unless told."""

    version: int
    alias: str


class FrameOptions(Reference, total=False):
    """What changes a verdict. `threshold` is a what-if for this call; `extra="ignore"` leaves unknown columns out."""

    threshold: float
    extra: Literal["reject", "ignore"]


class ReadOptions(Reference, total=False):
    """How records are read; `last_only` answers for the last of each series, the others are its history."""

    extra: Literal["reject", "ignore"]
    last_only: bool


class SeriesOptions(FrameOptions, total=False):
    """What a result holds beside the verdict. `top_contributors` is 3 unless told; 0 names none."""

    top_contributors: int
    embedding: bool
    actual: bool
    expected: bool


class ScoreOptions(SeriesOptions, total=False):
    """The same for many records, the pictures among them."""

    last_only: bool
    error_map: bool


def query(options: Mapping[str, object]) -> Query:
    """What stands behind the question mark; an option of None is not sent."""
    return {name: value for name, value in options.items() if isinstance(value, str | int | float)}


def reference_of(options: Mapping[str, Any]) -> Reference:
    """Which version some options name."""
    reference = Reference()
    if options.get("version") is not None:
        reference["version"] = options["version"]
    if options.get("alias") is not None:
        reference["alias"] = options["alias"]
    return reference
