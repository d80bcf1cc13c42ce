"""Readings pushed one at a time get the verdicts of the whole series, and a lost one can be pushed again."""

from __future__ import annotations

import anyio
import pytest

from offbeat.client import AsyncClient, Refused, Unreachable


@pytest.fixture
def readings(reading):
    """Two machines in turns, one with a fault."""
    return [
        reading(second, machine, **({"right": 3.0} if (second, machine) == (20, "m2") else {}))
        for second in range(30)
        for machine in ("m1", "m2")
    ]


def test_pushed_readings_get_the_verdicts_of_the_whole_series(client, readings):
    whole = client.score("vibration", readings)["results"]
    series = client.series("vibration", top_contributors=1)

    found = [series.push(reading) for reading in readings]

    assert [each["verdict"] for each in found] == [each["verdict"] for each in whole]
    assert {each["verdict"] for each in found} == {"normal", "anomaly", "unknown"}
    assert [each["reason"] for each in found] == [each["reason"] for each in whole]
    assert [each["score"] or -1 for each in found] == pytest.approx(
        [each["score"] or -1 for each in whole], rel=1e-5
    )
    assert max(len(each["contributions"]) for each in found) == 1


def test_the_same_awaited(address, readings):
    async def pushed() -> list[str]:
        async with AsyncClient(address) as client:
            series = client.series("vibration")
            await series.fill(readings[:20])
            return [(await series.push(reading))["verdict"] for reading in readings[20:30]]

    assert anyio.run(pushed) == ["normal"] * 10


def test_filled_with_what_was_before_the_first_verdict_is_known(client, readings):
    empty, series = client.series("vibration"), client.series("vibration")
    series.fill(readings[:20])

    assert series.push(readings[20])["verdict"] == "normal"
    assert empty.push(readings[20])["verdict"] == "unknown"


def test_a_series_that_is_forgotten_begins_anew(client, readings):
    series = client.series("vibration")
    series.fill(readings[:20])

    series.forget("m1")

    assert series.push(readings[20])["reason"] == "1 of 6 readings so far: no whole window yet"
    assert series.push(readings[21])["verdict"] == "normal"


def test_a_refused_reading_is_not_kept_and_is_pointed_at(client, readings):
    series = client.series("vibration")
    series.fill(readings[:20])

    with pytest.raises(Refused) as refused:
        series.push(readings[20] | {"left": "much"})

    assert refused.value.errors[0]["pointer"] == "/records/0/left"
    assert series.push(readings[20])["verdict"] == "normal"


def test_a_nan_makes_its_reading_unknown_and_not_those_after_it(client, readings):
    series = client.series("vibration")
    series.fill(readings[:20])

    assert series.push(readings[20] | {"left": float("nan")})["verdict"] == "unknown"
    after = series.push(readings[22])
    assert after["verdict"] != "unknown"
    assert after["warnings"] == ["left: 1 earlier value of the window missing"]


def test_single_records_may_be_pushed_too(client, pumped):
    series = client.series("pump")

    assert [series.push(pumped(row))["verdict"] for row in (9, 10, 11)] == ["normal", "anomaly", "normal"]


def window(length: int, version: int) -> dict:
    told = {"length": length, "stride": 1, "series": None, "timestamp": None, "period": None, "gap": "break"}
    return {"version": version, "window": told}


def model(version: int) -> dict:
    return {"aliases": [{"alias": "champion", "version": version}]}


def sent(unwell) -> list[int]:
    """How many readings each scoring request held."""
    return [body.count(b'"flow"') for _, path, _, body in unwell.asked if "score" in path]


def test_another_version_with_a_longer_window_is_noticed(ask, unwell):
    def scored(version: int) -> dict:
        return {"version": version, "generation": version, "results": [{"verdict": "normal"}]}

    documents = [
        model(1),
        window(2, 1),
        *[scored(1)] * 3,
        scored(2),
        model(2),
        window(4, 2),
        *[scored(2)] * 4,
    ]
    for document in documents:
        unwell.says(200, document)

    async def pushed() -> None:
        async with AsyncClient(unwell.address) as client:
            series = client.series("pump")
            for row in range(8):
                await series.push({"flow": row})

    anyio.run(pushed)

    assert sent(unwell) == [1, 2, 2, 2, 2, 3, 4, 4]


def test_a_reading_that_was_lost_is_not_kept(unwell, problem):
    from offbeat.client import Client  # noqa: PLC0415

    for document in (model(1), window(3, 1)):
        unwell.says(200, document)
    unwell.says(0)
    unwell.says(200, {"version": 1, "generation": 1, "results": [{"verdict": "normal"}]})

    with Client(unwell.address, retries=0) as client:
        series = client.series("pump")
        with pytest.raises(Unreachable):
            series.push({"flow": 1})
        series.push({"flow": 1})

    assert sent(unwell) == [1, 1]
