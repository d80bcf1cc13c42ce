"""Records of every form get the same verdicts, and what each library calls missing is missing."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from offbeat.client import Refused

HOST = Path(__file__).parents[3] / "examples" / "host" / "faults.csv"
NAMES = ["temperature", "pressure", "flow", "valve"]
FIELDS = [("temperature", "f8"), ("pressure", "f4"), ("flow", "f8"), ("valve", "U8")]
NAN = float("nan")


@pytest.fixture
def records(pumped):
    return [pumped(row) | {"pressure": 4.125} for row in range(20)]


def columns(records):
    return {name: [record[name] for record in records] for name in NAMES}


FORMS = {
    "records": lambda records: records,
    "columns": columns,
    "arrays": lambda records: {name: np.array(cells) for name, cells in columns(records).items()},
    "fields": lambda records: np.array([tuple(record.values()) for record in records], dtype=FIELDS),
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "pyarrow": pa.Table.from_pylist,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("verb", ["score", "score_columns", "embed", "reconstruct"])
def test_every_form_gets_the_same_reply(client, records, form, verb):
    plain = getattr(client, verb)("pump", records)

    assert getattr(client, verb)("pump", FORMS[form](records)) == plain


def test_an_array_has_the_names_it_is_given(client):
    with HOST.open(newline="") as file:
        rows = list(csv.DictReader(file))[:50]
    names = [name for name in rows[0] if name not in {"timestamp", "label"}]
    matrix = np.array([[float(row[name]) for name in names] for row in rows])

    found = client.score_columns("host", matrix, features=names)["results"]["score"]

    cells = {name: [float(row[name]) for row in rows] for name in names}
    assert found == client.score_columns("host", cells)["results"]["score"]
    # The control: other names, other scores.
    assert found != client.score_columns("host", matrix, features=names[::-1])["results"]["score"]


def test_names_that_do_not_fit_are_refused_before_anything_is_sent(client):
    matrix = np.zeros((2, 3))

    with pytest.raises(ValueError, match="an array has no names"):
        client.score("pump", matrix)
    with pytest.raises(ValueError, match=r"4 features do not name the columns of an array of shape \(2, 3\)"):
        client.score("pump", matrix, features=NAMES)
    with pytest.raises(ValueError, match="columns of different lengths"):
        client.score("pump", {"flow": [1.0], "pressure": [1.0, 2.0]})
    with pytest.raises(TypeError, match="expected records, columns, .* got str"):
        client.score("pump", "flow")
    with pytest.raises(TypeError, match="score_columns takes every form"):
        client.score_frame("pump", columns([]))


def flowing(cells):
    """Typical records but for their flow, as columns."""
    rows = len(cells)
    return {"temperature": [31.5] * rows, "pressure": [4.0] * rows, "flow": cells, "valve": ["open"] * rows}


def as_records(cells):
    return pl.DataFrame(flowing(cells)).to_dicts()


MISSING = {
    "records": as_records,
    "columns": flowing,
    "pandas": lambda cells: pd.DataFrame(flowing(pd.array(cells, dtype="Float64"))),
    "pandas with nan": lambda cells: pd.DataFrame(flowing([NAN if cell is None else cell for cell in cells])),
    "polars": lambda cells: pl.DataFrame(flowing(cells)),
    "pyarrow": lambda cells: pa.table(flowing(cells)),
}
POISONED = {
    "records": as_records,
    "columns": flowing,
    "arrays": lambda cells: {name: np.array(values) for name, values in flowing(cells).items()},
    "polars": lambda cells: pl.DataFrame(flowing(cells)),
    "pyarrow": lambda cells: pa.table(flowing(cells)),
}


@pytest.mark.parametrize("rows", [2, 300])
@pytest.mark.parametrize("form", MISSING)
def test_what_is_missing_is_imputed(client, form, rows):
    found = client.score("pump", MISSING[form]([46.0] * (rows - 1) + [None]))["results"]

    assert found[0]["imputed"] == []
    assert found[-1]["imputed"] == ["flow"]


@pytest.mark.parametrize("rows", [2, 300])
@pytest.mark.parametrize("form", POISONED)
def test_a_nan_that_is_none_of_pandas_is_never_missing(client, form, rows):
    found = client.score("pump", POISONED[form]([46.0] * (rows - 1) + [NAN]))["results"]

    assert found[0]["verdict"] == "normal"
    assert found[-1]["verdict"] == "unknown"
    assert found[-1]["reason"] == "not a finite number: flow"


def test_an_infinity_of_pandas_is_unknown(client):
    found = client.score("pump", pd.DataFrame(flowing([46.0, float("-inf")])))["results"]

    assert [each["verdict"] for each in found] == ["normal", "unknown"]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "pyarrow"])
def test_times_and_bits_go_as_the_service_reads_them(client, make):
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    frame = make({"timestamp": [moment], "machine": ["m1"], "left": [0.0], "right": [1], "mode": ["slow"]})

    found = client.score("vibration", frame)["results"][0]

    assert found["passthrough"]["timestamp"].startswith("2026-03-01T12:30:00")


@pytest.mark.parametrize("cell", [object(), {1, 2}])
def test_what_no_body_can_hold_is_a_type_error(client, cell):
    with pytest.raises(TypeError, match="expected a number, text, a time or a picture, got"):
        client.score("pump", [{"flow": cell}])


@pytest.mark.parametrize("rows", [3, 300])
def test_verdicts_come_in_the_kind_of_frame_that_went(client, pumped, rows):
    records = [pumped(row) for row in range(1, rows)] + [pumped(10) | {"flow": float("inf")}]
    results = client.score("pump", records)["results"]
    causes = [[cause["feature"] for cause in each["contributions"][:1]] or [None] for each in results]
    frame = pd.DataFrame(records, index=[f"at {row}" for row in range(rows)])

    for given in (frame, pl.DataFrame(records), pa.Table.from_pylist(records)):
        scored = client.score_frame("pump", given)
        assert type(scored) is type(given)
        found = pl.DataFrame(scored)
        assert found["verdict"].to_list() == [each["verdict"] for each in results]
        assert found["cause"].to_list() == [cause for [cause] in causes]
        scores = [each["score"] or -1 for each in results]
        assert found["score"].fill_null(-1).fill_nan(-1).to_list() == pytest.approx(scores, rel=1e-6)
    assert list(client.score_frame("pump", frame).index) == list(frame.index)


def test_frames_of_normal_records_and_of_unknown_ones_have_one_schema(client, pumped):
    good = client.score_frame("pump", pl.DataFrame([pumped(1)]))
    bad = client.score_frame("pump", pl.DataFrame([pumped(1) | {"flow": NAN}]))

    assert pl.concat([good, bad]).height == 2


def test_a_refused_frame_is_pointed_into(client, pumped):
    with pytest.raises(Refused) as refused:
        client.score_frame("pump", pd.DataFrame([pumped(1), pumped(2) | {"flow": "much"}]))
    assert "flow" in refused.value.errors[0]["pointer"]
