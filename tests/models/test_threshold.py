"""What "anomalous" means, and how unlikely a score is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.errors import ThresholdRefused
from models.threshold import Calibration, Tail, Threshold, checked

TAIL = Tail(start=9.0, mass=0.1, shape=0.5, scale=2.0)
finite = st.floats(min_value=0, allow_nan=False, allow_infinity=False)


def threshold(value: float = 2.0) -> Threshold:
    return Threshold(value=value, method="quantile", parameter=0.99)


def calibration(count: int = 9, tail: Tail = TAIL) -> Calibration:
    return Calibration(scores=tuple(float(score) for score in range(1, count + 1)), tail=tail)


def test_only_what_is_above_the_threshold_is_an_anomaly_and_what_is_not_finite_is_unknown() -> None:
    score = np.array([0.0, 2.0, np.nextafter(2.0, 3.0), np.nan, np.inf, -np.inf])

    assert threshold().verdicts(score) == ["normal", "normal", "anomaly", "unknown", "unknown", "unknown"]


@given(finite, st.floats(min_value=1e-300, max_value=1e300))
def test_the_anomaly_score_is_above_one_exactly_where_the_verdict_is_anomaly(
    score: float, value: float
) -> None:
    judge, scores = threshold(value), np.array([score])

    ratio = judge.anomaly_score(scores)[0]

    assert np.isfinite(ratio)
    assert (ratio > 1) == (judge.verdicts(scores) == ["anomaly"])


def test_a_score_one_float_above_the_threshold_is_above_one() -> None:
    value = np.nextafter(2.0, 0.0)

    assert 2.0 / value > 1 or threshold(value).anomaly_score(np.array([2.0]))[0] > 1
    assert threshold(value).anomaly_score(np.array([value])).tolist() == [1.0]


def test_the_anomaly_score_of_nan_is_nan() -> None:
    assert np.isnan(threshold().anomaly_score(np.array([np.nan]))[0])


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf"), -float("inf")])
def test_a_threshold_that_decides_nothing_is_refused(value: float) -> None:
    with pytest.raises(ThresholdRefused, match="a threshold must be a positive number, not"):
        checked(value)
    with pytest.raises(ThresholdRefused):
        threshold().overridden(value)
    with pytest.raises(ValidationError):
        threshold(value)


def test_a_person_overrides_the_threshold_or_leaves_it() -> None:
    assert threshold().overridden(None) == threshold()
    assert threshold().overridden(5.0) == Threshold(value=5.0, method="manual", parameter=5.0)


def test_the_p_value_counts_calibration_scores_at_least_as_high() -> None:
    found = calibration().p_value(np.array([0.0, 1.0, 5.0, 5.5, 9.0, 10.0, np.nan]))

    assert found[:-1].tolist() == [1.0, 1.0, 0.6, 0.5, 0.2, 0.1]
    assert np.isnan(found[-1])


def test_severity_grows_from_ordinary_to_one_in_a_million() -> None:
    found = calibration().severity(np.array([0.0, 5.0, 9.0, 50.0, 1e6, 1e300, np.nan]))

    assert found[0] == 0
    assert (np.diff(found[:-1]) >= 0).all()
    assert found[4] == found[5] == 1
    assert np.isnan(found[-1])


def test_severity_is_minus_a_sixth_of_the_logarithm_of_the_tail() -> None:
    assert calibration().severity(np.array([13.0]))[0] == pytest.approx(
        -np.log10(0.1 * (1 + 0.5 * 2) ** -2) / 6
    )


def test_a_tail_without_a_shape_is_exponential_and_a_small_shape_is_nearly_so() -> None:
    score = np.array([9.0, 10.0, 13.0, 29.0])
    exponential = Tail(start=9.0, mass=0.1, shape=0.0, scale=2.0).survival(score)

    assert exponential == pytest.approx(0.1 * np.exp(-(score - 9) / 2))
    for shape in (1e-300, 1e-12, 1e-9):
        assert Tail(start=9.0, mass=0.1, shape=shape, scale=2.0).survival(score) == pytest.approx(exponential)


def test_a_probability_too_small_for_a_float_is_the_worst_severity() -> None:
    tail = Tail(start=9.0, mass=0.1, shape=0.0, scale=1e-12)

    assert calibration(tail=tail).severity(np.array([1e300])).tolist() == [1.0]


@pytest.mark.parametrize("scores", [(), (2.0, 1.0), (-1.0, 1.0), (float("nan"),), (1.0, float("inf"))])
def test_calibration_scores_are_finite_and_ascending(scores: tuple[float, ...]) -> None:
    with pytest.raises(ValidationError):
        Calibration(scores=scores, tail=TAIL)


@pytest.mark.parametrize(
    "edit", [{"start": -1.0}, {"mass": 0.0}, {"mass": 1.1}, {"shape": -0.1}, {"scale": 0.0}]
)
def test_a_tail_is_a_probability(edit: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Tail(**{"start": 9.0, "mass": 0.1, "shape": 0.5, "scale": 2.0, **edit})
