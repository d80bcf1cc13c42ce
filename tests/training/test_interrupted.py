"""Trainings that are killed or that diverge: what was published stays as it was, and nothing half made is ever seen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from models.repository import JOURNAL, Repository
from models.scorer import Scorer
from offbeat.cli import main
from training.config import TrainingConfig
from training.pipeline import train
from training.progress import Quiet

Quick = Callable[..., TrainingConfig]
HOUSE = Path(__file__).parents[2]
# `offbeat train` with a disk so slow, and so talkative, that it can be killed at a moment of our choice.
TRAIN = """
import os, sys, time
from offbeat.cli import main

real = os.fsync

def slow(handle):
    print("fsync", flush=True)
    time.sleep(0.5)
    real(handle)

os.fsync = slow
sys.exit(main(["train", *sys.argv[1:]]))
"""


@contextmanager
def training(config: TrainingConfig) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, a line on its output for every step and every sync of a file."""
    told = ["--name", config.model, "--repository", str(config.repository), "--epochs", "3", "--test", "0"]
    told += ["--preset", "fast", "--head", "reconstruction"]
    environment = {**os.environ, "PYTHONPATH": str(HOUSE), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", TRAIN, str(config.data), *told]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        yield process


def during_fit(line: str, home: Path) -> bool:
    return line.startswith("  epoch 1/")


def during_export(line: str, home: Path) -> bool:
    return line == "export"


def while_files_are_written(line: str, home: Path) -> bool:
    return line == "fsync" and any(path.name.startswith(".staging") for path in home.iterdir())


def before_the_journal_is_told(line: str, home: Path) -> bool:
    return line == "fsync" and (home / "2").exists()


MOMENTS = [during_fit, during_export, while_files_are_written, before_the_journal_is_told]


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


@pytest.mark.parametrize(
    "moment",
    [pytest.param(each, marks=() if each is MOMENTS[-1] else pytest.mark.soak) for each in MOMENTS],
    ids=[moment.__name__.replace("_", " ") for moment in MOMENTS],
)
def test_a_killed_training_publishes_nothing_and_the_next_one_works_and_tidies_up(
    moment: Callable[[str, Path], bool], quick: Quick
) -> None:
    config = quick(test=0, epochs=3)
    repository = Repository(config.repository)
    home = train(config, Quiet(), repository).reference.folder.parent
    before = files(home / "1")

    with training(config) as process:
        assert process.stdout is not None
        assert any(moment(line.rstrip("\n"), home) for line in process.stdout)
        process.kill()

    assert process.returncode == -signal.SIGKILL
    assert repository.models() == ["sensors"]
    assert sorted(repository.state("sensors").versions) == [1]
    assert repository.resolve("sensors").version == 1
    assert files(home / "1") == before

    following = train(config, Quiet(), repository).reference

    assert Scorer(repository.open(following)).digest == following.digest
    assert sorted(repository.state("sensors").versions) == [1, following.version]
    # A folder that was whole, but of which the journal was not told, keeps its number for itself and is nobody's version.
    known = {"1", "2", str(following.version), JOURNAL, ".lock"}
    assert {path.name for path in home.iterdir()} <= known


def test_a_first_training_that_is_killed_leaves_no_model(quick: Quick) -> None:
    config = quick()
    config.repository.mkdir()
    repository = Repository(config.repository)

    with training(config) as process:
        assert process.stdout is not None
        assert any(line == "fsync\n" for line in process.stdout)
        process.kill()

    assert repository.models() == []
    assert train(config, Quiet(), repository).reference.version == 1


@pytest.mark.soak
def test_two_trainings_at_once_do_not_hurt_each_other(quick: Quick) -> None:
    config = quick(test=0, epochs=3)
    repository = Repository(config.repository)

    with training(config) as process:
        assert process.stdout is not None
        assert any(line == "fsync\n" for line in process.stdout)
        mine = train(config, Quiet(), repository).reference  # waits for the other's turn to end

    assert process.returncode == 0
    assert sorted(repository.state("sensors").versions) == [1, 2]
    assert mine.version == 2
    for version in (1, 2):
        repository.open(repository.resolve("sensors", version))


DIVERGING: list[tuple[dict[str, Any], str]] = [
    ({"learning_rate": 1e6}, "the loss left the finite numbers in epoch 1; try --learning-rate 100000"),
    ({"learning_rate": 10.0}, "takes no learning at all; try --learning-rate 1"),
    ({"learning_rate": 1e6, "variant": "variational"}, "the loss left the finite numbers in epoch 1; try --learning-rate 100000"),
    ({"learning_rate": 1e6, "variant": "ensemble"}, "the loss left the finite numbers in epoch 1; try --learning-rate 100000"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "message"), DIVERGING, ids=[str(case[0]) for case in DIVERGING])
def test_a_diverging_fit_is_refused_in_one_line_and_leaves_nothing(
    told: dict[str, Any], message: str, quick: Quick, capsys: pytest.CaptureFixture[str]
) -> None:
    config = quick()
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in told.items()]

    code = main(["train", str(config.data), "--repository", str(config.repository), "--epochs", "5", *flags])

    refused = capsys.readouterr().err
    assert code == 1
    assert refused.startswith("offbeat train: ")
    assert refused.endswith(f"{message}\n")
    assert refused.count("\n") == 1
    assert not config.repository.exists()
