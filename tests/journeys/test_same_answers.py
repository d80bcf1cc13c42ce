"""A file gets the same answers over HTTP and offline."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from models.repository import Repository
from offbeat.cli import main

RECORDS = """timestamp,id,temperature,pressure,flow,valve
2026-01-01T00:00:00,r1,33.0,4.0,48.0,open
2026-01-01T00:00:01,r2,33.0,4.0,80.0,open
2026-01-01T00:00:02,r3,nan,4.0,48.0,open
2026-01-01T00:00:03,r4,33.0,,48.0,half
2026-01-01T00:00:04,r5,99.0,4.5,1e9,closed
"""
NUMBERS = ("anomaly_score", "score", "reconstruction_error", "latent_distance", "p_value", "severity")


def test_a_file_gets_the_same_answers_over_http_and_offline(
    pump_repository: Repository, serve: Callable[[Path], str], tmp_path: Path
) -> None:
    data, output = tmp_path / "records.csv", tmp_path / "verdicts.csv"
    data.write_text(RECORDS)
    address = serve(pump_repository.root)

    reply = httpx.post(
        f"{address}/v1/models/pump/score", content=RECORDS, headers={"content-type": "text/csv"}
    )
    main(["score", str(data), "--repository", str(pump_repository.root), "-o", str(output)])

    offline = list(csv.DictReader(io.StringIO(output.read_text())))
    online = reply.json()["results"]
    assert [row["verdict"] for row in offline] == [result["verdict"] for result in online]
    assert {result["verdict"] for result in online} == {"normal", "anomaly", "unknown"}
    for row, result in zip(offline, online, strict=True):
        for name in NUMBERS:
            served = "" if result[name] is None else pytest.approx(result[name], rel=1e-6)
            assert (float(row[name]) if row[name] else "") == served
        causes = [cause["feature"] for cause in result["contributions"]]
        assert row["cause"] == (causes[0] if causes else "")
        assert row["imputed"] == "; ".join(result["imputed"])
        assert row["warnings"] == "; ".join(result["warnings"])
        assert row["reason"] == (result["reason"] or "")
