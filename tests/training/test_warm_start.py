"""`--from`: a training that starts where an earlier version is, on new data."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from models.bundle import CALIBRATION, GOLDEN, MODEL
from models.errors import ContractError, VersionNotFound
from models.repository import Repository
from offbeat.cli import main
from training.config import TrainingConfig
from training.earlier import earlier
from training.errors import TrainingRefused
from training.pipeline import Published, train
from training.progress import Quiet

START = datetime(2026, 6, 1, tzinfo=UTC)
KETTLE: dict[str, Any] = {
    "variant": "variational", "condition": ("mode",), "widths": (12,), "code_size": 1, "preset": "fast", "head": "reconstruction",
}  # fmt: skip
Continue = Callable[..., Published]


class Losses(Quiet):
    """Keeps the validation losses."""

    def __init__(self) -> None:
        self.validation: list[float] = []

    def epoch(self, epoch: int, epochs: int, loss: float, held_out: float) -> None:
        self.validation.append(held_out)

    def tried(self, number: int, of: int, code_size: int, risk: float) -> None: ...


def write(path: Path, **columns: Any) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def stirred(path: Path, rows: int = 300, faster: float = 5.0, **changed: Any) -> Path:
    """Torque follows speed, and power both; how fast it turns depends on the mode, and now it turns a bit `faster`."""
    chance = np.random.default_rng(5)
    mode = chance.choice(["stir", "whip"], rows)
    speed = np.where(mode == "stir", 20.0, 80.0) + faster + 3 * chance.standard_normal(rows)
    torque = 2 + 0.05 * speed + 0.1 * chance.standard_normal(rows)
    power = speed * torque / 10 + 0.3 * chance.standard_normal(rows)
    columns = {
        "id": [f"r{row}" for row in range(rows)],
        "speed": speed,
        "torque": torque,
        "power": power,
        "mode": mode,
    }
    return write(path, **{name: cells for name, cells in {**columns, **changed}.items() if cells is not None})


def swinging(path: Path, rows: int = 400, seconds: float = 1.0) -> Path:
    """What the model `vibration` was made from."""
    chance = np.random.default_rng(6)
    mode = np.where(np.arange(rows) // 60 % 2, "fast", "slow")
    angle = np.cumsum(np.where(mode == "fast", 1.0, 0.4))
    times = [(START + timedelta(seconds=seconds * row)).isoformat() for row in range(rows)]
    left, right = (wave + 0.03 * chance.standard_normal(rows) for wave in (np.sin(angle), np.cos(angle)))
    return write(path, timestamp=times, machine=["m2"] * rows, left=left, right=right, mode=mode)


def pictures(folder: Path, width: int = 12, count: int = 60) -> Path:
    """What the model `tiles` was made from."""
    folder.mkdir()
    chance = np.random.default_rng(7)
    for number in range(count):
        pixels = np.full((10, width), 70.0)
        top = int(chance.integers(1, 7))
        pixels[top : top + 3] = 210
        pixels += 6 * chance.standard_normal(pixels.shape)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with version 1 of the model `kettle`, which no test changes."""
    folder = tmp_path_factory.mktemp("first")
    repository, data = Repository(folder / "repository"), stirred(folder / "kettle.csv", rows=600, faster=0)
    config = TrainingConfig.model_validate({"data": data, "calibration": 0.3, "epochs": 150, **KETTLE})
    train(config, Quiet(), repository)
    return repository.root / "kettle"


@pytest.fixture
def repository(first: Path, every_repository: Repository) -> Repository:
    """`kettle@1`, and the models of windows and images that the tests serve."""
    shutil.copytree(first, every_repository.root / "kettle")
    return every_repository


@pytest.fixture
def go_on(repository: Repository) -> Continue:
    """Train a few epochs from a version."""

    def continued(data: Path, start: str, watcher: Quiet | None = None, **told: Any) -> Published:
        every = {"data": data, "warm_start": start, "epochs": 3, **told}
        return train(TrainingConfig.model_validate(every), watcher or Quiet(), repository)

    return continued


def test_after_a_shift_a_few_epochs_from_the_earlier_version_reach_a_lower_loss_than_as_many_from_nothing(
    go_on: Continue, repository: Repository, tmp_path: Path
) -> None:
    data, warm, cold = stirred(tmp_path / "new.csv"), Losses(), Losses()

    go_on(data, "kettle@1", warm)

    train(TrainingConfig.model_validate({"data": data, "epochs": 3, **KETTLE}), cold, repository)
    assert len(warm.validation) == len(cold.validation) == 3
    assert min(warm.validation) < 0.5 * min(cold.validation)


