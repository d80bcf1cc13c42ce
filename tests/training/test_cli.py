"""`offbeat train` as a person and as a script call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from models.repository import Repository
from offbeat.cli import main


def test_a_script_gets_one_json_object_and_nothing_else(
    sensors: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "repository"

    assert main(["train", str(sensors()), "--json", "--epochs", "2", "--repository", str(root)]) == 0

    told = capsys.readouterr()
    found = json.loads(told.out)
    assert told.err == ""
    assert (found["version"], found["digest"]) == (1, Repository(root).resolve("sensors").digest)
    assert set(found["quality"]["injected_faults"]["spike"]) >= {"detected", "forest_detected"}


def test_a_pipe_gets_a_line_a_step_and_the_summary(
    sensors: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    label = [int(row < 5) for row in range(400)]
    arguments = ["--epochs", "2", "--repository", str(tmp_path / "repository")]

    assert main(["train", str(sensors(label=label)), *arguments]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.isalpha()][:12] == (
        [
            "read",
            "describe",
            "split",
            "preprocess",
            "choose",
            "fit",
            "calibrate",
            "evaluate",
            "export",
            "verify",
            "report",
            "publish",
        ]
    )
    assert "not learned from: label" in lines
    assert any(line.startswith("on 5 labelled anomalies: auroc ") for line in lines)
    assert lines[-1] == f"published as {tmp_path / 'repository' / 'sensors' / '1'}, champion"
