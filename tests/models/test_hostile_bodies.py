"""Whatever bytes come, they are judged or refused with a ContractError; nothing else is raised, and NaN is never normal."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import ContractError
from models.formats.base import Format
from models.formats.csv_text import CsvFormat
from models.formats.json_text import JsonFormat
from models.judgement import judge
from models.scorer import Scorer

EXAMPLES = int(os.environ.get("OFFBEAT_EXAMPLES", "150"))
POISONED_ROWS = 50_000
often = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

names = st.sampled_from(["temperature", "pressure", "flow", "valve", "id", "timestamp", "other", "", "a/b~c"])
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-(10**45), 10**45), st.floats(), st.text(max_size=8),
    st.sampled_from(["open", "closed", 2**53, 2**53 + 1, 2**64, 1e308, -0.0, 5e-324, "nan", "1_0", "1e400"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
records = st.lists(st.dictionaries(names, values, max_size=6) | values, max_size=4)
features = ("temperature", "pressure", "flow", "valve")
complete = st.lists(st.fixed_dictionaries(dict.fromkeys(features, scalars)), min_size=1, max_size=3)
documents = st.one_of(
    values,
    st.fixed_dictionaries({"records": complete}),
    st.fixed_dictionaries({"records": records | values}, optional={"columns": values, "threshold": values}),
    st.fixed_dictionaries({"columns": st.dictionaries(names, st.lists(values, max_size=3), max_size=6) | values}),
    st.fixed_dictionaries({"features": st.lists(names | values, max_size=5) | values, "rows": st.lists(st.lists(values, max_size=5) | values, max_size=3) | values}),
)  # fmt: skip
cells = st.sampled_from(["", " ", "1", "1.5", "nan", "-inf", "1e400", "open", "9007199254740993", '"', '"a\nb"', "é", "\x00", "1_0"])  # fmt: skip
lines = st.lists(st.lists(names | cells, max_size=6), max_size=5)


def judged_or_refused(pump: Scorer, reader: Format, body: bytes, *, ignore_unknown: bool) -> None:
    try:
        table = reader.read(body)
        pump.columns.check(table, ignore_unknown=ignore_unknown)
        found = judge(pump, table)
    except ContractError:
        return
    for row in range(found.rows):
        assert (
            found.verdicts[row] == "unknown"
            or np.isfinite([found.score[row], found.anomaly_score[row]]).all()
        )
        json.dumps(
            [found.contributions(row, 4), found.imputed(row), found.warnings(row), found.expected(row)],
            allow_nan=False,
        )


@often
@given(document=documents, ignore=st.booleans())
def test_any_json_is_judged_or_refused(pump: Scorer, document: Any, ignore: bool) -> None:  # noqa: FBT001
    body = json.dumps(document).replace("Infinity", "1e999").encode()

    judged_or_refused(pump, JsonFormat(), body, ignore_unknown=ignore)


@often
@given(rows=lines, separator=st.sampled_from(",;"), newline=st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_csv_is_judged_or_refused(
    pump: Scorer, rows: list[list[str]], separator: str, newline: str
) -> None:
    body = newline.join(separator.join(row) for row in rows).encode()

    judged_or_refused(pump, CsvFormat(), body, ignore_unknown=True)


@often
@given(
    body=st.binary(max_size=60),
    start=st.sampled_from([b"", b'{"records":[{"temperature":', b"temperature,flow\n"]),
)
def test_any_bytes_are_judged_or_refused(pump: Scorer, body: bytes, start: bytes) -> None:
    for reader in (JsonFormat(), CsvFormat()):
        judged_or_refused(pump, reader, start + body, ignore_unknown=True)


def poisoned_verdicts(pump: Scorer, rows: int, seed: int) -> tuple[set[int], list[str]]:
    """Which of the rows hold a cell that is no number, and what became of all of them."""
    chance = np.random.default_rng(seed)
    readings = chance.normal([31, 4, 46], [1, 0.1, 1], (rows, 3)).round(3).astype(str).astype(object)
    poisoned = chance.choice(rows, rows // 100, replace=False)
    readings[poisoned, chance.integers(3, size=len(poisoned))] = chance.choice(
        ["nan", "inf", "-inf"], len(poisoned)
    )
    text = "temperature,pressure,flow\n" + "\n".join(",".join(row) for row in readings)
    table = CsvFormat().read(text.encode())
    return set(map(int, poisoned)), judge(pump, table).verdicts


@pytest.mark.parametrize(
    "rows", [1000, pytest.param(1_000_000, marks=pytest.mark.soak)], ids=["a thousand", "a million"]
)
def test_no_poisoned_row_is_called_normal(rows: int, pump: Scorer) -> None:
    called: dict[str, int] = {}
    for seed in range(max(rows // POISONED_ROWS, 1)):
        poisoned, verdicts = poisoned_verdicts(pump, min(rows, POISONED_ROWS), seed)
        assert {row for row, verdict in enumerate(verdicts) if verdict == "unknown"} == poisoned
        for verdict in verdicts:
            called[verdict] = called.get(verdict, 0) + 1

    count = called["unknown"]
    print(f"\n{rows:,} rows: {called}; of {count:,} poisoned 0 called normal, 95 % bound {3 / count:.2g}")
    assert called["normal"] > rows / 2