def test_the_manifest_says_where_it_started_and_keeps_what_was_decided(
    go_on: Continue, tmp_path: Path
) -> None:
    found = go_on(stirred(tmp_path / "june.csv"), "kettle", fpr=0.05)

    settings = found.manifest.training.settings
    assert (found.reference.model, found.reference.version) == ("kettle", 2)
    assert (settings["warm_start"], settings["learning_rate"]) == ("kettle@1", 0.001)
    assert (settings["variant"], settings["condition"], settings["calibration"]) == (
        "variational",
        ["mode"],
        0.3,
    )
    assert (found.manifest.threshold.method, found.manifest.training.data) == ("fpr", "june.csv")


def test_ranges_widen_while_scaling_and_categories_stay(
    go_on: Continue, repository: Repository, tmp_path: Path
) -> None:
    modes = ["stir", "whip", "knead"] * 100
    go_on(stirred(tmp_path / "new.csv", mode=modes), "kettle@1")

    old, new = (
        earlier(repository, TrainingConfig(data=Path("x"), warm_start=version))
        for version in ("kettle@1", "kettle@2")
    )
    speeds = [each.columns.numeric[0] for each in (old, new)]
    assert speeds[0].maximum < speeds[1].maximum
    assert speeds[0].minimum == speeds[1].minimum
    assert [each.columns.categorical for each in (old, new)] == [old.columns.categorical] * 2
    assert old.scaling["center"].tolist() == new.scaling["center"].tolist()
    assert old.scaling["highest_seen"].tolist() < new.scaling["highest_seen"].tolist()


def test_a_chain_of_trainings_does_not_slow_down_for_ever(go_on: Continue, tmp_path: Path) -> None:
    data = stirred(tmp_path / "new.csv")
    go_on(data, "kettle@1", epochs=1)

    third = go_on(data, "kettle@2", epochs=1)
    fourth = go_on(data, "kettle@3", epochs=1, learning_rate=0.005)

    assert third.manifest.training.settings["learning_rate"] == 0.001
    assert fourth.manifest.training.settings["learning_rate"] == 0.005


REFUSED = [
    ({"variant": "vanilla"},
     "--variant cannot be vanilla: it is variational in kettle@1, where this training starts; leave --variant out, or train anew "
     "without --from"),
    ({"window": 5},
     "--window cannot be 5: it is none in kettle@1, where this training starts; leave --window out, or train anew without --from"),
    ({"widths": (12, 12)},
     "--widths cannot be 12,12: it is 12 in kettle@1, where this training starts; leave --widths out, or train anew without --from"),
    ({"condition": ("speed",)},
     "--condition cannot be speed: it is mode in kettle@1, where this training starts; leave --condition out, or train anew "
     "without --from"),
    ({"stride": 2},
     "--stride cannot be 2: it is none in kettle@1, where this training starts; leave --stride out, or train anew without --from"),
    ({"passthrough": ("torque",)},
     "column 'torque' is a feature of kettle@1; leave it out of --passthrough, or train anew without --from"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "message"), REFUSED, ids=[str(case[0]) for case in REFUSED])
def test_a_setting_that_contradicts_the_earlier_version_is_refused(
    told: dict[str, Any], message: str, go_on: Continue, repository: Repository, tmp_path: Path
) -> None:
    with pytest.raises(TrainingRefused) as refused:
        go_on(stirred(tmp_path / "new.csv", rows=40), "kettle@1", **told)

    assert str(refused.value) == message
    assert sorted(repository.state("kettle").versions) == [1]


def test_what_was_decided_may_be_said_again(go_on: Continue, tmp_path: Path) -> None:
    data = stirred(tmp_path / "new.csv")

    assert go_on(data, "kettle@1", **KETTLE, loss="auto", epochs=1).reference.version == 2


COLUMNS = [
    ({"torque": None}, "new.csv: column 'torque': the feature \"torque\" is absent from every record"),
    ({"heat": [1.5] * 40}, "kettle@1 knows no column 'heat'; carry it along with --passthrough heat, or train anew without --from"),
    ({"speed": ["20.5"] * 39 + ["fast"]}, "new.csv: line 41, column 'speed': expected a number, got \"fast\""),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "message"), COLUMNS, ids=[next(iter(case[0])) for case in COLUMNS])
def test_columns_that_do_not_fit_the_earlier_version_are_refused_by_name(
    changed: dict[str, Any], message: str, go_on: Continue, tmp_path: Path
) -> None:
    with pytest.raises(TrainingRefused) as refused:
        go_on(stirred(tmp_path / "new.csv", rows=40, **changed), "kettle@1")

    assert str(refused.value).removeprefix(f"{tmp_path}/") == message


def test_a_new_column_can_be_carried_along(go_on: Continue, tmp_path: Path) -> None:
    data = stirred(tmp_path / "new.csv", heat=np.linspace(0, 1, 300))

    found = go_on(data, "kettle@1", passthrough=("heat",), epochs=1)

    assert found.manifest.columns.passthrough == ("id", "heat")
    assert "heat" not in found.manifest.columns.names


