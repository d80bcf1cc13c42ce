"""Every form in, every form out: the same verdicts, the columns of the input as they came, whatever the size of a chunk."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc

from models.formats import of_file, read_file
from models.judgement import judge
from models.repository import Repository
from models.scorer import Scorer
from offbeat.cli import main

FORMS = (".csv", ".json", ".ndjson", ".parquet", ".arrows", ".arrow", ".feather")
ROWS = 40
Run = Callable[..., Path]


@pytest.fixture
def run(pump_repository: Repository, tmp_path: Path) -> Run:
    """Score a file into another; the chunks are small."""

    def offbeat(data: Path, output: str, *more: object, rows: int = 7) -> Path:
        written = tmp_path / output
        options = ["--repository", str(pump_repository.root), "--chunk-rows", str(rows), "-o", str(written)]
        assert main(["score", str(data), *options, "--quiet", *map(str, more)]) == 0
        return written

    return offbeat


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """A CSV with ids that look like numbers, a missing value, an unseen category and a NaN."""
    lines = ["timestamp,id,temperature,pressure,flow,valve"]
    for row in range(ROWS):
        flow = 80 if row % 9 == 4 else 48
        lines.append(f"2026-01-01T00:00:{row:02},{row:03},33.{row},{'' if row == 30 else 4},{flow},open")
    lines[21] = lines[21].replace("open", "half")
    lines[36] = lines[36].replace("33.35", "nan")
    path = tmp_path / "records.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def converted(path: Path, suffix: str) -> Path:
    """The same records in another form."""
    target = path.with_suffix(suffix)
    if suffix != ".csv":
        table = read_file(path)
        if suffix in {".json", ".ndjson"}:  # which have no NaN
            without = np.array([row for row in range(table.rows) if row != 35])
            table = table.take(without)
        target.write_bytes(of_file(target).write(table))
    return target


def cells(path: Path) -> dict[str, list[Any]]:
    return {name: list(column.cells) for name, column in read_file(path).columns.items()}


def same(found: list[Any], expected: list[Any]) -> bool:
    """The same cells of the same types; a row's last bits depend on how many go through the graph with it."""
    return all(
        type(one) is type(other)
        and (one == other or (is_number(one) and float(one) == pytest.approx(float(other), nan_ok=True)))
        for one, other in zip(found, expected, strict=True)
    )


def is_number(cell: object) -> bool:
    return isinstance(cell, float) or (
        isinstance(cell, str) and cell.replace(".", "").replace("e-", "").isdigit()
    )


@pytest.mark.parametrize("output", FORMS)
@pytest.mark.parametrize("source", [".csv", ".json", ".ndjson", ".parquet", ".arrows"])
def test_a_file_scores_as_the_library_does_whatever_its_form(
    source: str, output: str, records: Path, run: Run, pump_repository: Repository
) -> None:
    data = converted(records, source)
    judged = judge(Scorer.open(pump_repository.root / "pump" / "1"), read_file(data))

    found = cells(run(data, f"out{output}"))

    assert found["verdict"] == judged.verdicts
    scores = [float("nan") if cell in (None, "") else float(cell) for cell in found["anomaly_score"]]
    assert scores == pytest.approx(judged.anomaly_score.tolist(), nan_ok=True)
    assert [cell or None for cell in found["reason"]] == judged.reasons
    assert [cell or "" for cell in found["warnings"]] == [
        "; ".join(judged.warnings(row)) for row in range(judged.rows)
    ]
    assert [str(cell) for cell in found["id"]][:3] == ["000", "001", "002"]


@pytest.mark.parametrize("output", FORMS)
@pytest.mark.parametrize("rows", [1, 11, 1000])
def test_the_size_of_a_chunk_changes_nothing(output: str, rows: int, records: Path, run: Run) -> None:
    one, other = run(records, f"one{output}", rows=16), run(records, f"other{output}", rows=rows)

    found, expected = cells(other), cells(one)
    assert found.keys() == expected.keys()
    for name in found:
        assert same(found[name], expected[name]), name


