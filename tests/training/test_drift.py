"""A series that moves: whether it does, how far it will, and that this is no fault."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.judgement import judge
from models.scorer import Scorer, golden_table
from training.asked import check_asked
from training.config import TrainingConfig
from training.decided import Decided, decide
from training.drift import HORIZON, MOMENTS, blocked_false_alarms, reached, steps_of, wandering
from training.errors import TrainingRefused
from training.pipeline import make
from training.progress import Quiet
from training.steps.describe import describe
from training.steps.read import read

Matrix = NDArray[np.float64]
Write = Callable[[Matrix], Path]


def still(rows: int, seed: int = 0) -> Matrix:
    """Three sensors about one level."""
    return np.random.default_rng(seed).standard_normal((rows, 3))


def wandered(rows: int, seed: int = 0) -> Matrix:
    """The same, of which two walk away, each for itself."""
    walks = np.cumsum(np.random.default_rng(seed).standard_normal((rows, 3)), axis=0)
    return 0.5 * still(rows, seed + 1) + walks * np.array([0.15, 0.15, 0.0])


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(rows: Matrix) -> Path:
        path = tmp_path / "series.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([[f"x{place}" for place in range(rows.shape[1])], *rows.tolist()])
        return path

    return write


def decided(path: Path, **told: Any) -> Decided:
    config = TrainingConfig.model_validate({"data": path, "name": "series", "window": 8, **told})
    table = read(config).table
    return decide(config, table, describe(table, config))


def test_steps_are_differences_of_consecutive_stretches() -> None:
    rows = torch.arange(100.0).reshape(100, 1)

    assert steps_of(rows).flatten().tolist() == [10.0] * 9
    assert steps_of(rows[:27]).flatten().tolist() == [2.0] * 9  # the latest twenty


def test_a_walk_wanders_by_the_square_root_of_time() -> None:
    """Simulated: over ten times a step the variance is ten times that of a step."""
    chance = torch.Generator().manual_seed(0)
    steps = torch.randn(20_000, 9, 2, generator=chance) * torch.tensor([1.0, 3.0])

    covariance = wandering(steps).mean(dim=0)

    torch.testing.assert_close(covariance.diagonal(), torch.tensor([10.0, 90.0]), rtol=0.03, atol=0)


def test_rows_are_moved_both_ways_over_the_time_to_come() -> None:
    far = torch.stack(list(reached(torch.ones(1)))).flatten()

    assert len(far) == 2 * MOMENTS
    assert far.sum() == 0
    assert far.square().mean() == pytest.approx(10 * HORIZON / 2)


def test_later_rows_of_a_still_series_are_as_the_earlier_ones() -> None:
    assert blocked_false_alarms(still(4000), 2) < 0.03


def test_later_rows_of_a_wandering_series_are_not() -> None:
    """On average: a walk may come back to where it was."""
    assert np.mean([blocked_false_alarms(wandered(1000, seed), 2) for seed in range(0, 20, 2)]) > 0.15


def test_a_constant_sensor_and_hardly_any_rows_say_nothing() -> None:
    assert blocked_false_alarms(np.ones((500, 2)), 2) == 0.01
    assert blocked_false_alarms(still(6), 2) == 0.01


def test_whether_a_series_drifts_is_asked_of_its_rows(written: Write) -> None:
    assert decided(written(wandered(1000))).judged == "drifting levels"
    assert decided(written(still(1000))).judged == "levels"


def test_too_few_windows_tell_nothing_of_drift(written: Write) -> None:
    path = written(wandered(40))
    config = TrainingConfig.model_validate(
        {"data": path, "window": 24, "drift": "on", "epochs": 1, "test": 0}
    )
    assert decided(path, window=24).drift == "off"

    with pytest.raises(
        TrainingRefused, match="windows are too few to tell how a series drifts, which takes 20"
    ):
        make(read(config), config, Quiet())


def test_levels_of_shares_are_no_shares(written: Write) -> None:
    """Numbers that fill [0, 1] are compared by cross entropy, but not their departures."""
    path, losses = written(np.random.default_rng(0).random((200, 3))), []
    for view in ("levels", "readings"):
        config = TrainingConfig.model_validate(
            {"data": path, "window": 8, "drift": "off", "epochs": 1, "preset": "fast", "view": view}
        )
        losses.append(make(read(config), config, Quiet()).bundle.manifest.training.settings["loss"])

    assert losses == ["mse", "bce"]
    assert decided(path, loss="bce").view == "readings"


def test_what_was_told_holds(written: Write) -> None:
    path = written(wandered(1000))

    assert decided(path, drift="off").judged == "levels"
    assert decided(path, view="readings").judged == "readings"
    assert decided(path, variant="denoising").judged == "readings"
    assert decided(path, variant="denoising", view="levels").judged == "levels"
    assert decided(written(still(1000)), drift="on").judged == "drifting levels"


def test_the_rows_that_will_test_have_no_say(written: Write) -> None:
    rows = still(1000)
    rows[800:] += 30

    assert decided(written(rows), test=0.2).drift == "off"
    assert decided(written(rows), test=0.0).drift == "on"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"drift": "on"}, "are for windows of readings"),
        ({"drift": "on", "window": 8, "view": "readings"}, "drift is of levels"),
        ({"drift": "on", "window": 8, "focus": 2}, "drift is of levels"),
        ({"view": "levels", "window": 8, "focus": 2}, "focus is for readings"),
        ({"view": "levels", "window": 8, "loss": "bce"}, "loss bce is for values in"),
    ],
)
def test_drift_is_for_levels(told: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        TrainingConfig.model_validate({"data": "series.csv", **told})


def test_a_series_that_goes_on_as_it_went_raises_few_alarms_and_a_jump_is_found(written: Write) -> None:
    """Without the option the walk itself is the anomaly: the control."""
    walk = wandered(1600, seed=4)
    path, later = written(walk[:800]), walk[800:].copy()
    jump = later[400:440].copy()
    jump[:, 2] += 6

    found = {}
    for drift in ("on", "off"):
        config = TrainingConfig.model_validate(
            {"data": path, "name": "series", "window": 8, "drift": drift, "epochs": 20, "preset": "fast"}
        )
        scorer = Scorer(make(read(config), config, Quiet()).bundle)
        calm, jumped = (flagged(scorer, rows) for rows in (later, np.concatenate([later[:400], jump])))
        found[drift] = calm.mean(), jumped[-30:].mean()

    print(found)
    assert found["on"][0] < 0.05
    assert found["off"][0] > 0.15
    assert found["on"][1] > 0.95


@pytest.mark.parametrize("asked", [{"drift": "on"}, {"view": "levels"}], ids=str)
@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"variant": "convolutional"}, "leaves no order to read, which variant 'convolutional' is for"),
        ({"variant": "conditional", "condition": ("x2",)}, "knows no conditions"),
    ],
    ids=["an order", "a condition"],
)
def test_levels_are_refused_where_they_lose_what_was_asked_for(
    asked: dict[str, Any], told: dict[str, Any], says: str, written: Write
) -> None:
    config = TrainingConfig.model_validate({"data": written(still(100)), "window": 8, **asked, **told})

    with pytest.raises(TrainingRefused, match=says):
        check_asked(config, read(config).table)


def test_a_single_network_has_no_rows_to_leave_out(written: Write) -> None:
    config = TrainingConfig.model_validate(
        {"data": written(still(100)), "window": 8, "drift": "on", "variant": "denoising"}
    )

    with pytest.raises(TrainingRefused, match="--drift on holds no rows out"):
        check_asked(config, read(config).table)


@pytest.mark.parametrize(
    ("told", "held_out"),
    [({}, (0, 0)), ({"fpr": 0.05}, (0, 0.2)), ({"head": "memory"}, (0.15, 0.2))],
    ids=str,
)
def test_rows_are_held_out_where_moved_windows_do_not_speak(
    told: dict[str, Any], held_out: tuple[float, float], written: Write
) -> None:
    found = decided(written(still(200)), drift="on", **told)

    assert (found.validation, found.calibration) == held_out


def test_too_many_columns_are_refused_and_not_asked_for(written: Write) -> None:
    path = written(np.cumsum(np.random.default_rng(0).standard_normal((120, 600)), axis=0))
    assert decided(path, window=4).drift == "off"
    config = TrainingConfig.model_validate(
        {
            "data": path,
            "name": "series",
            "window": 4,
            "drift": "on",
            "epochs": 1,
            "preset": "fast",
            "view": "levels",
        }
    )

    with pytest.raises(TrainingRefused, match="the drift head knows at most 1024 .* take --drift off"):
        make(read(config), config, Quiet())


def flagged(scorer: Scorer, rows: Matrix) -> NDArray[np.bool_]:
    columns = {f"x{place}": tuple(column.tolist()) for place, column in enumerate(rows.T)}
    judged = judge(scorer, golden_table(columns))
    return judged.anomaly_score[np.isfinite(judged.anomaly_score)] > 1