def test_a_version_without_weights_is_refused(
    go_on: Continue, repository: Repository, tmp_path: Path
) -> None:
    old = repository.resolve("kettle", 1)
    files = {name: (old.folder / name).read_bytes() for name in (MODEL, GOLDEN, CALIBRATION)}
    bare = repository.publish(repository.open(old).manifest, files)

    with pytest.raises(
        TrainingRefused, match="^kettle@2 holds no weights to start from; train anew without --from$"
    ):
        go_on(stirred(tmp_path / "new.csv"), f"kettle@{bare.version}")


def test_a_version_that_is_not_there_is_refused(go_on: Continue, tmp_path: Path) -> None:
    with pytest.raises(VersionNotFound, match="model 'kettle' has no version 9; published: 1"):
        go_on(tmp_path / "new.csv", "kettle@9")


def test_windows_go_on_with_their_length_series_and_pace(go_on: Continue, tmp_path: Path) -> None:
    losses = Losses()

    found = go_on(swinging(tmp_path / "new.csv"), "vibration", losses, stride=2)

    window = found.manifest.window
    assert window is not None
    assert window.stride == 2
    assert (window.length, window.series, window.timestamp, window.period) == (6, "machine", "timestamp", 1.0)
    assert losses.validation[0] < 0.1


@pytest.mark.parametrize(
    ("seconds", "told", "message"),
    [
        (10.0, {}, "the readings are 10 s apart, those of vibration@1 were 1 s; bring readings at its pace, or train anew without --from"),
        (1.0, {"window": 7}, "--window cannot be 7: it is 6 in vibration@1"),
        (1.0, {"timestamp": "machine"}, "--timestamp cannot be machine: it is timestamp in vibration@1"),
    ],
    ids=["another pace", "another length", "other times"],
)  # fmt: skip
def test_windows_of_another_kind_are_refused(
    seconds: float, told: dict[str, Any], message: str, go_on: Continue, tmp_path: Path
) -> None:
    with pytest.raises(TrainingRefused) as refused:
        go_on(swinging(tmp_path / "new.csv", seconds=seconds), "vibration@1", **told)

    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("drift", ["on", "off"])
def test_levels_go_on_with_their_units_and_their_drift(
    drift: str, go_on: Continue, repository: Repository, tmp_path: Path
) -> None:
    told = {
        "data": swinging(tmp_path / "level.csv"),
        "window": 8,
        "epochs": 6,
        "preset": "fast",
        "drift": drift,
    }
    first = train(TrainingConfig.model_validate(told), Quiet(), repository)

    second = go_on(swinging(tmp_path / "new.csv", rows=500), "level")

    known, now = (
        earlier(repository, TrainingConfig(data=tmp_path, warm_start=f"level@{each.reference.version}")).views
        for each in (first, second)
    )
    settings = second.manifest.training.settings
    assert (settings["view"], settings["drift"]) == ("levels", drift)
    assert torch.equal(now["scale"], known["scale"])
    assert (now["high"] >= known["high"]).all()


def test_images_go_on_with_their_size_and_scaling(go_on: Continue, tmp_path: Path) -> None:
    losses = Losses()

    found = go_on(pictures(tmp_path / "new"), "tiles@1", losses)

    assert found.manifest.columns.images[0].shape == (10, 12, 1)
    assert losses.validation[0] < 0.2


def test_images_of_another_size_are_refused(go_on: Continue, tmp_path: Path) -> None:
    with pytest.raises(ContractError) as refused:
        go_on(pictures(tmp_path / "new", width=14, count=30), "tiles@1")

    assert str(refused.value) == (
        f"{tmp_path / 'new'}: 0.png: the picture is 14 x 10 pixels (width x height), but the model takes 12 x 10 "
        "(and 29 more)"
    )


def test_numbers_beyond_one_do_not_go_on_from_a_model_of_shares(tmp_path: Path) -> None:
    chance, repository = np.random.default_rng(0), Repository(tmp_path / "repository")
    a = chance.random(100)
    data = write(tmp_path / "shares.csv", a=a, b=1 - a)
    told = {"repository": repository.root, "epochs": 1}
    train(TrainingConfig.model_validate({"data": data, **told}), Quiet(), repository)

    more = write(tmp_path / "more.csv", a=[*a, 1.5, 1.5, 1.5], b=[*(1 - a), 0, 0, 0])
    with pytest.raises(
        TrainingRefused,
        match=r"column 'a' reaches from .* to 1.5, but shares@1 is for numbers between 0 and 1",
    ):
        train(
            TrainingConfig.model_validate({"data": more, "warm_start": "shares", **told}), Quiet(), repository
        )


def test_the_command_names_the_model_after_the_earlier_one(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = stirred(tmp_path / "june.csv")

    code = main(
        [
            "train",
            str(data),
            "--from=kettle@1",
            "--epochs",
            "1",
            "--repository",
            str(repository.root),
            "--promote",
        ]
    )

    assert code == 0
    assert capsys.readouterr().out.endswith(f"published as {repository.root / 'kettle' / '2'}, champion\n")
    assert repository.resolve("kettle").version == 2
