"""A series scored in pieces, each after its history, gets the verdicts of the whole: from file to command line to HTTP.

The project's own recording always; series of NAB and SKAB too where OFFBEAT_DATA names a folder that has them, all of
them in `make soak`.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest

from offbeat.cli import main

HOST = Path(__file__).parents[2] / "examples" / "host" / "faults.csv"
DATA = Path(os.environ["OFFBEAT_DATA"]) if "OFFBEAT_DATA" in os.environ else None
SOME = {"nyc_taxi", "ec2_request_latency_system_failure", "valve1/0", "other/1"}
LENGTH, PIECE = 12, 700
Row = dict[str, str]


def series() -> list[object]:
    found = [pytest.param(HOST, id="host")]
    for file in sorted([*DATA.glob("nab/*/*.csv"), *DATA.glob("skab/*/[0-9]*.csv")] if DATA else []):
        name = f"{file.parent.name}/{file.stem}"
        often = file.stem in SOME or name in SOME
        found.append(pytest.param(file, id=name, marks=() if often else pytest.mark.soak))
    return found


def rows_of(file: Path) -> list[Row]:
    """The readings of a file, by name; repeated times, which some files have, are left out."""
    with file.open(newline="") as lines:
        separator = ";" if ";" in lines.readline() else ","
        lines.seek(0)
        rows = list(csv.DictReader(lines, delimiter=separator))
    time = next(iter(rows[0]))
    kept: list[Row] = []
    for row in rows:
        if not kept or row[time] > kept[-1][time]:
            kept.append(
                {name: cell for name, cell in row.items() if name not in {"anomaly", "changepoint", "label"}}
            )
    return kept


def written(rows: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def scores(address: str, rows: list[Row]) -> list[float | None]:
    reply = httpx.post(
        f"{address}/v1/models/series/score?top_contributors=0&orient=columns",
        content=written(rows),
        headers={"content-type": "text/csv"},
        timeout=60,
    )
    assert reply.status_code == 200, reply.text
    return reply.json()["results"]["score"]


@pytest.mark.parametrize("file", series())
def test_pieces_with_their_history_get_the_verdicts_of_the_whole(
    file: Path, serve: Callable[[Path], str], tmp_path: Path
) -> None:
    rows = rows_of(file)
    data, repository, output = tmp_path / "series.csv", tmp_path / "repository", tmp_path / "out.csv"
    data.write_text(written(rows))
    told = [
        "--window",
        str(LENGTH),
        "--epochs",
        "3",
        "--variant",
        "vanilla",
        "--timestamp",
        next(iter(rows[0])),
    ]
    assert main(["train", str(data), "--repository", str(repository), *told]) == 0
    address = serve(repository)

    whole = scores(address, rows)
    pieces: list[float | None] = []
    for start in range(0, len(rows), PIECE):
        history = min(start, LENGTH - 1)
        pieces += scores(address, rows[start - history : start + PIECE])[history:]
    assert main(["score", str(data), "--repository", str(repository), "-o", str(output)]) == 0
    offline = [float(row["score"] or "nan") for row in csv.DictReader(output.read_text().splitlines())]

    known = np.isfinite(np.array(whole, dtype=float))
    print(f"{len(rows)} readings, {known.sum()} with a verdict")
    assert known.sum() > len(rows) / 3
    for found in (pieces, offline):
        np.testing.assert_allclose(
            np.array(found, dtype=float), np.array(whole, dtype=float), rtol=1e-5, atol=1e-5
        )
