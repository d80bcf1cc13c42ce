"""Measuring a published model on a file with known anomalies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.repository import Repository
from offbeat.cli import main

ROWS = """temperature,pressure,flow,valve,label
33.0,4.0,48.0,open,0
33.1,4.0,48.1,open,0
33.0,4.0,80.0,open,1
nan,4.0,48.0,open,0
"""


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.csv"
    path.write_text(ROWS)
    return path


def measures(
    model: str, records: Path, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> dict[str, float]:
    assert main(["evaluate", model, str(records), "--repository", str(repository.root), "--json"]) == 0
    found: dict[str, float] = json.loads(capsys.readouterr().out)
    return found


def test_known_anomalies_are_measured_and_unknown_records_counted_apart(
    records: Path, pump_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    found = measures("pump", records, pump_repository, capsys)

    assert (found["anomalies"], found["unknown"]) == (1, 1)
    assert (found["auroc"], found["recall"]) == (1, 1)


def test_the_threshold_of_the_alias_is_measured_as_it_is_served(
    records: Path, pump_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    pump_repository.set_threshold("pump", 1e9)

    assert measures("pump", records, pump_repository, capsys)["recall"] == 0
    assert measures("pump@1", records, pump_repository, capsys)["recall"] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROWS.replace("label", "fault"), "has no column 'label'; name the one with known anomalies"),
        (ROWS.replace("open,1", "open,0"), "holds only one class"),
    ],
)
def test_a_file_that_measures_nothing_is_refused(
    text: str,
    message: str,
    records: Path,
    pump_repository: Repository,
    capsys: pytest.CaptureFixture[str],
) -> None:
    records.write_text(text)

    code = main(
        ["evaluate", "pump", str(records), "--repository", str(pump_repository.root), "--separator", ","]
    )

    assert code == 1
    assert message in capsys.readouterr().err
