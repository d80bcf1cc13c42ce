"""Readings that are no number: never called normal, whatever the format."""

from __future__ import annotations

import json
import random

import pytest

pytestmark = pytest.mark.anyio
ROWS, SPOILT = 1000, 100
NUMBERS = ("temperature", "pressure", "flow")


def planted(typical: dict[str, object], spellings: list[str]) -> tuple[list[dict[str, object]], set[int]]:
    """A thousand ordinary records; a hundred of them hold one reading that is no finite number."""
    chance = random.Random(20261121)
    records = [dict(typical) for _ in range(ROWS)]
    spoilt = set(chance.sample(range(ROWS), SPOILT))
    for row in spoilt:
        records[row][chance.choice(NUMBERS)] = chance.choice(spellings)
    return records, spoilt


async def test_of_a_thousand_csv_rows_none_that_holds_a_nan_or_an_infinity_is_called_normal(client, typical):
    records, spoilt = planted(typical, ["nan", "NaN", "inf", "-inf", "Infinity"])
    lines = [",".join(typical), *(",".join(map(str, record.values())) for record in records)]

    reply = await client.post(
        "/v1/models/pump/score", content="\n".join(lines), headers={"content-type": "text/csv"}
    )

    results = reply.json()["results"]
    assert {row for row, result in enumerate(results) if result["verdict"] == "unknown"} == spoilt
    assert {result["verdict"] for row, result in enumerate(results) if row not in spoilt} == {"normal"}
    assert all(results[row]["score"] is None and results[row]["is_anomaly"] is None for row in spoilt)


async def test_the_same_rows_as_json_are_refused_at_the_byte_that_json_does_not_have(client, typical):
    records, _ = planted(typical, ["@NaN@", "@Infinity@", "@-Infinity@"])
    body = json.dumps({"records": records}).replace('"@', "").replace('@"', "")

    reply = await client.post(
        "/v1/models/pump/score", content=body, headers={"content-type": "application/json"}
    )

    first = min(body.index(word) for word in (" NaN", " Infinity", " -Infinity")) + 1
    assert reply.status_code == 400
    assert reply.json()["detail"].startswith(f"not JSON at byte {first}: JSON has no ")
