"""Facts: what a report shows, already reduced to what can be drawn. Knows no HTML.

They lie in the bundle beside the page, so that a later version of the page can be made of them. Records are among them
only where that was allowed. Parts of the data are called as in `PARTS`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.contract import Contract

PARTS = ("training", "validation", "calibration", "test", "known anomalies", "between")
Numbers = tuple[float, ...]
Gaps = tuple[float | None, ...]  # None where there is nothing to say


class Histogram(Contract):
    """Counts between ascending edges, one more than counts, by part."""

    edges: Numbers
    counts: dict[str, tuple[int, ...]]


class NumberFacts(Contract):
    """A numeric feature: its share of missing values, and how those that are there lie; None of a constant.

    usual_error: 95 of 100 ordinary values that were held out lie this close to what was expected, in the feature's units.
    """

    kind: Literal["numeric"] = "numeric"
    name: str
    missing: float
    histogram: Histogram | None
    usual_error: float | None = None


class CategoryFacts(Contract):
    """A categorical feature: its most frequent categories with their shares of the training rows."""

    kind: Literal["categorical"] = "categorical"
    name: str
    missing: float
    shares: tuple[tuple[str, float], ...]
    categories: int


class Stretch(Contract):
    """From a time to a time. `what`: a part of the data, or nothing."""

    start: float
    end: float
    what: str = ""


class Course(Contract):
    """Scores in the order of time: the highest and the median anomaly score of each slot between the edges.

    edges: seconds since 1970. known: labelled anomalies. parts: where each part lies.
    features: (features, slots) mean contribution to the score, as a share of the threshold.
    """

    edges: Numbers
    highest: Gaps
    median: Gaps
    known: tuple[Stretch, ...]
    parts: tuple[Stretch, ...]
    names: tuple[str, ...]
    features: tuple[Gaps, ...]


class Cause(Contract):
    """What one feature adds to a score."""

    feature: str
    actual: float | str | None
    expected: float | str | None
    share: float
    direction: str


class Strange(Contract):
    """One of the strangest records: its row in the file, and what made it so. pictures: base64 of PNGs."""

    row: int
    when: str | None
    part: str
    known: bool | None
    score: float
    anomaly_score: float
    p_value: float
    causes: tuple[Cause, ...]
    pictures: tuple[str, ...] = ()


class LatentMap(Contract):
    """Latents along their two main axes, which explain so much of their variance, and how strange each record is.

    A latent is at ((latent - center) @ axes), so that others can be drawn among them.
    """

    explained: tuple[float, float]
    center: Numbers
    axes: tuple[Numbers, Numbers]
    x: Numbers
    y: Numbers
    anomaly_scores: Numbers
    known: tuple[bool, ...]


class Sweep(Contract):
    """What another threshold would do: the share of ordinary rows it flags, and with labels how well it tells.

    rows_per_day: how often records come; None without times.
    """

    thresholds: Numbers
    flagged: Numbers
    rows_per_day: float | None
    precision: Numbers | None = None
    recall: Numbers | None = None
    f1: Numbers | None = None


class Curves(Contract):
    """How scores rank the anomalies that were known: receiver operating characteristic, and precision over recall."""

    anomalies: int
    normal: int
    auroc: float
    average_precision: float
    false_positives: Numbers
    true_positives: Numbers
    recall: Numbers
    precision: Numbers


class Facts(Contract):
    """Everything a report shows beside the manifest. rows: of the file; looked_at: how many of them were judged for it."""

    format: Literal[1] = 1
    private: bool
    rows: int
    looked_at: int
    losses: tuple[tuple[float, float], ...]
    features: tuple[Annotated[NumberFacts | CategoryFacts, Field(discriminator="kind")], ...]
    scores: Histogram
    course: Course | None
    strangest: tuple[Strange, ...]
    latent: LatentMap | None
    sweep: Sweep
    curves: Curves | None
