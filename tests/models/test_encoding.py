"""Tables to the graph's inputs: by name, missing apart from not finite, and every bad cell told."""

from __future__ import annotations

import numpy as np
import pytest

from models.encoding import MISSING, UNSEEN, Encoded, encode
from models.errors import TableMismatch
from models.formats.csv_text import CsvFormat
from models.formats.json_text import JsonFormat
from models.scorer import Scorer


def read(scorer: Scorer, body: bytes) -> Encoded:
    table = JsonFormat().read(body) if body.startswith(b"{") else CsvFormat().read(body)
    return encode(table, scorer.columns)


def test_columns_are_found_by_name_in_any_order(pump: Scorer) -> None:
    one = read(pump, b"temperature,pressure,flow,valve\n1,2,3,open\n4,5,6,closed\n")
    other = read(pump, b"valve,id,flow,temperature,pressure\nopen,x,3,1,2\nclosed,y,6,4,5\n")

    assert one.numeric.tolist() == other.numeric.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert one.categorical.tolist() == other.categorical.tolist() == [[1], [2]]
    assert one.numeric.dtype == np.float64
    assert one.categorical.dtype == np.int64


def test_missing_not_finite_and_unseen_are_told_apart(pump: Scorer) -> None:
    encoded = read(pump, b"temperature,pressure,flow,valve\n,nan,-inf,\n1,2,3,ajar\n")

    assert encoded.missing.tolist() == [[True, False, False, True], [False] * 4]
    assert encoded.not_finite.tolist() == [[False, True, True, False], [False] * 4]
    assert np.isnan(encoded.numeric[0]).all()
    assert encoded.categorical.tolist() == [[MISSING], [UNSEEN]]
    assert encoded.texts == ([None, "ajar"],)


def test_a_feature_that_is_no_column_is_missing_in_every_record(pump: Scorer) -> None:
    encoded = read(pump, b"flow\n1\n2\n")

    assert encoded.missing.tolist() == [[True, True, False, True]] * 2
    assert encoded.texts == ([None, None],)


def test_every_bad_cell_is_told_with_its_place(pump: Scorer) -> None:
    body = b'{"records": [{"temperature": "hot", "valve": 1.5}, {"temperature": 1, "flow": true, "valve": "open"}]}'

    with pytest.raises(TableMismatch) as refused:
        read(pump, body)

    assert [(each.pointer, each.detail) for each in refused.value.mismatches] == [
        ("/records/0/temperature", 'expected a number, got "hot"'),
        ("/records/1/flow", "expected a number, got true"),
        ("/records/0/valve", "expected a category, got 1.5"),
    ]


def test_rows_are_taken_by_a_slice_and_by_number(pump: Scorer) -> None:
    encoded = read(pump, b"temperature,pressure,flow,valve\n1,2,3,open\n,5,nan,ajar\n7,8,9,closed\n")

    for part in (slice(1, 3), np.array([1, 2])):
        taken = encoded.take(part)
        assert taken.rows == 2
        assert taken.numeric[1].tolist() == [7, 8, 9]
        assert taken.categorical.tolist() == [[UNSEEN], [2]]
        assert taken.missing.tolist() == [[True, False, False, False], [False] * 4]
        assert taken.not_finite.tolist() == [[False, False, True, False], [False] * 4]
        assert taken.texts == (["ajar", "closed"],)
