"""A column of words says what a column of the same cells would say."""

from __future__ import annotations

import numpy as np
import pytest

from models.columns import TypedColumn
from models.word_column import WordColumn

COLUMNS = {
    "some missing": WordColumn(np.array([0, 2, 1, 0]), (None, "normal", "anomaly")),
    "all alike": WordColumn.of_one("normal", 3),
    "all missing": WordColumn.of_one(None, 3),
    "said of some": WordColumn.of_some({1: "far", 3: "off"}, 5),
    "said of none": WordColumn.of_some({}, 2),
}
CELLS = {
    "some missing": [None, "anomaly", "normal", None],
    "all alike": ["normal"] * 3,
    "all missing": [None] * 3,
    "said of some": ["", "far", "", "off", ""],
    "said of none": ["", ""],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_it_is_the_column_of_its_cells(name):
    column, typed = COLUMNS[name], TypedColumn(CELLS[name])

    assert list(column.cells) == CELLS[name]
    assert column.categories() == typed.categories()
    assert column.numbers().bad == typed.numbers().bad
    assert column.is_absent() == typed.is_absent()
    assert list(column.take(slice(1, None)).cells) == CELLS[name][1:]
    assert list(column.take(np.array([1, 0])).cells) == [CELLS[name][1], CELLS[name][0]]
