"""What columns are taken for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.errors import TableMismatch
from models.formats import FORMATS
from models.table import Table
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.steps.describe import describe


def table(header: str, *rows: str, repeat: int = 10) -> Table:
    return FORMATS["csv"].read("\n".join([header, *rows * repeat]).encode())


def typed_table(**columns: list[object]) -> Table:
    return FORMATS["json"].read(json.dumps({"columns": columns}).encode())


def config(**told: object) -> TrainingConfig:
    return TrainingConfig.model_validate({"data": Path("x.csv"), **told})


def test_numbers_categories_times_labels_and_ids_are_told_apart() -> None:
    lines = [
        f"2026-01-01T00:00:{second:02d},r{second},{second}.5,{'on' if second % 2 else 'off'},0"
        for second in range(20)
    ]

    roles = describe(table("time,id,x,valve,label", *lines, repeat=1), config())

    assert roles.numeric == ("x",)
    assert roles.categorical == ("valve",)
    assert roles.passthrough == ("time", "id", "label")
    assert roles.order is not None
    assert roles.anomalous is not None


def test_a_number_that_is_a_name_is_categorical_when_told() -> None:
    assert describe(table("mode,x", "1,2.5", "2,3"), config(categorical=("mode",))).categorical == ("mode",)


def test_passthrough_columns_are_not_learned_from() -> None:
    assert describe(table("a,b", "1,2", "2,3"), config(passthrough=("b",))).numeric == ("a",)


def test_a_label_column_by_name_but_not_by_content_is_a_feature() -> None:
    assert describe(table("label,x", "7.5,1", "8.5,2"), config()).numeric == ("label", "x")


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("true", "false"), ("anomaly", "normal"), ("1.0", "")])
def test_labels_are_read_as_people_write_them(yes: str, no: str) -> None:
    roles = describe(table("x,label", f"1,{yes}", f"2,{no}", repeat=5), config())

    assert roles.anomalous is not None
    np.testing.assert_array_equal(roles.anomalous, [True, False] * 5)


def test_a_label_that_is_neither_yes_nor_no_is_refused_with_its_place() -> None:
    with pytest.raises(TableMismatch, match=r"line 3, column 'fault': expected 0 or 1, got \"maybe\""):
        describe(table("x,fault", "1,0", "2,maybe", repeat=1), config(label="fault"))


def test_text_among_numbers_is_an_error_at_its_place_not_a_category() -> None:
    rows = ["1,1"] * 20 + ["hot,1"]

    with pytest.raises(TableMismatch, match=r"line 22, column 'x': expected a number, got \"hot\""):
        describe(table("x,y", *rows, repeat=1), config())


def test_rows_with_nan_or_infinity_are_set_aside() -> None:
    roles = describe(table("x,y", "1,2", "nan,3", "inf,4", ",5", repeat=1), config())

    np.testing.assert_array_equal(roles.set_aside, [False, True, True, False])


@pytest.mark.parametrize(
    ("moment", "seconds"), [("1970-01-01T00:01:00", 60), ("1970-01-01 00:01:00+00:00", 60), ("60", 60)]
)
def test_times_are_seconds_since_1970(moment: str, seconds: float) -> None:
    roles = describe(table("ts,x,y", f"{moment},1,2", f"{moment},2,3"), config())

    assert roles.order is not None
    assert set(roles.order) == {seconds}


def test_a_cell_that_is_no_time_is_refused_with_its_place() -> None:
    with pytest.raises(TableMismatch, match="line 3, column 'when': expected a time"):
        describe(table("when,x", "2026-01-01,1", "soon,2", repeat=1), config(timestamp="when"))


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        ("x,y", ("5,a",), "every column is constant"),
        ("id,label", ("1,0",), "every column is constant"),
        ("x,empty", ("1,", "2,"), "column 'empty' is empty; leave it out with --passthrough empty"),
        ("time", ("2026-01-01", "2026-01-02"), "no column to learn from"),
    ],
)
def test_a_file_that_teaches_nothing_is_refused(header: str, rows: tuple[str, ...], message: str) -> None:
    with pytest.raises(TrainingRefused, match=message):
        describe(table(header, *rows), config())


@pytest.mark.parametrize("field", ["label", "timestamp"])
def test_a_named_column_that_is_not_there_is_refused(field: str) -> None:
    with pytest.raises(TrainingRefused, match="no column 'missing'; the columns are x, y"):
        describe(table("x,y", "1,2"), config(**{field: "missing"}))


def test_a_first_time_that_is_missing_is_refused_and_does_not_make_the_column_text() -> None:
    with pytest.raises(TableMismatch, match="line 2, column 'time': expected a time"):
        describe(table("time,x", ",1", "2026-01-01,1", "2026-01-02,2", repeat=1), config())


@pytest.mark.parametrize("cell", [1.5, ["nested"], {"deeper": 1}])
def test_a_named_category_with_a_cell_that_is_none_is_refused_with_its_place(cell: object) -> None:
    mixed = typed_table(mode=["a", "b", cell], x=[1, 2, 3])

    with pytest.raises(TableMismatch) as refused:
        describe(mixed, config(categorical=("mode",)))

    assert refused.value.placed.startswith("/columns/mode/2: expected a category, got ")


def test_times_that_cannot_be_read_are_refused_rather_than_shuffled() -> None:
    rows = ("31/01/2026 12:00,1", "01/02/2026 12:00,2")

    with pytest.raises(
        TrainingRefused, match="column 'time' is named like a time but holds \"31/01/2026 12:00\"; write"
    ):
        describe(table("time,x", *rows), config())
    assert describe(table("time,x", *rows), config(passthrough=("time",))).order is None
