"""Scoring files of series from the command line: the same verdicts as the library's, which are those of the service."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from models.formats import read_file
from models.judgement import Judgement, judge
from models.repository import Repository
from models.scorer import Scorer
from offbeat.cli import main

LENGTH = 6  # of the model's windows


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """Two machines by turns, a reading a second each; one of them jumps in the end."""
    lines = ["timestamp,machine,left,right,mode"]
    for second in range(12):
        for machine, shift in (("m1", 0.0), ("m2", 1.0)):
            angle = shift + 0.4 * second
            left = 9.0 if (machine, second) == ("m2", 11) else np.sin(angle)
            lines.append(f"2026-01-01T00:00:{second:02},{machine},{left:.3f},{np.cos(angle):.3f},slow")
    path = tmp_path / "series.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def judged(repository: Repository, path: Path) -> Judgement:
    scorer = Scorer(repository.open(repository.resolve("vibration")))
    return judge(scorer, read_file(path))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def run(view: str, path: Path, repository: Repository, *more: str) -> int:
    return main([view, str(path), "--repository", str(repository.root), "--model", "vibration", *more])


def test_a_reading_is_unknown_until_its_series_fills_a_window(
    series: Path, every_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("score", series, every_repository) == 0

    found = rows(capsys.readouterr().out)
    early, late = found[: 2 * (LENGTH - 1)], found[2 * (LENGTH - 1) :]
    assert {row["verdict"] for row in early} == {"unknown"}
    assert early[3]["reason"] == "2 of 6 readings so far: no whole window yet"
    assert "unknown" not in {row["verdict"] for row in late}
    assert (found[-1]["verdict"], found[-1]["cause"]) == ("anomaly", "left")


@pytest.mark.parametrize(
    "name", ["score", "anomaly_score", "reconstruction_error", "latent_distance", "p_value", "severity"]
)
def test_every_number_is_the_librarys(
    name: str, series: Path, every_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    run("score", series, every_repository)

    found = [float(row[name] or "nan") for row in rows(capsys.readouterr().out)]
    assert found == pytest.approx(getattr(judged(every_repository, series), name).tolist(), nan_ok=True)


def test_the_last_reading_of_each_series_alone_has_the_verdict_it_has_among_all(
    series: Path, every_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    run("score", series, every_repository)
    every = rows(capsys.readouterr().out)

    assert run("score", series, every_repository, "--last-only") == 0

    assert rows(capsys.readouterr().out) == every[-2:]


def test_embeddings_and_expected_values_are_empty_where_there_is_no_window(
    series: Path, every_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = judged(every_repository, series)

    run("embed", series, every_repository)
    latents = rows(capsys.readouterr().out)
    run("reconstruct", series, every_repository)
    expected = rows(capsys.readouterr().out)

    assert [float(row["latent_0"] or "nan") for row in latents] == pytest.approx(
        whole.latent[:, 0].tolist(), nan_ok=True
    )
    assert (expected[0]["expected_left"], expected[0]["expected_mode"]) == ("", "")
    assert (float(expected[20]["expected_left"]), expected[20]["expected_mode"]) == (
        whole.expected(20)["left"],
        "slow",
    )


def test_the_strangest_readings_are_called_by_their_row_in_the_file(
    series: Path, every_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("score", series, every_repository, "--last-only", "-o", str(tmp_path / "out.json"))

    told = capsys.readouterr().err
    records = json.loads((tmp_path / "out.json").read_bytes())["records"]
    assert [record["machine"] for record in records] == ["m1", "m2"]
    assert "vibration@1: 2 records  normal 1  anomaly 1  unknown 0" in told
    assert "│  24 │" in told


def test_times_that_go_back_are_refused_with_file_and_line(
    series: Path, every_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = series.read_text().splitlines()
    series.write_text("\n".join([*lines, lines[5]]) + "\n")

    assert run("score", series, every_repository) == 1

    assert capsys.readouterr().err == (
        f"offbeat score: {series}: line 26, column 'timestamp': expected a time after \"2026-01-01T00:00:11\", "
        'got "2026-01-01T00:00:02"; sort the readings of a series by time\n'
    )


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Five machines that come and go, readings left out here and there, of one machine all by itself."""
    chance = np.random.default_rng(3)
    lines = ["timestamp,machine,left,right,mode"]
    for second in range(60):
        for machine in range(5):
            here = (second // 20 + machine) % 3 or machine == 4
            if here and chance.random() > 0.04:
                angle = machine + 0.4 * second
                left = "" if chance.random() < 0.05 else f"{np.sin(angle):.3f}"
                lines.append(
                    f"2026-01-01T00:00:{second:02},m{machine},{left},{np.cos(angle):.3f},{'slow' if machine else 'fast'}"
                )
    path = tmp_path / "many.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("chunk", [1, 2, 13, 100])
def test_a_series_scores_as_a_whole_wherever_it_is_cut(
    chunk: int, many: Path, every_repository: Repository, tmp_path: Path
) -> None:
    whole, output = judged(every_repository, many), tmp_path / "out.csv"

    assert run("score", many, every_repository, "-o", str(output), "--chunk-rows", str(chunk)) == 0

    found = rows(output.read_text())
    assert [row["verdict"] for row in found] == whole.verdicts
    assert [row["reason"] or None for row in found] == whole.reasons
    assert [row["warnings"] for row in found] == ["; ".join(whole.warnings(row)) for row in range(whole.rows)]
    scores = [float(row["score"] or "nan") for row in found]
    assert scores == pytest.approx(whole.score.tolist(), rel=1e-5, nan_ok=True)
    assert {"normal", "unknown"} < {*whole.verdicts} | {"anomaly"}
    assert any("since the gap" in (reason or "") for reason in whole.reasons)


def test_without_history_a_series_that_is_cut_would_lose_its_windows(
    many: Path, every_repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("batch.history.tail", lambda framed: np.zeros(0, np.int64))
    output = tmp_path / "out.csv"

    run("score", many, every_repository, "-o", str(output), "--chunk-rows", "13")

    found = [row["verdict"] for row in rows(output.read_text())]
    assert found.count("unknown") > judged(every_repository, many).verdicts.count("unknown")


@pytest.mark.parametrize("chunk", ["1", "13", "100"])
def test_the_last_readings_are_those_of_the_whole_file_however_long_ago(
    chunk: str, many: Path, every_repository: Repository, tmp_path: Path
) -> None:
    outputs = [tmp_path / "every.csv", tmp_path / "last.csv"]
    run("score", many, every_repository, "-o", str(outputs[0]))

    run("score", many, every_repository, "-o", str(outputs[1]), "--last-only", "--chunk-rows", chunk)

    every, last = (rows(path.read_text()) for path in outputs)
    ends = {row["machine"]: place for place, row in enumerate(every)}
    assert [row["machine"] for row in last] == sorted(ends, key=lambda name: ends[name])
    for row in last:
        expected = every[ends[row["machine"]]]
        assert (row["timestamp"], row["verdict"], row["reason"]) == (
            expected["timestamp"],
            expected["verdict"],
            expected["reason"],
        )
        assert float(row["score"] or "nan") == pytest.approx(
            float(expected["score"] or "nan"), rel=1e-5, nan_ok=True
        )


def test_times_that_go_back_across_a_cut_are_refused_with_their_line(
    series: Path, every_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = series.read_text().splitlines()
    series.write_text("\n".join([*lines, lines[5]]) + "\n")

    assert run("score", series, every_repository, "--chunk-rows", "4", "-o", str(tmp_path / "out.csv")) == 1

    assert "line 26, column 'timestamp': expected a time after" in capsys.readouterr().err
    assert not list(tmp_path.glob("*out.csv*"))