def test_text_of_a_csv_stays_as_it_came(tmp_path: Path, run: Run) -> None:
    data = tmp_path / "text.csv"
    text = '007,"a, b",33.0,4.0,48.0,open\n1e3,"line\nbreak ""x""",33.10,4.0,048,open\n'
    data.write_text("id,timestamp,temperature,pressure,flow,valve\n" + text)

    rows = list(csv.reader(io.StringIO(run(data, "out.csv", rows=1).read_text())))

    assert [row[:6] for row in rows[1:]] == list(csv.reader(io.StringIO(text)))


def test_a_column_is_one_of_numbers_only_if_every_chunk_says_so(records: Path, run: Run) -> None:
    lines = records.read_text().splitlines()
    plain = [line.replace(f",{row - 1:03},", f",{row},") for row, line in enumerate(lines)]
    records.write_text("\n".join(plain) + "\n")
    assert pq.read_schema(run(records, "whole.parquet")).field("id").type == pa.int64()

    records.write_text("\n".join([*plain[:-1], plain[-1].replace(f",{ROWS},", ",r40,")]) + "\n")

    assert pq.read_schema(run(records, "mixed.parquet")).field("id").type == pa.string()
    assert cells(run(records, "mixed.ndjson"))["id"][:2] == ["1", "2"]


TYPES = {
    "timestamp": pa.array([datetime(2026, 1, 1, hour) for hour in range(20)], pa.timestamp("ms", "UTC")),  # noqa: DTZ001
    "id": pa.array([b % 3 for b in range(20)], pa.int16()),
    "temperature": pa.array([33.0] * 20, pa.float32()),
    "pressure": pa.array([4] * 19 + [None], pa.int8()),
    "flow": pa.array([48.0] * 20),
    "valve": pa.array(["open", "closed"] * 10).dictionary_encode(),
    "day": pa.array([date(2026, 1, 1)] * 20),
    "verdict": pa.array([True] * 20),
}


@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".arrows"])
def test_columns_of_arrow_and_parquet_keep_their_types(suffix: str, tmp_path: Path, run: Run) -> None:
    source, data = pa.table(TYPES), tmp_path / f"typed{suffix}"
    if suffix == ".parquet":
        pq.write_table(source, data)
    else:
        with (ipc.new_file if suffix == ".arrow" else ipc.new_stream)(data, source.schema) as writer:
            writer.write_table(source, max_chunksize=9)

    written = run(data, f"out{suffix}", "--extra", "ignore")

    if suffix == ".parquet":
        found = pq.read_table(written)
    else:
        found = (ipc.open_file if suffix == ".arrow" else ipc.open_stream)(pa.OSFile(str(written))).read_all()
    assert found.schema.names[8:10] == ["model_verdict", "anomaly_score"]
    assert found.select(source.schema.names).equals(source)


def test_records_that_bring_new_keys_late_have_the_same_columns_from_the_first_on(
    tmp_path: Path, run: Run
) -> None:
    record = {"temperature": 33.0, "pressure": 4.0, "flow": 48.0}
    every = [*[record] * 10, *[record | {"valve": "open", "note": [1]}] * 10]
    data = tmp_path / "late.ndjson"
    data.write_text("".join(json.dumps(each) + "\n" for each in every))

    found = cells(run(data, "out.ndjson", "--extra", "ignore", rows=3))

    assert found["valve"] == [None] * 10 + ["open"] * 10
    assert [*found][:6] == ["temperature", "pressure", "flow", "valve", "note", "verdict"]


def test_without_causes_there_are_no_columns_of_them(records: Path, run: Run) -> None:
    with_causes, without = (
        cells(run(records, "with.csv")),
        cells(run(records, "without.csv", "--top-contributors", 0)),
    )

    assert {*with_causes} - {*without} == {"cause", "actual", "expected"}
    assert without["verdict"] == with_causes["verdict"]
