"""Faults that are put into rows."""

from __future__ import annotations

import numpy as np
import pytest

from training.injection import FAULTS, Normal, inject


def normal(rows: int = 200, width: int = 4) -> Normal:
    readings = np.random.default_rng(0).normal(10, 2, size=(rows, width))
    return Normal(readings, readings.std(axis=0), np.arange(width))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_changes_only_what_it_says_it_touched(name: str) -> None:
    clean = normal()

    injected = inject(FAULTS[name], clean, 100, np.random.default_rng(1))

    changed = injected.rows != clean.rows[injected.numbers]
    assert changed.any(axis=1).all()
    assert not (changed & ~injected.touched).any()
    assert injected.touched.sum(axis=1).max() == (2 if name == "swapped" else 1)


def test_every_moving_column_gets_its_turn() -> None:
    injected = inject(FAULTS["spike"], normal(), 100, np.random.default_rng(1))

    assert injected.touched.any(axis=0).all()


def test_a_stuck_sensor_repeats_one_reading() -> None:
    injected = inject(
        FAULTS["stuck"], Normal(normal().rows, np.ones(4), np.array([2])), 50, np.random.default_rng(1)
    )

    assert len(set(injected.rows[:, 2])) == 1


def test_broken_correlation_keeps_the_values_of_the_column() -> None:
    clean = normal()

    injected = inject(FAULTS["broken_correlation"], clean, 100, np.random.default_rng(1))

    for column in range(4):
        assert set(injected.rows[injected.touched[:, column], column]) <= set(clean.rows[:, column])
