"""What is kept of scores between two events: exact counts, few numbers, bounded."""

from __future__ import annotations

import threading
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.threshold import ABOVE_ONE, MOST
from service import recent as module
from service.recent import Cause, Recent, gathered

SCORES = st.floats(min_value=0, max_value=MOST) | st.floats(0.999, 1.001) | st.just(nan) | st.just(ABOVE_ONE)


def never() -> None:
    raise AssertionError("not so many")


@given(st.lists(SCORES, min_size=1, max_size=300))
def test_stretches_are_even_and_hold_the_highest_of_each_and_every_count(scores):
    found = gathered(np.array(scores))

    parts = np.array_split(np.array(scores), len(found.anomaly_scores))
    assert len(parts) == min(len(scores), 60)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert sorted(map(len, parts)) == sorted(np.diff(starts(len(scores)), append=len(scores)))
    cut = np.split(np.array(scores), starts(len(scores))[1:])
    for part, highest in zip(cut, found.anomaly_scores, strict=True):
        known = part[~np.isnan(part)]
        assert highest == (pytest.approx(known.max(), rel=1e-5) if len(known) else None)
        assert (highest is not None and highest > 1) == bool(
            (known > 1).any()
        )  # never rounded across the line
    counts = (len(scores), sum(each > 1 for each in scores), sum(map(isnan, scores)))
    assert (found.records, found.anomalies, found.unknown) == counts


def starts(rows: int) -> np.ndarray:
    return np.arange(min(rows, 60)) * rows // min(rows, 60)


def test_singles_and_vectors_stay_in_the_order_they_came():
    recent = Recent(never)
    recent.one(0.1)
    recent.many(np.array([1, 0, 2]), np.array([0.2, nan, 3.0]), lambda _: Cause())
    recent.one(0.4)
    recent.one(nan)

    found = recent.take()

    assert found.anomaly_scores == [0.1, 0.2, None, 3.0, 0.4, None]
    assert (found.records, found.anomalies, found.unknown) == (6, 1, 2)
    assert recent.take() is None


def test_no_records_are_nothing_to_tell():
    recent = Recent(never)

    recent.many(np.array([], np.int8), np.array([]), lambda _: Cause())

    assert recent.take() is None


def test_only_the_strangest_are_told_one_by_one_and_only_they_are_asked_for_their_cause():
    recent, asked = Recent(never), []

    def cause(row: int) -> Cause:
        asked.append(row)
        return Cause(0.5, f"feature {row}")

    scores = np.arange(2.0, 1002.0)
    recent.many(np.full(1000, 2), scores, cause)
    for score in (5.0, 1500.0, 1.0e9):
        recent.strange(score, lambda score=score: Cause(0.1, f"{score:g}"))
        recent.one(score)

    found = recent.take()

    assert [each.anomaly_score for each in found.strangest] == [1e9, 1500, *range(1001, 995, -1)]
    assert [each.cause.feature for each in found.strangest[:3]] == ["1e+09", "1500", "feature 999"]
    assert sorted(asked) == list(range(992, 1000))
    assert found.anomalies == 1003


def test_what_nobody_takes_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "MOST", 1000)
    calls: list[int] = []
    recent = Recent(lambda: calls.append(recent.take().records))

    for _ in range(25):
        recent.many(np.ones(100, np.int8), np.full(100, 0.5), lambda _: Cause())
    for _ in range(5000):
        recent.one(0.5)

    assert calls == [1100, 1100]  # by whoever added the last of them
    assert recent.take().records == 1000


def test_threads_that_add_while_another_takes_lose_nothing():
    recent, found, over = Recent(lambda: None), [], threading.Event()

    def add() -> None:
        for _ in range(3000):
            recent.one(0.5)
            recent.strange(2.0, Cause)
            recent.many(np.array([1, 2]), np.array([0.5, 2.0]), lambda _: Cause())

    def take() -> None:
        while not over.is_set():
            found.append(recent.take())

    threads, taker = [threading.Thread(target=add) for _ in range(3)], threading.Thread(target=take)
    for thread in (*threads, taker):
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    taker.join()
    found.append(recent.take())

    whole = [each for each in found if each]
    assert len(whole) > 1
    assert sum(each.records for each in whole) == 3 * 3000 * 3
    assert sum(each.anomalies for each in whole) == 3 * 3000
