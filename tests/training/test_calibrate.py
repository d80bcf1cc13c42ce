"""Where a threshold comes from, and that it keeps its promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import betabinom

from models.errors import ThresholdRefused
from training.config import TrainingConfig
from training.steps.calibrate import at_false_positive_rate, calibrate


def config(**told: object) -> TrainingConfig:
    return TrainingConfig.model_validate({"data": Path("x.csv"), **told})


def test_the_default_is_the_99_percent_quantile() -> None:
    threshold, _ = calibrate(np.arange(1, 1001, dtype=np.float64), config())

    assert (threshold.method, threshold.parameter) == ("quantile", 0.99)
    assert threshold.value == pytest.approx(np.quantile(np.arange(1, 1001), 0.99))


def test_a_false_positive_rate_is_an_order_statistic() -> None:
    ordered = np.arange(1, 100, dtype=np.float64)  # 99 rows: the smallest rate is 1 %

    assert at_false_positive_rate(ordered, 0.01) == 99
    assert at_false_positive_rate(ordered, 0.1) == 90


def test_a_rate_the_rows_cannot_support_is_refused_with_the_smallest_they_can() -> None:
    with pytest.raises(
        ThresholdRefused,
        match="99 calibration rows support no false-positive rate below 0.01; asked for 0.001; for that, bring 999",
    ):
        at_false_positive_rate(np.ones(99), 0.001)


@pytest.mark.parametrize(("rows", "rate"), [(99, 0.05), (500, 0.01), (2000, 0.01)])
def test_flags_on_fresh_exchangeable_rows_follow_the_beta_binomial_law(rows: int, rate: float) -> None:
    """200 repetitions; each leaves its 99 % interval with chance at most 1 %, and more than 9 of 200 with chance 1e-4."""
    fresh, repetitions = 1000, 200
    rank = int(np.ceil((rows + 1) * (1 - rate)))
    low, high = betabinom(fresh, rows + 1 - rank, rank).interval(0.99)
    chance = np.random.default_rng(20261121)
    outside = 0
    for _ in range(repetitions):
        scores = chance.gamma(2.0, size=rows + fresh)
        threshold = at_false_positive_rate(np.sort(scores[:rows]), rate)
        outside += not low <= (scores[rows:] > threshold).sum() <= high

    assert outside <= 9


def test_the_law_is_strict_enough_to_notice_a_threshold_that_is_too_low() -> None:
    """The control: one tenth below the threshold, and the same count goes red."""
    rows, fresh, rate = 500, 1000, 0.01
    rank = int(np.ceil((rows + 1) * (1 - rate)))
    low, high = betabinom(fresh, rows + 1 - rank, rank).interval(0.99)
    chance = np.random.default_rng(20261121)
    outside = 0
    for _ in range(200):
        scores = chance.gamma(2.0, size=rows + fresh)
        threshold = 0.7 * at_false_positive_rate(np.sort(scores[:rows]), rate)
        outside += not low <= (scores[rows:] > threshold).sum() <= high

    assert outside > 9


def test_the_robust_rule_hardly_moves_when_one_row_in_twenty_is_an_anomaly() -> None:
    chance = np.random.default_rng(0)
    clean = chance.lognormal(size=1000)
    spoilt = np.concatenate([clean, chance.lognormal(mean=6, size=50)])

    moved = [calibrate(scores, config(robust=3.0))[0].value for scores in (clean, spoilt)]
    dragged = [calibrate(scores, config(quantile=0.99))[0].value for scores in (clean, spoilt)]

    assert moved[1] / moved[0] < 1.5
    assert dragged[1] / dragged[0] > 10


@pytest.mark.parametrize("score", [np.nan, np.inf])
def test_one_score_that_is_not_finite_is_refused(score: float) -> None:
    scores = np.append(np.ones(9999), score)

    with pytest.raises(ThresholdRefused, match="not a finite number"):
        calibrate(scores, config())


def test_a_threshold_of_zero_is_refused() -> None:
    with pytest.raises(ThresholdRefused, match="rebuilt without any error"):
        calibrate(np.zeros(100), config())


def test_severity_grows_beyond_the_calibration_scores() -> None:
    _, calibration = calibrate(np.random.default_rng(0).gamma(2.0, size=2000), config())

    severity = calibration.severity(np.array([1.0, 8.0, 12.0, 16.0, 40.0]))

    assert (np.diff(severity) > 0).all()
    assert severity[0] < 0.1
    assert severity[-1] == 1


def test_many_calibration_scores_are_thinned_for_the_bundle() -> None:
    _, calibration = calibrate(np.random.default_rng(0).gamma(2.0, size=50_000), config())

    assert len(calibration.scores) == 10_000
    assert list(calibration.scores) == sorted(calibration.scores)
