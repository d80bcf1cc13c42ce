"""Training rows that may hold anomalies: some are set aside, and the threshold stays where normal rows end."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.judgement import judge
from models.repository import Repository
from models.scorer import Scorer, golden_table
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.pipeline import Published, train
from training.progress import Quiet
from training.suspicion import suspicion

ROWS, PLANTED = 1000, 50
Matrix = NDArray[np.float64]


def readings(rows: int, seed: int) -> Matrix:
    """Four readings that two hidden ones decide."""
    chance = np.random.default_rng(seed)
    hidden = chance.standard_normal((rows, 2))
    return hidden @ np.array([[1.0, 0.5, 0, -1], [0, 1.0, 1.0, 0.5]]) + 0.2 * chance.standard_normal(
        (rows, 4)
    )


def spoilt(rows: Matrix, seed: int) -> Matrix:
    """A reading or two far from where the others put them."""
    chance = np.random.default_rng(seed)
    return rows + chance.choice([-1, 1], rows.shape) * chance.uniform(3, 8, rows.shape) * (
        chance.random(rows.shape) < 0.5
    )


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Normal records with one in twenty spoilt, the first fifty."""
    path = tmp_path_factory.mktemp("dirty") / "dirty.csv"
    rows = readings(ROWS, seed=1)
    rows[:PLANTED] = spoilt(rows[:PLANTED], seed=2)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["a", "b", "c", "d"], *rows.tolist()])
    return path


def trained(data: Path, folder: Path, **told: Any) -> Published:
    config = TrainingConfig(data=data, repository=folder / "repository", preset="fast", test=0.0, **told)
    return train(config, Quiet(), Repository(config.repository))


def found(published: Published, rows: Matrix) -> float:
    scorer = Scorer.open(published.reference.folder)
    table = golden_table({name: tuple(column.tolist()) for name, column in zip("abcd", rows.T, strict=True)})
    return float((judge(scorer, table).anomaly_score > 1).mean())


def test_suspicion_puts_spoilt_rows_first() -> None:
    rows = readings(ROWS, seed=1)
    rows[:PLANTED] = spoilt(rows[:PLANTED], seed=2)

    first = np.argsort(-suspicion(rows, seed=0))[:PLANTED]

    assert (first < PLANTED).mean() > 0.7


def test_what_was_planted_is_set_aside_and_the_threshold_is_not_dragged_up(
    dirty: Path, tmp_path: Path
) -> None:
    normal, odd = readings(2000, seed=3), spoilt(readings(500, seed=4), seed=5)

    declared, usual = (
        trained(dirty, tmp_path / "declared", contamination=0.05),
        trained(dirty, tmp_path / "usual"),
    )

    rates = {
        name: (found(each, odd), found(each, normal))
        for name, each in (("declared", declared), ("usual", usual))
    }
    print({name: f"found {hits:.1%}, false alarms {alarms:.1%}" for name, (hits, alarms) in rates.items()})
    assert rates["declared"][0] > 0.7
    assert rates["declared"][1] < 0.06
    assert rates["usual"][0] < rates["declared"][0] - 0.1


def test_rows_set_aside_are_counted_and_written_to_a_file(dirty: Path, tmp_path: Path) -> None:
    published = trained(dirty, tmp_path, contamination=0.05)

    assert published.suspects == tmp_path / "dirty-1-suspects.csv"
    with published.suspects.open(newline="") as file:
        header, *lines = list(csv.reader(file))
    source = dirty.read_text().splitlines()
    suspicions = [float(line[1]) for line in lines]
    rows = published.manifest.training.rows
    assert header == ["record", "suspicion", "a", "b", "c", "d"]
    assert rows.suspects == len(lines) == 100
    assert rows.train == ROWS - 100
    assert suspicions == sorted(suspicions, reverse=True)
    assert [line[2:] for line in lines] == [source[int(line[0])].split(",") for line in lines]
    assert np.mean([int(line[0]) <= PLANTED for line in lines[:40]]) > 0.7


def test_they_can_be_written_elsewhere_and_auto_sets_a_constant_share_aside(
    dirty: Path, tmp_path: Path
) -> None:
    published = trained(dirty, tmp_path, contamination="auto", suspects=tmp_path / "look" / "here.csv")

    assert published.suspects == tmp_path / "look" / "here.csv"
    assert published.manifest.training.rows.suspects == 0.15 * ROWS


def test_clean_training_sets_nothing_aside(dirty: Path, tmp_path: Path) -> None:
    published = trained(dirty, tmp_path)

    assert published.suspects is None
    assert published.manifest.training.rows.suspects == 0


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"window": 5}, "--contamination is for records, and here are windows of readings"),
        (
            {"variant": "vanilla"},
            "--contamination holds no rows out, since none is known to be normal: take --variant ensemble",
        ),
        ({"calibration": 0.2}, "--contamination holds no rows out"),
    ],
    ids=str,
)
def test_what_does_not_go_with_it_is_refused(
    told: dict[str, Any], message: str, dirty: Path, tmp_path: Path
) -> None:
    with pytest.raises(TrainingRefused, match=message):
        trained(dirty, tmp_path, contamination=0.05, **told)


@pytest.mark.parametrize(
    "told",
    [
        {"contamination": 0.6},
        {"contamination": 0},
        {"contamination": "much"},
        {"contamination": 0.1, "fpr": 0.01},
    ],
)
def test_a_share_that_cannot_be_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="contamination"):
        TrainingConfig(data=Path("x.csv"), **told)
