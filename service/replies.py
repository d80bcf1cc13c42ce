"""Replies: the scoring routes' requests and replies as the API page shows them. Only documentation; nothing is checked by it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, JsonValue

Value = float | str | None


class ScoreRecords(BaseModel):
    """An object a record."""

    records: list[dict[str, JsonValue]] = Field(
        description="Feature names and values; null or absent is missing."
    )


class ScoreColumns(BaseModel):
    """An array a feature."""

    columns: dict[str, list[JsonValue]] = Field(
        description="Feature names, each with the values of all records."
    )


class ScoreRows(BaseModel):
    """Names once, then an array a record."""

    features: list[str]
    rows: list[list[JsonValue]]


class Contribution(BaseModel):
    """What one feature adds to a score."""

    feature: str = Field(description="Its name; of an image a region, such as `rows 0-7, columns 8-15`.")
    actual: Value
    expected: Value = Field(description="What the model would have seen here, in the feature's own unit.")
    share: float = Field(
        description="Its part of the score; the shares of all features sum to 1, or are all 0."
    )
    direction: Literal["above", "below", "other"] = Field(description="Where actual lies from expected.")


class Result(BaseModel):
    """The verdict on one record. Numbers are null where it is unknown."""

    verdict: Literal["normal", "anomaly", "unknown"]
    is_anomaly: bool | None
    anomaly_score: float | None = Field(description="score / threshold; strictly above 1 is an anomaly.")
    score: float | None = Field(description="The model's own score, 0 or more; higher is stranger.")
    reconstruction_error: float | None = Field(description="Mean squared error, in scaled units.")
    latent_distance: float | None = Field(
        description="Mahalanobis distance of the latent from the training rows'."
    )
    p_value: float | None = Field(
        description="(1 + calibration scores at or above) / (calibration scores + 1)."
    )
    severity: float | None = Field(description="0 ordinary, 1 one in a million; comparable between models.")
    contributions: list[Contribution]
    imputed: list[str] = Field(description="Features without a value, filled in.")
    warnings: list[str] = Field(description="Unseen categories, values outside the trained range or clamped.")
    reason: str | None = Field(description="Why the verdict is unknown.")
    suppressed: bool = Field(description="Whether a rule silences this anomaly.")
    rules: list[str] = Field(description="The rules that apply; they never change a score.")
    embedding: list[float] | None = Field(default=None, description="Only when asked for.")
    actual: dict[str, Value] | None = Field(
        default=None, description="Only when asked for: as it was read; a picture is the base64 of a PNG."
    )
    expected: dict[str, Value] | None = Field(
        default=None, description="Only when asked for; a picture is the base64 of a PNG."
    )
    error_map: str | None = Field(
        default=None,
        description="Only when asked for: white where a picture is strangest, as the base64 of a PNG.",
    )
    passthrough: dict[str, JsonValue] | None = Field(
        default=None, description="Only when the records have any."
    )


class Reply(BaseModel):
    """Which version answered. `generation` is null when a version was asked for by its number."""

    model: str
    version: int
    digest: str
    generation: int | None


class ScoreReply(Reply):
    """A verdict for each record, in the order they came."""

    threshold: float
    threshold_method: str
    results: list[Result] | dict[str, list[JsonValue]] = Field(
        description="An object a record, or with `orient=columns` one object of arrays."
    )


class EmbedReply(Reply):
    """An embedding for each record."""

    embeddings: list[list[float] | None] = Field(description="Null where the record cannot be judged.")
    reasons: list[str | None] = Field(description="Why there is none, where there is none.")


class ReconstructReply(Reply):
    """Each record as the model would have it."""

    records: list[dict[str, Value] | None] = Field(
        description="In the features' own units, a picture as the base64 of a PNG; null where unknown."
    )
    reasons: list[str | None] = Field(description="Why there is none, where there is none.")


class SampleReply(Reply):
    """Made-up records."""

    seed: int = Field(description="The same seed makes the same records again.")
    records: list[dict[str, Value]] = Field(
        description="In the features' own units, inside the trained range; conditions as they were asked for."
    )


class Place(BaseModel):
    """Where something is wrong."""

    pointer: str = Field(description="JSON pointer into the body; /query/… for an option in the query.")
    detail: str


class Problem(BaseModel):
    """What was refused, and why (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Place] | None = Field(default=None, description="With status 422: where, at most 20 times.")
