"""One suite over every measure: what any of them must say of a perfect, a blind and a wrong detector."""

from __future__ import annotations

import numpy as np
import pytest

from training.metrics import METRICS, measured

TRUTH = np.array([False] * 6 + [True] * 2)
PERFECT = np.array([1.0, 2, 3, 4, 5, 6, 8, 9])
THRESHOLD = 7.0


@pytest.mark.parametrize("name", METRICS)
def test_a_perfect_detector_is_told_from_one_that_has_it_backwards(name: str) -> None:
    perfect, backwards = (METRICS[name](scores, TRUTH, THRESHOLD) for scores in (PERFECT, 10 - PERFECT))

    assert perfect == (0 if name == "false_positive_rate" else 1)
    assert backwards != perfect
    assert 0 <= backwards <= 1


@pytest.mark.parametrize("name", METRICS)
def test_a_detector_that_flags_nothing_has_a_measure_too(name: str) -> None:
    assert np.isfinite(METRICS[name](PERFECT, TRUTH, 100.0))


def test_measures_are_those_counted_by_hand() -> None:
    scores = np.array([1.0, 2, 3, 4, 5, 8, 6, 9])  # one false alarm, one anomaly missed

    found = measured(scores, TRUTH, THRESHOLD)

    assert (found["precision"], found["recall"], found["f1"]) == (0.5, 0.5, 0.5)
    assert found["false_positive_rate"] == pytest.approx(1 / 6)
    assert found["auroc"] == pytest.approx(11 / 12)
    assert found["auprc"] == pytest.approx((1 + 2 / 3) / 2)
