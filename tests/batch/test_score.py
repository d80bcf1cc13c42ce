"""Scoring files from the command line, without a service."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from models.columns import Column, TypedColumn
from models.formats import FORMATS
from models.judgement import Judgement, judge
from models.repository import Repository
from models.scorer import Scorer
from models.views import VIEWS, verdicts
from offbeat.cli import main

RECORDS = """timestamp,id,temperature,pressure,flow,valve
2026-01-01T00:00:00,r1,33.0,4.0,48.0,open
2026-01-01T00:00:01,r2,33.0,4.0,80.0,open
2026-01-01T00:00:02,r3,nan,4.0,48.0,open
2026-01-01T00:00:03,r4,33.0,,48.0,half
"""


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.csv"
    path.write_text(RECORDS)
    return path


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_columns_of_the_input_are_kept_and_a_verdict_is_added(
    records: Path, pump_repository: Repository, tmp_path: Path
) -> None:
    output = tmp_path / "out.csv"

    assert main(["score", str(records), "--repository", str(pump_repository.root), "-o", str(output)]) == 0

    rows = rows_of(output.read_text())
    assert [row["id"] for row in rows] == ["r1", "r2", "r3", "r4"]
    assert [row["verdict"] for row in rows][:3] == ["normal", "anomaly", "unknown"]
    assert (rows[1]["cause"], rows[1]["actual"]) == ("flow", "80.0")
    assert float(rows[1]["expected"]) > 30
    assert (rows[2]["score"], rows[2]["reason"]) == ("", "not a finite number: temperature")
    assert (rows[3]["imputed"], rows[3]["warnings"]) == ("pressure", 'valve: unseen category "half"')


def test_a_file_scores_as_the_library_does(
    records: Path, pump_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    judged = judge(Scorer.open(pump_repository.root / "pump" / "1"), FORMATS["csv"].read(RECORDS.encode()))

    main(["score", str(records), "--repository", str(pump_repository.root)])

    found = [float(row["score"] or "nan") for row in rows_of(capsys.readouterr().out)]
    assert found == pytest.approx(list(judged.score), nan_ok=True)


def test_json_in_is_json_out(
    pump_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "records.json"
    path.write_text(
        json.dumps({"records": [{"temperature": 33.0, "pressure": 4.0, "flow": 48.0, "valve": "open"}]})
    )

    main(["score", str(path), "--repository", str(pump_repository.root)])

    record = json.loads(capsys.readouterr().out)["records"][0]
    assert (record["temperature"], record["verdict"], record["reason"]) == (33.0, "normal", None)


def test_a_pinned_version_scores_with_that_version(
    records: Path, pump_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = []
    for version in ("pump@1", "pump@2"):
        main(["score", str(records), "--repository", str(pump_repository.root), "--model", version])
        outputs.append(capsys.readouterr().out)

    assert outputs[0] != outputs[1]


def test_the_threshold_of_the_alias_decides(
    records: Path, pump_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    pump_repository.set_threshold("pump", 1e9)

    main(["score", str(records), "--repository", str(pump_repository.root)])

    assert "anomaly," not in capsys.readouterr().out.replace("anomaly_score", "")


def test_embeddings_are_one_column_a_latent_number(
    records: Path, pump_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["embed", str(records), "--repository", str(pump_repository.root)])

    rows = rows_of(capsys.readouterr().out)
    size = Scorer.open(pump_repository.root / "pump" / "1").manifest.latent_size
    assert [name for name in rows[0] if name.startswith("latent_")] == [
        f"latent_{place}" for place in range(size)
    ]
    assert rows[2]["latent_0"] == ""


def test_reconstructions_are_in_the_units_of_the_record(
    records: Path, pump_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["reconstruct", str(records), "--repository", str(pump_repository.root)])

    rows = rows_of(capsys.readouterr().out)
    assert float(rows[0]["expected_flow"]) == pytest.approx(48, rel=0.2)
    assert rows[0]["expected_valve"] == "open"
    assert rows[2]["expected_flow"] == ""


def test_several_models_need_a_name(
    records: Path, pump_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    (pump_repository.root / "other").mkdir()
    for name in ("aliases.jsonl", "1", "2"):
        source, target = pump_repository.root / "pump" / name, pump_repository.root / "other" / name
        target.symlink_to(source)

    assert main(["score", str(records), "--repository", str(pump_repository.root)]) == 1

    assert (
        capsys.readouterr().err
        == "offbeat score: there are several models: other, pump; name one with --model\n"
    )


def test_unknown_columns_can_be_left_out(pump_repository: Repository, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_text(RECORDS.replace("timestamp,", "colour,"))

    assert main(["score", str(path), "--repository", str(pump_repository.root)]) == 1
    assert main(["score", str(path), "--repository", str(pump_repository.root), "--extra", "ignore"]) == 0


def test_a_summary_of_the_strangest_goes_to_people(
    records: Path, pump_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["score", str(records), "--repository", str(pump_repository.root), "-o", str(tmp_path / "out.csv")])

    told = capsys.readouterr().err
    assert "pump@1: 4 records" in told
    assert "flow" in told


def test_a_result_that_cannot_be_written_leaves_nothing_behind(
    records: Path, pump_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "nowhere" / "out.csv"

    assert main(["score", str(records), "--repository", str(pump_repository.root), "-o", str(output)]) == 1

    assert (
        capsys.readouterr().err
        == f"offbeat score: cannot write {output}: No such file or directory; nothing was changed\n"
    )


@pytest.mark.parametrize("place", ["records.csv/out.csv", "x" * 300 + ".csv", "folder.csv"])
def test_an_output_that_cannot_exist_is_refused_in_one_line(
    place: str,
    records: Path,
    pump_repository: Repository,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "folder.csv").mkdir()
    before = sorted(tmp_path.iterdir())

    code = main(
        ["score", str(records), "--repository", str(pump_repository.root), "-o", str(tmp_path / place)]
    )

    assert code == 1
    assert capsys.readouterr().err.startswith(f"offbeat score: cannot write {tmp_path / place}: ")
    assert sorted(tmp_path.iterdir()) == before


def test_a_name_that_looks_like_markup_is_shown_as_it_is(
    records: Path,
    pump_repository: Repository,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def marked(judged: Judgement) -> dict[str, Column]:
        return verdicts(judged) | {
            "cause": TypedColumn(["flow [/s]"] * judged.rows),
            "expected": TypedColumn(["[bold]"] * judged.rows),
        }

    monkeypatch.setitem(VIEWS, "score", marked)

    code = main(
        ["score", str(records), "--repository", str(pump_repository.root), "-o", str(tmp_path / "out.csv")]
    )

    told = capsys.readouterr().err
    assert code == 0
    assert "flow [/s]" in told
    assert "[bold]" in told


def test_no_column_of_the_input_is_overwritten_however_often_it_is_scored(
    records: Path, pump_repository: Repository, tmp_path: Path
) -> None:
    output, verdicts = tmp_path / "out.csv", []
    arguments = ["--repository", str(pump_repository.root), "--extra", "ignore", "-o", str(output)]

    for data in (records, output, output):
        assert main(["score", str(data), *arguments]) == 0
        verdicts.append([name for name in rows_of(output.read_text())[0] if name.endswith("verdict")])

    assert verdicts[-1] == ["verdict", "model_verdict", "model_model_verdict"]


def test_a_tab_between_the_cells_may_be_written_as_in_a_manual(
    records: Path, pump_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    records.write_text(RECORDS.replace(",", "\t"))

    code = main(["score", str(records), "--repository", str(pump_repository.root), "--separator", r"\t"])

    assert code == 0
    assert "\tverdict\t" in capsys.readouterr().out
