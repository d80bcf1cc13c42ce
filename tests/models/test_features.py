"""Which columns a model reads, and which tables it cannot read."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from pydantic import ValidationError

from models.errors import TableMismatch
from models.features import CategoricalFeature, FeatureSchema, NumericFeature
from models.formats.csv_text import CsvFormat
from models.formats.json_text import JsonFormat

RANGE = {"typical": 1.0, "minimum": 0.0, "maximum": 2.0, "lowest": -10.0, "highest": 10.0}


def schema(
    *names: str, categories: tuple[str, ...] = ("valve",), passthrough: tuple[str, ...] = ("id",)
) -> FeatureSchema:
    numeric = [NumericFeature(name=name, **RANGE) for name in names or ("temperature", "flow")]
    named = [
        CategoricalFeature(name=name, typical="open", categories=("open", "closed")) for name in categories
    ]
    return FeatureSchema(features=(*named, *numeric), passthrough=passthrough)


def mismatches(columns: FeatureSchema, body: bytes, **options: bool) -> list[tuple[str, str]]:
    table = JsonFormat().read(body) if body.startswith(b"{") else CsvFormat().read(body)
    with pytest.raises(TableMismatch) as refused:
        columns.check(table, **options)
    return [(each.pointer, str(each)) for each in refused.value.mismatches]


def test_names_are_in_the_order_of_the_graph() -> None:
    columns = schema()

    assert [feature.name for feature in columns.features] == ["valve", "temperature", "flow"]
    assert columns.names == ("temperature", "flow", "valve")


def test_order_passthrough_and_missing_values_are_all_right() -> None:
    schema().check(CsvFormat().read(b"id,valve,flow,temperature\nx,,1,\ny,open,,2\n"))


def test_an_unknown_column_is_refused_where_it_is_first_met_unless_it_is_to_be_ignored() -> None:
    body = b'{"records": [{"temperature": 1, "flow": 1, "valve": "open"}, {"colour": "red"}]}'

    assert mismatches(schema(), body) == [
        ("/records/1/colour", 'the model knows no column "colour"; extra=ignore leaves it out')
    ]
    schema().check(JsonFormat().read(body), ignore_unknown=True)


def test_a_misspelled_column_is_recognised() -> None:
    body = b"temprature,flow,valve\n1,2,open\n"

    assert mismatches(schema(), body) == [
        ("/records/0/temprature", "line 2, column 'temprature': the model knows no column \"temprature\"; did you mean \"temperature\"?"),
        ("/records", "column 'temperature': the feature \"temperature\" is absent from every record"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body", [b"temperature,valve\n1,open\n", b"temperature,flow,valve\n1,,open\n2, ,open\n"]
)
def test_a_feature_in_no_record_is_refused(body: bytes) -> None:
    assert mismatches(schema(), body) == [
        ("/records", "column 'flow': the feature \"flow\" is absent from every record")
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"records": [{"temperature": 1, "valve": "open"}]}', "/records"),
        (b'{"columns": {"temperature": [1], "valve": ["open"], "flow": [null]}}', "/columns/flow"),
        (b'{"features": ["temperature", "valve"], "rows": [[1, "open"]]}', "/features"),
        (b'{"features": ["temperature", "valve", "flow"], "rows": [[1, "open", ""]]}', "/features/2"),
    ],
)
def test_the_pointer_of_an_absent_feature_exists(body: bytes, pointer: str) -> None:
    assert [place for place, _ in mismatches(schema(), body)] == [pointer]


def test_a_million_unknown_columns_are_counted_and_twenty_are_told() -> None:
    names = [f"column{number}" for number in range(100_000)]
    table = JsonFormat().read(json.dumps({"features": names, "rows": [[1] * len(names)]}).encode())
    start = time.process_time()

    with pytest.raises(TableMismatch, match=r"\(and 100002 more\)") as refused:
        schema().check(table)

    assert len(refused.value.mismatches) == 20
    assert time.process_time() - start < 1


def test_a_very_long_unknown_name_is_shortened() -> None:
    name = b"x" * 100_000
    for body in (b'{"records": [{"%b": 1}]}', b'{"columns": {"%b": [1]}}', b"%b\n1\n"):
        ((pointer, told), *_) = mismatches(schema(), body % name)

        assert len(pointer) < 250
        assert len(told) < 400


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"minimum": 3.0}, "a range ends before it begins"),
        ({"lowest": 11.0}, "a range ends before it begins"),
        ({"typical": float("nan")}, "finite"),
        ({"highest": float("inf")}, "finite"),
        ({"typical": "1"}, "valid number"),
        ({"unit": "bar"}, "not permitted"),
    ],
)
def test_a_numeric_feature_says_what_makes_sense(edit: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        NumericFeature(name="flow", **{**RANGE, **edit})


@pytest.mark.parametrize("categories", [(), ("open", "open")])
def test_a_categorical_feature_has_categories_and_each_once(categories: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        CategoricalFeature(name="valve", typical="open", categories=categories)


def test_a_schema_names_every_column_once_and_has_a_feature() -> None:
    with pytest.raises(ValidationError, match="a column is named twice"):
        schema("flow", "flow")
    with pytest.raises(ValidationError, match="a column is named twice"):
        schema("flow", passthrough=("flow",))
    with pytest.raises(ValidationError):
        FeatureSchema(features=())
