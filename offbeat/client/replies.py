"""Replies: what the scoring verbs answer, as types. Nothing is checked at run time; the service says what it promises."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Verdict = Literal["normal", "anomaly", "unknown"]
Value = float | str | None


class Contribution(TypedDict):
    """What one feature adds to a score; `share` is its part, 0 to 1."""

    feature: str
    actual: Value
    expected: Value
    share: float
    direction: Literal["above", "below", "other"]


class Result(TypedDict):
    """The verdict on one record; numbers are None where it is unknown, and `reason` says why."""

    verdict: Verdict
    is_anomaly: bool | None
    anomaly_score: float | None
    score: float | None
    reconstruction_error: float | None
    latent_distance: float | None
    p_value: float | None
    severity: float | None
    contributions: list[Contribution]
    imputed: list[str]
    warnings: list[str]
    reason: str | None
    suppressed: bool
    rules: list[str]
    embedding: NotRequired[list[float] | None]
    actual: NotRequired[dict[str, Value] | None]
    expected: NotRequired[dict[str, Value] | None]
    error_map: NotRequired[str | None]
    passthrough: NotRequired[dict[str, Value]]


class Results(TypedDict):
    """The verdicts on many records, an array a field; the fields are those of a result."""

    verdict: list[Verdict]
    is_anomaly: list[bool | None]
    anomaly_score: list[float | None]
    score: list[float | None]
    reconstruction_error: list[float | None]
    latent_distance: list[float | None]
    p_value: list[float | None]
    severity: list[float | None]
    contributions: list[list[Contribution]]
    imputed: list[list[str]]
    warnings: list[list[str]]
    reason: list[str | None]
    suppressed: list[bool]
    rules: list[list[str]]
    embedding: NotRequired[list[list[float] | None]]
    actual: NotRequired[list[dict[str, Value] | None]]
    expected: NotRequired[list[dict[str, Value] | None]]
    error_map: NotRequired[list[str | None]]
    passthrough: NotRequired[list[dict[str, Value]]]


class SampleReply(TypedDict):
    """Made-up records, and the version that made them; the same seed makes the same ones again."""

    model: str
    version: int
    digest: str
    generation: int | None
    seed: int
    records: list[dict[str, Value]]
