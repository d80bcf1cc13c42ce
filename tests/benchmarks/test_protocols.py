"""What trains and what tests in each protocol, and what becomes of the scores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality.beside import STRANGEST, finite
from benchmarks.quality.case import Case, Matrix
from benchmarks.quality.means import ranks
from benchmarks.quality.options import Options
from benchmarks.quality.peers import PEERS, held_out
from benchmarks.quality.protocols import PROTOCOLS
from benchmarks.quality.protocols.odd import MADE
from benchmarks.quality.protocols.planted import planted
from benchmarks.quality.protocols.servers import last_ten
from benchmarks.quality.protocols.skab import TRAINING_ROWS
from benchmarks.quality.results import Result

EXAMPLES = Path(__file__).parents[2] / "examples"
NAME = "10_large"


def cases(protocol: str, options: Options, seed: int = 0) -> list[Case]:
    path = PROTOCOLS[protocol].files(options)[NAME]
    return list(PROTOCOLS[protocol].cases(NAME, path, seed, options))


def rows(matrix: Matrix) -> set[tuple[float, ...]]:
    return set(map(tuple, matrix.tolist()))


def result(set_name: str, detector: str, auroc: float) -> Result:
    return Result(set_name, 0, detector, "", "", "", auroc, auroc, 1.0, 1.0, 9, 4, 5, 3, 2, None, None, None)


def test_a_clean_split_trains_on_half_of_the_normal_rows_and_tests_on_all_others(options: Options) -> None:
    (case,) = cases("clean", options)

    assert len(case.train) == 540
    assert case.truth.sum() == 120
    assert len(case.test) == 660
    assert not rows(case.train) & rows(case.test)


def test_a_seed_always_splits_alike_and_another_one_differently(options: Options) -> None:
    first, again, other = (cases("clean", options, seed)[0].train for seed in (0, 0, 1))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_of_tiny_cases_thirty_and_sixty_rows_train_and_the_test_stays(options: Options) -> None:
    (clean,) = cases("clean", options)

    few, more = cases("tiny", options)

    assert (len(few.train), len(more.train)) == (30, 60)
    assert np.array_equal(few.test, clean.test)
    assert np.array_equal(more.train, clean.train[:60])


@pytest.mark.parametrize("name", MADE)
def test_odd_rows_are_strange_in_how_they_hang_together(name: str, options: Options) -> None:
    """Hardly a value that its column has never had, and yet few strange rows are known ones."""
    few, many = PROTOCOLS["odd"].cases(name, Path(), 0, options)
    known, strange = rows(many.train), many.test[many.truth]
    ordinary = [
        np.isin(strange[:, column], many.train[:, column]).mean() for column in range(strange.shape[1])
    ]

    assert (len(few.train), len(many.train)) == (300, 3000)
    assert many.truth.sum() == 100
    assert min(ordinary) > 0.95
    assert np.mean([tuple(row) in known for row in strange.tolist()]) < 0.3


def test_of_a_large_set_only_so_many_rows_take_part(options: Options) -> None:
    (case,) = cases("contaminated", replace(options, rows=100))

    assert len(case.train) == 100
    assert case.own_rows


def test_planted_rows_are_taken_from_the_test_and_both_fits_test_on_the_same(options: Options) -> None:
    clean, mixed = cases("planted", options)

    assert len(mixed.train) - len(clean.train) == 27
    assert clean.truth.sum() == 120 - 27
    assert np.array_equal(clean.test, mixed.test)
    assert not rows(mixed.train) & rows(mixed.test)
    assert mixed.fits == ((), options.train_flags)


@pytest.mark.parametrize(("training", "anomalies", "moved"), [(1000, 200, 50), (1000, 60, 30), (100, 1, 0)])
def test_never_more_than_half_of_the_anomalies_are_planted(training: int, anomalies: int, moved: int) -> None:
    assert planted(training, anomalies) == moved


def test_skab_trains_on_the_first_rows_of_a_file(tmp_path: Path, options: Options) -> None:
    (tmp_path / "data" / "skab" / "valve1").mkdir(parents=True)
    lines = [
        f"2020-03-09 10:{at // 60 % 60:02}:{at % 60:02};{at};{float(at >= 450)};0.0" for at in range(500)
    ]
    file = tmp_path / "data" / "skab" / "valve1" / "0.csv"
    file.write_text("\n".join(["datetime;Current;anomaly;changepoint", *lines]))
    protocol = PROTOCOLS["skab"]

    (case,) = protocol.cases("valve1/0", protocol.files(options)["valve1/0"], 0, options)

    assert case.train.tolist() == [[at] for at in range(TRAINING_ROWS)]
    assert case.truth.tolist() == [False] * 50 + [True] * 50


def test_the_recording_of_a_day_with_faults_has_the_features_of_the_normal_one(options: Options) -> None:
    (case,) = PROTOCOLS["host"].cases("host", EXAMPLES / "host", 0, options)

    assert case.test.shape[1] == case.train.shape[1] > 20
    assert case.kinds is not None
    assert len(set(case.kinds[case.truth].tolist()) - {""}) == 8


def test_the_mean_of_the_last_ten_scores_knows_no_later_one() -> None:
    score = np.arange(30.0)
    later = np.r_[score[:20], np.full(10, 99.0)]

    assert last_ten(score)[[0, 1, 12]].tolist() == [0, 0.5, 7.5]
    assert np.array_equal(last_ten(score)[:20], last_ten(later)[:20])


def test_scores_that_are_no_numbers_stay_the_strangest() -> None:
    score = finite(np.array([1.0, np.nan, np.inf, -np.inf]))

    assert score.tolist() == [1.0, STRANGEST, STRANGEST, -STRANGEST]
    assert np.isfinite(last_ten(np.tile(score, 10))).all()


def test_detectors_that_are_equal_share_their_places() -> None:
    told = [
        ("a", "x", 0.9),
        ("a", "y", 0.9),
        ("a", "z", 0.5),
        ("b", "x", 0.6),
        ("b", "y", 0.7),
        ("b", "z", 0.8),
    ]

    assert ranks([result(*each) for each in told], "auroc") == {"x": 2.25, "y": 1.75, "z": 2.0}


@pytest.mark.parametrize("name", ["KNN k=1", "KNN k=5", "LOF"])
def test_a_training_row_is_not_its_own_neighbour(name: str) -> None:
    train = np.random.default_rng(0).normal(size=(60, 2))
    train[0] = 9

    own, new = (PEERS[name](train, 0)(test) for test in (None, train))

    assert np.argmax(own) == 0
    assert own[0] > new[0]


def test_every_row_is_scored_by_what_did_not_see_it() -> None:
    train = np.arange(40.0)[:, None]

    score = held_out(PEERS["KNN k=1"], train, 0, folds=4)

    assert score.tolist() == [*range(10, 0, -1), *2 * [*range(1, 6), *range(5, 0, -1)], *range(1, 11)]


@pytest.mark.parametrize("asked", [["3_missing"], ["2_small", "3_missing"]])
def test_a_set_that_is_not_there_is_named_beside_those_that_are(options: Options, asked: list[str]) -> None:
    with pytest.raises(SystemExit, match="has no 3_missing; there are: 2_small, 10_large$"):
        PROTOCOLS["clean"].files(replace(options, sets=asked))
