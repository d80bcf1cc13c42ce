"""`fpr` keeps its promise with a real network: rows from one source, trained, calibrated and scored as a user would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.stats import betabinom

from models.encoding import encode
from models.formats import read_file
from models.repository import Repository
from models.scorer import Scorer
from models.threshold import Vector
from training.config import TrainingConfig
from training.pipeline import train
from training.progress import Quiet
from training.steps.calibrate import calibrate

REPETITIONS, CALIBRATION, FRESH, RATE = 200, 400, 500, 0.02


def counts_outside(scores: Vector, config: TrainingConfig, slack: float = 1.0) -> int:
    """Repetitions whose flag count leaves the 99 % interval of the beta-binomial law."""
    rank = int(np.ceil((CALIBRATION + 1) * (1 - RATE)))
    low, high = betabinom(FRESH, CALIBRATION + 1 - rank, rank).interval(0.99)
    outside = 0
    for repetition in scores.reshape(REPETITIONS, CALIBRATION + FRESH):
        threshold, _ = calibrate(repetition[:CALIBRATION], config)
        flags = int((repetition[CALIBRATION:] > slack * threshold.value).sum())
        outside += not low <= flags <= high
    return outside


def test_flags_on_fresh_rows_follow_the_promised_law(sensors: Callable[..., Path], tmp_path: Path) -> None:
    fitted_on = 500
    fresh = REPETITIONS * (CALIBRATION + FRESH)
    lines = sensors(rows=fitted_on + fresh).read_text().splitlines()
    path, rest = tmp_path / "train.csv", tmp_path / "fresh.csv"
    path.write_text("\n".join(lines[: fitted_on + 1]))
    rest.write_text("\n".join([lines[0], *lines[fitted_on + 1 :]]))
    config = TrainingConfig(data=path, repository=tmp_path / "repository", fpr=RATE, epochs=30)
    scorer = Scorer.open(train(config, Quiet(), Repository(config.repository)).reference.folder)

    scores = scorer.score(encode(read_file(rest), scorer.columns)).score

    outside, control = counts_outside(scores, config), counts_outside(scores, config, slack=0.9)
    print(
        f"{outside} of {REPETITIONS} repetitions outside their 99 % interval; threshold 10 % too low: {control}"
    )
    # 2 are expected; 9 or more have a chance of 3 in 10,000.
    assert outside <= 8
    assert control > 8
