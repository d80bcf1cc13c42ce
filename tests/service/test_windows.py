"""A model of windows: the body carries the history, and every reading gets a verdict of its own."""

from __future__ import annotations

import math
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.scoring import MOST_VALUES
from service.verbs import VERBS

pytestmark = pytest.mark.anyio
SCORE = "/v1/models/vibration/score"
START = datetime(2026, 3, 1, tzinfo=UTC)
LENGTH = 6
NUMBERS = ["anomaly_score", "score", "reconstruction_error", "latent_distance", "p_value", "severity"]


def reading(second: int, machine: str = "m1") -> dict[str, Any]:
    """What a healthy machine shows at this second."""
    angle = 0.4 * second
    return {
        "timestamp": (START + timedelta(seconds=second)).isoformat(),
        "machine": machine,
        "left": math.sin(angle),
        "right": math.cos(angle),
        "mode": "slow",
    }


def series(seconds: range, machine: str = "m1") -> list[dict[str, Any]]:
    return [reading(second, machine) for second in seconds]


async def results(client, records, **options) -> list[dict[str, Any]]:
    reply = await client.post(SCORE, json={"records": records, **options})
    assert reply.status_code == 200, reply.text
    return reply.json()["results"]


async def test_a_reading_without_a_whole_window_is_unknown_and_says_how_much_there_is(every):
    found = await results(every, series(range(8)), embedding=True, expected=True)

    assert [each["verdict"] for each in found] == ["unknown"] * (LENGTH - 1) + ["normal"] * 3
    assert found[3]["reason"] == "4 of 6 readings so far: no whole window yet"
    assert [found[3][name] for name in (*NUMBERS, "is_anomaly", "embedding", "expected")] == [None] * 9
    assert found[3]["contributions"] == []
    assert found[LENGTH]["reason"] is None


async def test_fewer_readings_than_a_window_are_all_unknown(every):
    found = await results(every, series(range(3)))

    assert [each["verdict"] for each in found] == ["unknown"] * 3


async def test_a_series_streamed_in_pieces_with_its_history_is_judged_as_it_is_at_once(every):
    records = series(range(40))
    records[20]["left"] = -2.0
    whole = await results(every, records)

    streamed = whole[:LENGTH]
    for end in range(LENGTH + 1, len(records) + 1):
        [last] = await results(every, records[end - LENGTH : end], last_only=True)
        streamed.append(last)

    assert [each["verdict"] for each in streamed] == [each["verdict"] for each in whole]
    assert "anomaly" in {each["verdict"] for each in whole}
    for one, other in zip(streamed[LENGTH - 1 :], whole[LENGTH - 1 :], strict=True):
        assert [one[name] for name in NUMBERS] == pytest.approx(
            [other[name] for name in NUMBERS], rel=1e-6, abs=1e-6
        )


async def test_after_a_gap_of_ten_readings_a_new_window_begins(every):
    found = await results(every, series(range(10)) + series(range(20, 30)))

    assert [each["verdict"] for each in found[10:]] == ["unknown"] * 5 + ["normal"] * 5
    assert found[10]["reason"] == "1 of 6 readings since the gap before it"


async def test_the_last_only_is_the_last_of_all_with_its_own_passthrough(every):
    records = series(range(12))
    whole = await results(every, records, expected=True, embedding=True)

    last = await results(every, records, expected=True, embedding=True, last_only=True)

    assert last == whole[-1:]
    assert last[0]["passthrough"] == {"timestamp": records[-1]["timestamp"], "machine": "m1"}


async def test_of_several_series_the_last_of_each_is_answered(every):
    mixed = [record for pair in zip(series(range(9)), series(range(9), "m2"), strict=True) for record in pair]
    mixed += series(range(9, 12), "m2") + series(range(2), "new")

    found = await results(every, mixed, last_only=True)

    assert [each["passthrough"]["machine"] for each in found] == ["m1", "m2", "new"]
    assert [each["verdict"] for each in found] == ["normal", "normal", "unknown"]


async def test_series_are_judged_apart_however_they_are_mixed(every):
    one, other = series(range(9)), series(range(100, 109), "m2")
    mixed = [record for pair in zip(one, other, strict=True) for record in pair]

    found = await results(every, mixed)

    alone = await results(every, one)
    assert [each["verdict"] for each in found[::2]] == [each["verdict"] for each in alone]
    assert [each["score"] for each in found[::2]] == pytest.approx([each["score"] for each in alone])


