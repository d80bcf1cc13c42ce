"""How rows are cut into parts."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from training.decided import Decided
from training.errors import TrainingRefused
from training.results import Parts, Roles
from training.steps.split import split


def config(**told: Any) -> Decided:
    return Decided.model_validate(
        {
            "data": Path("x.csv"),
            "kind": "table",
            "judged": "records",
            "variant": "denoising",
            "head": "reconstruction",
            "preset": "fast",
            "noise": 0.1,
            "mask": 0.1,
            "validation": 0.15,
            "calibration": 0.2,
            **told,
        }
    )


def roles(
    rows: int,
    order: NDArray[np.float64] | None = None,
    anomalous: NDArray[np.bool_] | None = None,
    series: NDArray[np.int64] | None = None,
) -> Roles:
    return Roles(
        numeric=("x",),
        categorical=(),
        images=(),
        derived=(),
        conditions=(),
        passthrough=(),
        timestamp=None,
        anomalous=anomalous,
        order=order,
        series=np.zeros(rows, dtype=np.int64) if series is None else series,
        set_aside=np.zeros(rows, dtype=np.bool_),
    )


def test_parts_are_disjoint_and_hold_every_row_of_a_table_without_time() -> None:
    parts = split(roles(1000), config())

    together = np.concatenate([parts.train, parts.validation, parts.calibration, parts.test])
    assert sorted(together) == list(range(1000))
    assert (len(parts.calibration), len(parts.test)) == (200, 200)


def test_a_share_of_nothing_is_no_row() -> None:
    parts = split(roles(1000), config(validation=0.0, calibration=0.0))

    assert (len(parts.train), len(parts.validation), len(parts.calibration), len(parts.test)) == (
        800,
        0,
        0,
        200,
    )


def test_the_same_seed_gives_the_same_parts() -> None:
    first, again = split(roles(100), config()), split(roles(100), config())

    np.testing.assert_array_equal(first.train, again.train)


def test_a_series_is_cut_in_blocks_of_time_with_gaps_between() -> None:
    order = np.random.default_rng(0).permutation(1000).astype(np.float64)

    parts = split(roles(1000, order), config())

    blocks = [order[part] for part in (parts.train, parts.validation, parts.calibration, parts.test)]
    for before, after in pairwise(blocks):
        assert before.max() + 10 < after.min()


def test_a_series_in_stretches_has_every_part_in_each_of_them() -> None:
    parts = split(roles(1000, np.arange(1000.0)), config(blocks=4))

    for part in (parts.train, parts.validation, parts.calibration, parts.test):
        assert set(part // 250) == {0, 1, 2, 3}
    together = np.concatenate([parts.train, parts.validation, parts.calibration, parts.test])
    assert len(set(together)) == len(together)


def test_known_anomalies_are_in_no_part_that_is_fitted_or_calibrated_on() -> None:
    anomalous = np.arange(200) % 10 == 0

    parts = split(roles(200, anomalous=anomalous), config())

    fitted = np.concatenate([parts.train, parts.validation, parts.calibration, parts.test])
    assert not anomalous[fitted].any()
    assert len(parts.anomalies) == 20


def test_too_few_rows_are_refused_with_the_number_needed() -> None:
    with pytest.raises(TrainingRefused, match="1 usable rows of normal records; training needs at least 20"):
        split(roles(1), config())


def test_rows_that_were_left_out_are_told_when_too_few_remain() -> None:
    with pytest.raises(
        TrainingRefused, match=r"at least 20 \(30 are labelled as anomalies, 0 hold nan or inf\)"
    ):
        split(roles(30, anomalous=np.ones(30, dtype=np.bool_)), config())


def test_more_stretches_than_the_rows_allow_are_refused() -> None:
    with pytest.raises(TrainingRefused, match="in a stretch of 2 rows; take fewer --blocks"):
        split(roles(60, np.arange(60.0)), config(blocks=50))


def test_stretches_of_rows_without_time_are_refused() -> None:
    with pytest.raises(TrainingRefused, match="there is no column of times; name it with --timestamp COLUMN"):
        split(roles(60), config(blocks=2))


def of_lengths(*lengths: int) -> Roles:
    """Series of so many readings, one after the other."""
    series = np.repeat(np.arange(len(lengths)), lengths)
    return roles(len(series), series=series)


def parts_of(found: Parts) -> list[NDArray[np.int64]]:
    return [found.train, found.validation, found.calibration, found.test]


def windows(length: int = 10, **told: Any) -> Decided:
    return config(window=length, series="unit", **told)


def test_series_too_short_to_be_cut_are_dealt_out_whole_beside_one_that_is_cut() -> None:
    given = of_lengths(1000, *[30] * 8)

    found = parts_of(split(given, windows()))

    for part in found:
        assert 0 in given.series[part]
    homes = [
        [number for number, part in enumerate(found) if code in given.series[part]] for code in range(1, 9)
    ]
    assert all(len(home) == 1 for home in homes)
    assert {number for (number,) in homes} == {0, 1, 2, 3}
    assert sorted(np.concatenate(found)[np.concatenate(found) >= 1000]) == list(range(1000, 1240))


def test_a_single_series_too_short_to_be_cut_is_trained_on() -> None:
    given = of_lengths(1000, 30)

    assert set(range(1000, 1030)) <= set(split(given, windows()).train)


@pytest.mark.parametrize(
    "lengths", [(1000, 9, 30), (9, *[30] * 12)], ids=["beside a long one", "among short ones"]
)
def test_a_series_shorter_than_a_window_is_in_no_part(lengths: tuple[int, ...]) -> None:
    given = of_lengths(*lengths)

    there = np.unique(given.series[np.concatenate(parts_of(split(given, windows())))])

    assert [lengths[code] for code in there] == [length for length in lengths if length != 9]


def test_a_short_series_that_may_be_interpolated_is_in_a_part() -> None:
    given = of_lengths(1000, 9)

    assert 1 in given.series[split(given, windows(gaps="resample")).train]


def test_the_gap_in_a_stretch_is_a_share_of_it_however_long_the_others_are() -> None:
    given = of_lengths(100_000, 200)

    found = parts_of(split(given, windows()))

    for code, gap in ((0, 1000), (1, 2)):
        own = [part[given.series[part] == code] for part in found]
        assert [after.min() - before.max() - 1 for before, after in pairwise(own)] == [gap] * 3


def test_many_series_of_which_none_can_be_cut_are_dealt_out_to_every_part() -> None:
    given = of_lengths(*[30] * 10)

    assert all(len(part) for part in parts_of(split(given, windows())))


def test_a_few_series_of_which_none_can_be_cut_are_refused() -> None:
    with pytest.raises(TrainingRefused, match="does not fit into each part"):
        split(of_lengths(30, 30), windows())
