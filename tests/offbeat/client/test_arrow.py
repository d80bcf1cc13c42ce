"""Arrow goes over the wire when it pays and the service takes it; one that does not is not asked twice.

Against a server that records what it is sent, and one that has no Arrow to this day.
"""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import ipc

from offbeat.client import Client, Refused
from offbeat.client.connecting import ARROW_ROWS
from offbeat.client.verdicts import VERDICTS

ARROW = "application/vnd.apache.arrow.stream"
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}
MANY = {"flow": [float(row) for row in range(ARROW_ROWS)]}
REPLY = {"version": 1, "generation": 1, "results": []}


def read(body: bytes) -> dict[str, list]:
    return ipc.open_stream(io.BytesIO(body)).read_all().to_pydict()


def answered(rows: range) -> bytes:
    """What the service says of these rows, in Arrow."""
    sink = io.BytesIO()
    nothing = pa.nulls(len(rows))
    columns = dict.fromkeys(VERDICTS.names, nothing) | {"verdict": ["normal"] * len(rows), "passed": nothing}
    table = pa.table(columns | {"score": [float(row) for row in rows]})
    with ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


@pytest.mark.parametrize("form", [*FRAMES, "arrays"])
def test_many_records_go_as_arrow_and_few_as_json(unwell, form):
    make = FRAMES.get(form, lambda columns: {name: np.array(cells) for name, cells in columns.items()})
    for _ in range(2):
        unwell.says(200, REPLY)

    with Client(unwell.address) as client:
        client.score("pump", make(MANY))
        client.score("pump", make({"flow": [1.0]}))

    many, few = unwell.asked
    assert many[2]["content-type"] == ARROW
    assert read(many[3]) == MANY
    assert few[2]["content-type"] == "application/json"
    assert json.loads(few[3]) == {"columns": {"flow": [1.0]}}


@pytest.mark.parametrize("form", FRAMES)
def test_a_frame_comes_back_from_arrow_piece_by_piece(unwell, form):
    headers = {"content_type": ARROW, "x_offbeat_version": "1", "x_offbeat_generation": "1"}
    unwell.says(200, {"aliases": []})
    unwell.says(200, answered(range(ARROW_ROWS)), **headers)
    unwell.says(200, answered(range(ARROW_ROWS, len(MANY["flow"]) + 50)), **headers)
    frame = FRAMES[form]({"flow": MANY["flow"] + [0.0] * 50})

    with Client(unwell.address, most_rows=ARROW_ROWS) as client:
        scored = client.score_frame("pump", frame)

    assert type(scored) is type(frame)
    assert pl.DataFrame(scored).columns == [*VERDICTS.names]
    assert pl.DataFrame(scored)["score"].to_list() == [float(row) for row in range(ARROW_ROWS + 50)]
    assert unwell.asked[1][2]["accept"].startswith(ARROW)


@pytest.mark.parametrize("status", [406, 415])
def test_a_service_without_arrow_is_offered_it_once(unwell, problem, status):
    unwell.says(status, problem("no such form"))
    for _ in range(2):
        unwell.says(200, REPLY)

    with Client(unwell.address) as client:
        for _ in range(2):
            client.score("pump", pl.DataFrame(MANY))

    kinds = [asked[2]["content-type"] for asked in unwell.asked]
    assert kinds == [ARROW, "application/json", "application/json"]


def test_a_form_that_is_refused_without_arrow_is_refused(unwell, problem):
    for _ in range(2):
        unwell.says(415, problem("no such form"))

    with Client(unwell.address) as client, pytest.raises(Refused, match="no such form"):
        client.score("pump", [{"flow": 1}])


@pytest.mark.parametrize(
    "given",
    [
        pd.DataFrame({"mode": ["slow", 1] * ARROW_ROWS}),
        {"mode": np.array(["slow", 1] * ARROW_ROWS, dtype=object)},
        pd.DataFrame({"image": [b"png"] * ARROW_ROWS}),
        pl.DataFrame({"image": [b"png"] * ARROW_ROWS}),
        pa.table({"image": [b"png"] * ARROW_ROWS}),
        {"flow": [1.0] * ARROW_ROWS},
    ],
    ids=["mixed frame", "mixed array", "pandas pictures", "polars pictures", "pyarrow pictures", "lists"],
)
def test_what_arrow_has_no_form_for_goes_as_json(unwell, given):
    unwell.says(200, REPLY)

    with Client(unwell.address) as client:
        client.score("pump", given)

    assert unwell.asked[0][2]["content-type"] == "application/json"


def test_a_nan_goes_as_csv_where_arrow_is_not_taken(unwell, problem):
    unwell.says(415, problem("no such form"))
    unwell.says(200, REPLY)
    frame = pl.DataFrame(
        {"flow": [float("nan"), None, 1.5], "open": [True, None, False], "name": ['a "b"', "c,d", None]}
    )

    with Client(unwell.address) as client:
        client.score("pump", frame)

    assert unwell.asked[1][2]["content-type"] == "text/csv"
    assert unwell.asked[1][3].decode().split("\r\n")[:-1] == [
        "flow,open,name",
        'nan,true,"a ""b"""',
        ',,"c,d"',
        "1.5,false,",
    ]


def test_numpys_cells_in_records_are_written_as_python_has_them(unwell):
    unwell.says(200, REPLY)
    record = {
        "flow": np.float32(1.5),
        "count": np.int64(3),
        "open": np.array([True])[0],
        "at": np.datetime64("2026-03-01T12:00:00.5", "ns"),
    }

    with Client(unwell.address) as client:
        client.score("pump", [record])

    assert json.loads(unwell.asked[0][3])["records"] == [
        {"flow": 1.5, "count": 3, "open": True, "at": "2026-03-01T12:00:00.500000"}
    ]


def test_without_pyarrow_polars_writes_arrays_and_pandas_goes_as_json(unwell, monkeypatch):
    monkeypatch.setattr("offbeat.client.tables.arrow.has", lambda library: library == "polars")
    monkeypatch.setattr("offbeat.client.tables.pandas_frame.has", lambda library: library == "polars")
    for _ in range(2):
        unwell.says(200, REPLY)

    with Client(unwell.address) as client:
        client.score("pump", {"flow": np.array([float("nan"), *MANY["flow"]])})
        with pytest.raises(TypeError):  # the reply has no results
            client.score_frame("pump", pd.DataFrame(MANY))

    arrays, frame = unwell.asked
    assert arrays[2]["content-type"] == ARROW
    assert read(arrays[3])["flow"][1:] == MANY["flow"]
    assert read(arrays[3])["flow"][0] != read(arrays[3])["flow"][0]
    assert (frame[2]["content-type"], frame[2]["accept"]) == ("application/json", "application/json")


@pytest.mark.parametrize("form", FRAMES)
def test_the_service_takes_and_gives_arrow_for_series_in_pieces_too(address, reading, form):
    readings = [reading(second, left=-2.0 if second == 420 else 0.5) for second in range(430)]
    frame = FRAMES[form]({name: [each[name] for each in readings] for name in readings[0]})
    kinds = []

    with Client(address, most_rows=300) as client:
        client._http.event_hooks = {"response": [lambda reply: kinds.append(reply.headers["content-type"])]}
        framed = pl.DataFrame(client.score_frame("vibration", frame))
        results = client.score("vibration", readings)["results"]

    assert kinds.count(ARROW) == 2
    assert framed["verdict"].to_list() == [each["verdict"] for each in results]
    assert framed["reason"].fill_null("").to_list() == [each["reason"] or "" for each in results]
    assert framed.columns == [*VERDICTS.names]
