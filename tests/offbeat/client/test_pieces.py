"""Many records go in pieces and come back as one: the same verdicts, for series too, and all from one version."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest

from models.columns import TypedColumn
from models.formats.json_text import JsonPlaces
from models.table import Table
from models.windows import Window, frames
from offbeat.client import Client, Refused, VersionChanged
from offbeat.client.past import Past, seconds_of

MOST_ROWS = 400  # the service takes, see conftest


@pytest.fixture
def machines(reading):
    """A hundred readings of three machines: interleaved, one begins late, one has a gap and a fault."""
    found = []
    for second in range(60):
        found.append(reading(second, "m1"))
        if second >= 30:
            found.append(reading(second, "m2"))
        if not 20 <= second < 27:
            found.append(reading(second, "m3", **({"left": -2.0} if second == 45 else {})))
    return found


def test_more_records_than_a_request_may_hold_are_scored(ask, address, pumped):
    records = [pumped(row) for row in range(1000)]

    found = ask(address, "score", "pump", records, told={"most_rows": 300})["results"]

    assert [row for row in range(1000) if found[row]["verdict"] == "anomaly"] == list(range(0, 1000, 10))


def test_pieces_become_smaller_where_the_service_says_they_are_too_large(ask, address, pumped):
    frame = pd.DataFrame([pumped(row) for row in range(2 * MOST_ROWS + 3)])

    found = ask(address, "score_columns", "pump", frame)["results"]

    assert [verdict == "anomaly" for verdict in found["verdict"]] == [
        row % 10 == 0 for row in range(len(frame))
    ]


@pytest.mark.parametrize("piece", [7, 37, 100])
def test_a_series_in_pieces_gets_the_verdicts_it_gets_at_once(address, client, machines, piece):
    whole = client.score("vibration", machines)["results"]
    with Client(address, most_rows=piece) as small:
        found = small.score("vibration", machines)["results"]
        framed = small.score_frame("vibration", pd.DataFrame(machines))

    assert [each["reason"] for each in found] == [each["reason"] for each in whole]
    assert [each["verdict"] for each in found] == [each["verdict"] for each in whole]
    assert {each["verdict"] for each in whole} == {"normal", "anomaly", "unknown"}
    assert list(framed["verdict"]) == [each["verdict"] for each in whole]
    numbers = [[each["score"] or -1 for each in results] for results in (found, whole)]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-5, abs=1e-5)
    # The control: pieces without their history are judged otherwise.
    alone = [
        each
        for at in range(0, len(machines), piece)
        for each in client.score("vibration", machines[at : at + piece])["results"]
    ]
    assert [each["verdict"] for each in alone] != [each["verdict"] for each in whole]


@pytest.mark.parametrize("reference", [{"alias": "champion"}, {"version": 1}, {"alias": None}])
def test_arrays_of_a_series_are_cut_like_any_other_form(address, client, machines, reference):
    arrays = {name: np.array([each[name] for each in machines]) for name in machines[0]}
    whole = client.score_columns("vibration", machines)["results"]

    with Client(address, most_rows=50) as small:
        found = small.score_columns("vibration", arrays, **reference)["results"]

    assert found["verdict"] == whole["verdict"]


def test_a_body_that_is_too_long_is_never_sent(unwell, monkeypatch):
    monkeypatch.setattr("offbeat.client.asking.MOST_BYTES", 2000)
    unwell.says(200, {"aliases": []})
    for _ in range(4):
        unwell.says(200, {"version": 1, "generation": 1, "results": ["found"] * 50})

    with Client(unwell.address) as client:
        found = client.score("pump", [{"temperature": 31.5, "flow": row} for row in range(200)])["results"]

    assert len(found) == 200
    assert [len(body) <= 2000 for *_, body in unwell.asked] == [True] * 5


def test_a_refusal_points_into_the_whole(address, machines):
    machines[105]["left"] = "much"

    with Client(address, most_rows=40) as small, pytest.raises(Refused) as refused:
        small.score("vibration", machines)

    assert refused.value.errors[0]["pointer"] == "/records/105/left"


def test_a_single_record_that_is_too_large_is_refused(unwell, problem):
    for _ in range(3):
        unwell.says(413, problem("too large"))

    with Client(unwell.address) as client, pytest.raises(Refused, match="too large"):
        client.score("pump", [{"flow": 1}])


def test_the_last_of_a_series_is_asked_for_in_one_request(address, client, machines):
    with Client(address, most_rows=10) as small:
        assert small.score("vibration", machines, last_only=True) == client.score(
            "vibration", machines, last_only=True
        )


def replied(version: int) -> dict:
    return {"version": version, "generation": version, "results": [version]}


MODEL = {"aliases": [], "champion": None}


def test_pieces_of_two_versions_are_sent_again(unwell):
    for document in (replied_with_model := [MODEL, replied(1), replied(2), MODEL, replied(2), replied(2)]):
        unwell.says(200, document)

    with Client(unwell.address, most_rows=1) as client:
        assert client.score("pump", [{"flow": 1}, {"flow": 2}])["results"] == [2, 2]
    assert len(unwell.asked) == len(replied_with_model)


def test_a_model_that_never_stays_is_said_to_change(unwell):
    for version in range(3):
        for document in (MODEL, replied(version), replied(version + 1)):
            unwell.says(200, document)

    with Client(unwell.address, most_rows=1) as client, pytest.raises(VersionChanged, match="'pump' changed"):
        client.score("pump", [{"flow": 1}, {"flow": 2}])


@pytest.mark.parametrize("seed", range(20))
def test_what_is_kept_of_the_past_is_all_a_window_needs(seed):
    """Of readings at odd moments: the window that ends at each, of all readings and of those kept."""
    chance = random.Random(seed)
    length, period = chance.randint(2, 8), chance.choice([0.5, 1.0, 60.0])
    times = np.cumsum([period * chance.choice([0.1, 0.5, 1, 1, 1.3, 3, length + 2]) for _ in range(80)])
    told = {"length": length, "timestamp": "at", "period": period, "gap": "resample"}
    past = Past({"stride": 1, "series": None, **told})

    for row, at in enumerate(times):
        kept = [*past.before(None), row]
        assert _window(times[kept], told) == _window(times[: row + 1], told)
        past.add(None, row, at)
        assert len(past.all()) <= 10 * length + 1


def test_without_times_a_window_counts_readings():
    past = Past(
        {"length": 3, "stride": 1, "series": "unit", "timestamp": None, "period": None, "gap": "break"}
    )
    for row in range(10):
        past.add(row % 2, row)

    assert (past.before(0), past.before(1), past.before(2)) == ([6, 8], [7, 9], [])
    past.forget(0)
    assert past.all() == [7, 9]


def test_times_are_read_as_the_service_reads_them():
    same = [
        "2026-03-01T12:00:00",
        "2026-03-01t13:00:00+01:00",
        "1772366400",
        1772366400,
        pd.Timestamp("2026-03-01 12:00"),
    ]

    assert {seconds_of(cell) for cell in same} == {1772366400.0}
    assert seconds_of("noon") is None
    assert seconds_of(None) is None


def _window(times, told):
    """What the last window of these times is made of; None where it is not whole."""
    cells = [float(at) for at in times]
    found = frames(Table({"at": TypedColumn(cells)}, len(cells), JsonPlaces("records", {})), Window(**told))
    if found.readings[-1] < told["length"]:
        return int(found.readings[-1])
    values, _ = found.gather(times[:, None], np.zeros((len(times), 0), dtype=np.int64), slice(-1, None))
    return [round(each, 6) for each in values[0, :, 0].tolist()]
