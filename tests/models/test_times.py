"""Times as files write them: one scale for all of them, and the clock on the wall where they were written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.columns import TextColumn, TypedColumn
from models.times import HOURS, WEEKDAYS, read_times

NOON = 1769860800.0  # 2026-01-31T12:00:00Z, a Saturday


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00",
        "2026-01-31 12:00",
        "2026-01-31T12:00:00Z",
        "2026-01-31t12:00:00z",
        "2026-01-31T13:00:00+01:00",
        "2026-01-31T06:30:00-05:30",
        "20260131T120000",
        " 1769860800 ",
        "1.7698608e9",
    ],
)
def test_one_moment_has_many_spellings(text: str) -> None:
    times = read_times(TextColumn([text]))

    assert times.seconds.tolist() == [NOON]
    assert times.bad == []


def test_a_time_without_an_offset_is_utc_and_a_date_is_its_midnight() -> None:
    assert read_times(TextColumn(["1970-01-01T00:00:00", "1970-01-02"])).seconds.tolist() == [0, 86400]


def test_a_number_is_seconds_of_any_size() -> None:
    cells = [0, -1.5, 1769860800, 1.7e18, 1e308]

    assert read_times(TypedColumn(cells)).seconds.tolist() == cells


def test_an_empty_cell_is_missing_and_not_bad() -> None:
    times = read_times(TypedColumn([None, "", "  ", 1]))

    assert times.missing.tolist() == [True, True, True, False]
    assert times.bad == []
    assert np.isnan(times.seconds).tolist() == [True, True, True, False]
    assert times.hours() == [None, None, None, "0"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("soon", '"soon"'),
        ("nan", '"nan"'),
        ("-inf", '"-inf"'),
        ("1e400", '"1e400"'),
        ("1_000", '"1_000"'),
        ("2026-02-30", '"2026-02-30"'),
        ("2026-01-31T25:00", '"2026-01-31T25:00"'),
        ("\ud800", '"\\ud800"'),
        (True, "true"),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (10**400, f"1{'0' * 39}…"),
        ([0], "an array"),
        ({}, "an object"),
    ],
)
def test_what_is_no_time_is_told_with_its_row(cell: object, shown: str) -> None:
    times = read_times(TypedColumn([1, cell]))

    assert times.bad == [(1, f"expected a time such as 2026-01-31T12:00:00, got {shown}")]
    assert times.missing.tolist() == [False, False]
    assert np.isnan(times.seconds).tolist() == [False, True]
    assert times.weekdays() == ["thu", None]


def test_hour_and_weekday_are_those_of_the_clock_on_the_wall() -> None:
    cells = [
        "2026-01-31T23:59:59.999999+14:00",  # still morning, elsewhere
        "2026-02-01T00:00:00-11:00",
        "2026-02-02",
        NOON,
        -1,  # the last second of 1969
    ]

    times = read_times(TypedColumn(cells))

    assert times.hours() == ["23", "0", "0", "12", "23"]
    assert times.weekdays() == ["sat", "sun", "mon", "sat", "wed"]


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_every_iso_text_is_read_as_it_was_meant(wall: datetime, minutes: int) -> None:
    moment = wall.replace(tzinfo=timezone(timedelta(minutes=minutes)))

    times = read_times(TextColumn([moment.isoformat()]))

    assert times.seconds[0] == moment.timestamp()
    assert times.hours() == [str(wall.hour)]
    assert times.weekdays() == [f"{wall:%a}".lower()]


@given(st.integers(-(2**33), 2**33))
def test_a_number_of_seconds_has_the_clock_of_utc(seconds: int) -> None:
    wall = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    times = read_times(TypedColumn([seconds]))

    assert times.hours() == [HOURS[wall.hour]]
    assert times.weekdays() == [WEEKDAYS[wall.weekday()]]
