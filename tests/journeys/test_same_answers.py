"""A file gets the same answers over HTTP and offline."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest

from models.formats import FORMATS, of_file, read_file
from models.repository import Repository
from models.scorer import Scorer
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


def readings(rows: int) -> str:
    """Records that differ, one missing a value, one strange, one that is no number."""
    chance = np.random.default_rng(11)
    lines = [RECORDS.splitlines()[0]]
    for row in range(rows):
        flow = 80.0 if row % 7 == 3 else 48 + chance.normal()
        pressure = "" if row % 11 == 5 else f"{4 + 0.1 * chance.normal():.4f}"
        lines.append(f"2026-01-01T00:00:00,{row:04},{33 + chance.normal():.4f},{pressure},{flow:.4f},open")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_file_of_any_form_scores_in_chunks_as_its_body_does_over_http(
    workers: str, pump_repository: Repository, serve: Callable[[Path], str], tmp_path: Path
) -> None:
    csv_file = tmp_path / "records.csv"
    csv_file.write_text(readings(200))
    table, address = read_file(csv_file), serve(pump_repository.root)
    threshold = Scorer.open(pump_repository.root / "pump" / "1").manifest.threshold.value

    for form in (FORMATS[name] for name in ("csv", "ndjson", "parquet", "arrow")):
        data, output = tmp_path / f"records{form.suffix}", tmp_path / f"verdicts{form.suffix}"
        data.write_bytes(form.write(table))
        url, kind = f"{address}/v1/models/pump/score", {"content-type": form.media_type}
        online = httpx.post(url, content=data.read_bytes(), headers=kind).json()["results"]
        told = ["--repository", str(pump_repository.root), "-o", str(output), "--quiet"]
        assert main(["score", str(data), *told, "--chunk-rows", "30", "--workers", workers]) == 0

        offline = of_file(output).read(output.read_bytes()).columns
        scores = np.array([result["score"] for result in online])
        apart = np.abs(offline["score"].numbers().values - scores)
        assert (apart <= 1e-6 * np.maximum(scores, threshold)).all()
        assert list(offline["verdict"].cells) == [result["verdict"] for result in online]
        assert list(offline["id"].cells)[7] == "0007"
        assert {"normal", "anomaly"} == {result["verdict"] for result in online}