async def test_last_only_is_for_embed_and_reconstruct_too_and_may_stand_in_the_query(every):
    body = {"records": series(range(9))}
    for verb, name in (("embed", "embeddings"), ("reconstruct", "records")):
        whole = (await every.post(f"/v1/models/vibration/{verb}", json=body)).json()
        last = (await every.post(f"/v1/models/vibration/{verb}?last_only=true", json=body)).json()

        assert len(whole[name]) == len(whole["reasons"]) == 9
        assert whole[name][0] is None
        assert last[name] == whole[name][-1:]
        assert last["reasons"] == [None]


async def test_the_last_only_of_single_records_is_the_last(score, typical, strange):
    whole = (await score(typical | {"id": "a"}, strange | {"id": "b"})).json()

    last = (await score(typical | {"id": "a"}, strange | {"id": "b"}, last_only=True)).json()

    assert last["results"] == whole["results"][1:]
    assert last["results"][0]["passthrough"] == {"id": "b"}


async def test_the_last_only_as_columns_is_one_object_of_arrays_of_one(every):
    columns = await results(every, series(range(9)), last_only=True, orient="columns")

    assert {len(values) for values in columns.values()} == {1}
    assert columns["verdict"] == ["normal"]


async def test_csv_gets_the_same_verdicts_as_json(every):
    records = series(range(9))
    lines = [",".join(records[0]), *(",".join(map(str, record.values())) for record in records)]

    reply = await every.post(
        f"{SCORE}?last_only=true", content="\n".join(lines), headers={"content-type": "text/csv"}
    )

    assert reply.json()["results"] == await results(every, records, last_only=True)


async def test_a_value_that_is_missing_earlier_in_the_window_is_told(every):
    records = series(range(9))
    records[5]["left"] = None

    found = await results(every, records)

    assert found[5]["imputed"] == ["left"]
    assert found[8]["imputed"] == []
    assert found[8]["warnings"] == ["left: 1 earlier value of the window missing"]


async def test_the_planted_cause_comes_first(every):
    records = series(range(12))
    records[-1]["right"] = 3.0

    [last] = await results(every, records, last_only=True)

    assert last["verdict"] == "anomaly"
    assert last["contributions"][0]["feature"] == "right"
    assert last["contributions"][0]["direction"] == "above"


async def test_readings_and_missing_values_are_counted(every):
    records = series(range(9))
    records[5]["left"] = None

    await results(every, records)
    await results(every, records, last_only=True)

    metrics = (await every.get("/metrics")).text
    assert 'records_scored_total{model="vibration",verdict="unknown",version="1"} 5.0' in metrics
    assert 'records_scored_total{model="vibration",verdict="normal",version="1"} 5.0' in metrics
    assert 'values_imputed_total{feature="left",model="vibration"} 1.0' in metrics


@pytest.fixture
def threads(monkeypatch) -> list[str]:
    """The names of the threads that scored, one a request."""
    names: list[str] = []
    score = VERBS["score"]

    def noted(*work: Any) -> Any:
        names.append(threading.current_thread().name)
        return score(*work)

    monkeypatch.setitem(VERBS, "score", noted)
    return names


async def test_only_a_few_short_windows_are_judged_while_everybody_waits(every, threads):
    for readings in (50, 1500):
        lines = ["timestamp,machine,left", *(f"{second},m1,1" for second in range(readings))]
        await every.post(SCORE, content="\n".join(lines), headers={"content-type": "text/csv"})

    assert threads[0] == threading.current_thread().name
    assert threads[1].startswith("score")


async def test_more_windows_than_a_call_may_hold_are_refused(every, monkeypatch):
    monkeypatch.setattr("service.scoring.MOST_VALUES", 5 * LENGTH * 3)  # windows of left, right and mode

    most = await every.post(SCORE, json={"records": series(range(LENGTH + 4))})
    more = await every.post(SCORE, json={"records": series(range(LENGTH + 5))})
    last = await every.post(SCORE, json={"records": series(range(LENGTH + 5)), "last_only": True})

    assert most.status_code == last.status_code == 200
    assert more.status_code == 413
    assert more.json()["detail"] == (
        "6 windows of 6 readings x 3 features are too many for one call, which may hold 90 values; "
        "send the series in pieces, each after the 5 readings before it"
    )


async def test_a_hundred_thousand_readings_of_ten_by_forty_are_not_too_many():
    assert MOST_VALUES >= 100_000 * 10 * 40


async def test_a_description_tells_the_window(every):
    champion = (await every.get("/v1/models/vibration")).json()["champion"]
    listed = (await every.get("/v1/models")).json()["models"]

    assert champion["kind"] == "windows"
    assert champion["window"] == {
        "length": LENGTH, "stride": 1, "series": "machine", "timestamp": "timestamp", "period": 1.0, "gap": "break",
    }  # fmt: skip
    assert {each["model"]: each["kind"] for each in listed} == {
        "mixer": "records", "pump": "records", "tiles": "images", "vibration": "windows",
    }  # fmt: skip
