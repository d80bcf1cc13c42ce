"""Windows over series: whole ones only, told why not, and the same in pieces as in one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.columns import TypedColumn
from models.errors import TableMismatch
from models.formats.csv_text import CsvFormat
from models.formats.json_text import JsonFormat, JsonPlaces
from models.series import typical_step
from models.table import Table
from models.windows import Frames, Window, frames

ISO = "2026-01-31T12:{:02}:00Z"


def table(**columns: list[Any]) -> Table:
    rows = len(next(iter(columns.values())))
    made = {name: TypedColumn(cells) for name, cells in columns.items()}
    return Table(made, rows, JsonPlaces("columns", {}))


def numbers(rows: int) -> np.ndarray:
    """One feature that is the number of its row."""
    return np.arange(rows, dtype=np.float64)[:, None]


def gathered(found: Frames, numeric: np.ndarray, part: Any = slice(None)) -> list[list[float]]:
    codes = numeric.astype(np.int64)
    values, categories = found.gather(numeric, codes, part)
    if found.window.gap != "resample":
        assert (values == categories).all()
    assert values.flags.c_contiguous
    assert categories.flags.c_contiguous
    assert (values.dtype, categories.dtype) == (np.float64, np.int64)
    return values[:, :, 0].tolist()


def refused(found: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(TableMismatch) as error:
        found()
    return [(each.pointer, each.detail) for each in error.value.mismatches]


def test_without_series_and_times_a_window_is_rows_in_a_row() -> None:
    found = frames(table(x=[0] * 4), Window(length=3))

    assert found.windows == 2
    assert found.ends.tolist() == [2, 3]
    assert found.first.tolist() == [0, 1]
    assert gathered(found, numbers(4)) == [[0, 1, 2], [1, 2, 3]]
    assert found.reasons() == [
        "1 of 3 readings so far: no whole window yet",
        "2 of 3 readings so far: no whole window yet",
        None,
        None,
    ]


def test_interleaved_series_do_not_touch() -> None:
    found = frames(table(pump=["b", "a", "b", "a", "a", "b"]), Window(length=3, series="pump"))

    assert found.series_of_row.tolist() == [0, 1, 0, 1, 1, 0]
    assert found.ends.tolist() == [4, 5]
    assert found.first.tolist() == [1, 0]
    assert gathered(found, numbers(6)) == [[1, 3, 4], [0, 2, 5]]
    assert found.last_rows().tolist() == [4, 5]


def test_series_are_told_apart_by_what_their_cells_spell() -> None:
    found = frames(table(pump=[1, "1", 2]), Window(length=2, series="pump"))

    assert found.series_of_row.tolist() == [0, 0, 1]


def test_a_table_without_rows_has_no_windows() -> None:
    for gap in ("break", "resample", "refuse"):
        found = frames(table(t=[], s=[]), Window(length=2, series="s", timestamp="t", period=1, gap=gap))

        assert found.windows == found.strided().windows == len(found.last_rows()) == 0
        assert found.reasons() == []
        assert gathered(found, numbers(0)) == []


def test_missing_values_stay_missing() -> None:
    numeric = np.array([[1.0], [np.nan], [3.0]])
    found = frames(table(x=[0] * 3), Window(length=2))

    values, codes = found.gather(numeric, np.array([[1], [-1], [2]]), slice(None))

    assert np.isnan(values[:, :, 0]).tolist() == [[False, True], [True, False]]
    assert codes[:, :, 0].tolist() == [[1, -1], [-1, 2]]


def test_only_the_part_asked_for_is_gathered_by_slice_or_by_number() -> None:
    found = frames(table(x=[0] * 6), Window(length=2))

    assert gathered(found, numbers(6), slice(1, 3)) == [[1, 2], [2, 3]]
    assert gathered(found, numbers(6), np.array([4, 0])) == [[4, 5], [0, 1]]
    assert gathered(found, numbers(6), slice(9, 12)) == []


def test_windows_are_taken_by_their_number_and_by_their_row() -> None:
    found = frames(table(x=[0] * 6), Window(length=2))

    taken = found.take(np.array([3, 1]))
    last = found.of(found.last_rows())

    assert (taken.ends.tolist(), taken.first.tolist()) == ([4, 2], [3, 1])
    assert gathered(taken, numbers(6)) == [[3, 4], [1, 2]]
    assert gathered(last, numbers(6)) == [[4, 5]]
    assert found.of(np.array([0, 5])).ends.tolist() == [5]  # no whole window ends at row 0
    assert taken.reasons() == found.reasons()  # a row keeps its window, taken or not


def test_a_stride_is_counted_from_the_first_whole_window_of_each_run() -> None:
    found = frames(
        table(pump=["a"] * 8 + ["b"] * 2 + ["a"], t=[*range(5), *range(20, 23), 0, 1, 23]),
        Window(length=2, stride=3, series="pump", timestamp="t", period=1),
    )

    assert found.ends.tolist() == [1, 2, 3, 4, 6, 7, 9, 10]
    assert found.strided().ends.tolist() == [1, 4, 6, 9]
    assert found.strided().first.tolist() == [0, 3, 5, 8]


# Gaps: readings a minute apart, ten of which are lost after the third.
LOST = [ISO.format(minute) for minute in (0, 1, 2, 13, 14, 15, 16)]


def test_after_a_gap_a_whole_window_is_waited_for() -> None:
    found = frames(table(t=LOST), Window(length=3, timestamp="t", period=60))

    assert found.ends.tolist() == [2, 5, 6]
    assert found.first.tolist() == [0, 3, 4]
    assert found.reasons() == [
        "1 of 3 readings so far: no whole window yet",
        "2 of 3 readings so far: no whole window yet",
        None,
        "1 of 3 readings since the gap before it",
        "2 of 3 readings since the gap before it",
        None,
        None,
    ]


def test_a_gap_is_interpolated_where_a_window_reaches_over_it() -> None:
    found = frames(table(t=LOST), Window(length=11, timestamp="t", period=60, gap="resample"))

    values, codes = found.gather(numbers(7) * 11, numbers(7).astype(np.int64), slice(None))

    assert found.ends.tolist() == [3, 4, 5, 6]
    assert found.first.tolist() == [2, 2, 2, 2]
    assert values[:2, :, 0].round(9).tolist() == [
        [23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33],
        [24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 44],
    ]
    assert codes[:2, :, 0].tolist() == [[2] * 10 + [3], [2] * 9 + [3, 4]]
    assert found.reasons()[:4] == [
        "1 of 11 readings so far: no whole window yet",
        "2 of 11 readings so far: no whole window yet",
        "3 of 11 readings so far: no whole window yet",
        None,
    ]


def test_a_gap_of_more_than_a_window_is_not_interpolated() -> None:
    found = frames(table(t=LOST), Window(length=3, timestamp="t", period=60, gap="resample"))

    assert found.ends.tolist() == [2, 5, 6]
    assert found.reasons()[3:5] == [
        "1 of 3 readings since the gap before it",
        "2 of 3 readings since the gap before it",
    ]


def test_a_gap_is_refused_where_the_model_says_so() -> None:
    window = Window(length=3, timestamp="t", period=60, gap="refuse")

    assert refused(lambda: frames(table(t=LOST), window)) == [
        (
            "/columns/t/3",
            'expected a reading about 60 s after "2026-01-31T12:02:00Z", got one after 660 s; '
            "the model refuses gaps",
        )
    ]
    assert frames(table(t=LOST[:3]), window).ends.tolist() == [2]


def test_a_series_that_begins_is_no_gap() -> None:
    cells = table(pump=["a", "b", "a", "b"], t=[0, 1000, 1, 1001])

    for gap in ("break", "resample", "refuse"):
        found = frames(cells, Window(length=2, series="pump", timestamp="t", period=1, gap=gap))

        assert found.ends.tolist() == [2, 3]


def test_a_step_may_be_off_by_half_a_period() -> None:
    cells = table(t=[0, 0.5, 2.0, 2.49, 4.0])

    found = frames(cells, Window(length=2, timestamp="t", period=1))

    assert found.ends.tolist() == [1, 2]
    assert found.reasons()[3:] == ["1 of 2 readings since the gap before it"] * 2


def test_a_resampled_number_between_a_missing_and_a_known_one_is_missing() -> None:
    numeric = np.array([[1.0], [np.nan], [3.0], [4.0]])
    found = frames(table(t=[0, 1, 2.5, 3]), Window(length=2, timestamp="t", period=1, gap="resample"))

    values, _ = found.gather(numeric, np.empty((4, 0), dtype=np.int64), slice(None))

    # Row 1 itself is missing; 1.5 lies between it and 2.5; 2.0 too; the neighbour of an exact moment has no weight.
    assert np.isnan(values[:, :, 0]).tolist() == [[False, True], [True, False], [True, False]]


def test_a_resampled_window_sees_nothing_after_its_own_reading() -> None:
    times = [0, 1, 1 + 1e-9, 2]  # nearer than any tolerance
    found = frames(table(t=times), Window(length=2, timestamp="t", period=1, gap="resample"))

    assert gathered(found, numbers(4))[0] == [0, 1]


@pytest.mark.parametrize("period", [0.01, 0.1, 1 / 3])
@pytest.mark.parametrize("start", range(8))
def test_a_moment_is_met_in_spite_of_rounding(period: float, start: int) -> None:
    # Seconds since 1970 are exact to 2e-7 only, far more than a millionth of such a period.
    times = [1769860800 + period * row for row in range(start, start + 100)]

    found = frames(table(t=times), Window(length=30, timestamp="t", period=period, gap="resample"))

    assert found.windows == 71
    assert found.first.tolist() == list(range(71))
    assert gathered(found, numbers(100)) == [list(range(first, first + 30)) for first in range(71)]


def test_times_that_cannot_be_read_are_told_with_their_places() -> None:
    window = Window(length=2, timestamp="t", period=1)

    assert refused(lambda: frames(table(t=["soon", 1, None, True]), window)) == [
        ("/columns/t/0", 'expected a time such as 2026-01-31T12:00:00, got "soon"'),
        ("/columns/t/3", "expected a time such as 2026-01-31T12:00:00, got true"),
        ("/columns/t/2", "expected a time such as 2026-01-31T12:00:00, got null"),
    ]


def test_times_that_do_not_ascend_are_refused() -> None:
    cells = table(pump=["a", "b", "a", "b", "a"], t=[5, 3, 5, 4, 4])

    assert refused(lambda: frames(cells, Window(length=2, series="pump", timestamp="t", period=1))) == [
        ("/columns/t/2", "expected a time after 5, got 5; sort the readings of a series by time"),
        ("/columns/t/4", "expected a time after 5, got 4; sort the readings of a series by time"),
    ]


def test_a_file_names_the_line_of_a_late_reading() -> None:
    cells = CsvFormat().read(b"t,x\n2026-01-31T12:01,1\n2026-01-31T12:00,2\n")

    with pytest.raises(TableMismatch) as error:
        frames(cells, Window(length=2, timestamp="t", period=60))

    assert str(error.value) == (
        'line 3, column \'t\': expected a time after "2026-01-31T12:01", got "2026-01-31T12:00"; '
        "sort the readings of a series by time"
    )


def test_a_row_of_no_series_is_refused() -> None:
    cells = table(pump=["a", None, "", 1.5])

    assert refused(lambda: frames(cells, Window(length=2, series="pump"))) == [
        ("/columns/pump/3", "expected a category, got 1.5"),
        ("/columns/pump/1", "expected the name of a series, got null"),
        ("/columns/pump/2", 'expected the name of a series, got ""'),
    ]


def test_a_column_the_window_needs_must_be_there() -> None:
    cells = JsonFormat().read(b'{"records": [{"x": 1}]}')
    of_time, of_series = Window(length=2, timestamp="t", period=1), Window(length=2, series="pump")

    assert refused(lambda: frames(cells, of_time)) == [
        ("/records", 'the timestamp column "t" is absent from every record')
    ]
    assert refused(lambda: frames(cells, of_series)) == [
        ("/records", 'the series column "pump" is absent from every record')
    ]


def test_a_hostile_table_is_not_searched_to_its_end() -> None:
    cells = table(t=list(range(5000, 0, -1)))

    with pytest.raises(TableMismatch, match="and 999 more"):
        frames(cells, Window(length=2, timestamp="t", period=1))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"length": 1}, "greater than or equal to 2"),
        ({"length": 1_000_000}, "less than or equal to 10000"),
        ({"length": 2, "stride": 0}, "greater than or equal to 1"),
        ({"length": 2, "timestamp": "t"}, "a timestamp and a period go together"),
        ({"length": 2, "period": 1.0}, "a timestamp and a period go together"),
        ({"length": 2, "timestamp": "t", "period": 0.0}, "greater than 0"),
        ({"length": 2, "gap": "resample"}, "without a timestamp there are no gaps to resample"),
        ({"length": 2, "gap": "ignore"}, "'break', 'resample' or 'refuse'"),
    ],
)
def test_a_window_that_cannot_be_is_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Window(**wrong)


def test_a_window_survives_its_manifest() -> None:
    window = Window(length=10, stride=5, series="pump", timestamp="t", period=60, gap="resample")

    assert Window.model_validate_json(window.model_dump_json()) == window


def test_the_typical_step_is_the_median_within_series() -> None:
    cells = table(pump=["a", "b", "a", "b", "a", "a"], t=[0, 500, 60, 560, 121, 721])

    assert typical_step(cells, "t", "pump") == 60.5
    assert typical_step(table(t=[1769860800 + 0.01 * row for row in range(9)]), "t") == 0.01
    assert typical_step(table(pump=["a", "b"], t=[0, 1]), "t", "pump") is None
    assert refused(lambda: typical_step(table(t=[1, 0]), "t")) == [
        ("/columns/t/1", "expected a time after 1, got 0; sort the readings of a series by time")
    ]


# The law: in pieces as in one go.

STEPS = st.sampled_from([1.0, 1.0, 1.0, 0.5, 1.5, 1.5000001, 0.3, 0.1, 1 / 3, 2.0, 7.0])
PERIODS = st.sampled_from([1.0, 0.1, 1 / 3, 60.0])


@st.composite
def recordings(draw: st.DrawFn) -> tuple[list[str], list[float], np.ndarray, float]:
    """Interleaved series: their names, times, a feature that is sometimes missing, and the period."""
    series = draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=60))
    period = draw(PERIODS)
    steps = draw(st.lists(STEPS, min_size=len(series), max_size=len(series)))
    lost = draw(st.sets(st.integers(0, len(series) - 1), max_size=5))
    clock = dict.fromkeys("abc", draw(st.sampled_from([0.0, 1769860800.0])))
    times = []
    for name, step in zip(series, steps, strict=True):
        clock[name] += step * period
        times.append(clock[name])
    numeric = np.random.default_rng(len(series)).normal(size=(len(series), 2))
    numeric[sorted(lost), 0] = np.nan
    return series, times, numeric, period


def history(series: list[str], times: list[float], cut: int, window: Window) -> list[int]:
    """The rows before `cut` that its readings need: what the description of the law asks for, and no more."""
    kept: list[int] = []
    for name in set(series[cut:]):
        before = [row for row in range(cut) if series[row] == name]
        if window.gap != "resample":
            kept += before[len(before) - (window.length - 1) :] if len(before) >= window.length else before
            continue
        first = next(row for row in range(cut, len(series)) if series[row] == name)
        oldest = times[first] - (window.length - 1) * (window.period or 0)
        recent = [row for row in before if times[row] >= oldest]
        kept += before[-len(recent) - 1 :]
    return sorted(kept)


def part_of(series: list[str], times: list[float], rows: list[int]) -> Table:
    return table(pump=[series[row] for row in rows], t=[times[row] for row in rows])


def seen(found: Frames, numeric: np.ndarray, rows: list[int]) -> dict[int, bytes | str]:
    """Each row by its number in the whole table: the bits of its window, or why there is none."""
    codes = numeric[:, :1].copy()
    codes[np.isnan(codes)] = -1
    values, categories = found.gather(numeric, (codes * 1000).astype(np.int64), slice(None))
    told: dict[int, bytes | str] = {row: why for row, why in zip(rows, found.reasons(), strict=True) if why}
    for end, value, category in zip(found.ends.tolist(), values, categories, strict=True):
        told[rows[end]] = value.tobytes() + category.tobytes()
    assert sorted(told) == rows  # every reading has either, none both
    return told


@pytest.mark.parametrize("gap", ["break", "resample", "none"])
@given(recording=recordings(), length=st.integers(2, 6), data=st.data())
def test_a_series_in_pieces_is_the_series_as_a_whole(
    gap: str, recording: tuple[list[str], list[float], np.ndarray, float], length: int, data: st.DataObject
) -> None:
    series, times, numeric, period = recording
    timed: dict[str, Any] = {} if gap == "none" else {"timestamp": "t", "period": period, "gap": gap}
    window = Window(length=length, series="pump", **timed)
    everything = list(range(len(series)))
    whole = seen(frames(part_of(series, times, everything), window), numeric, everything)
    cut = data.draw(st.integers(0, len(series)))
    until = data.draw(st.integers(cut, len(series)))

    rows = [*history(series[:until], times, cut, window), *range(cut, until)]
    piece = seen(frames(part_of(series, times, rows), window), numeric[rows], rows)

    for row in range(cut, until):
        if isinstance(whole[row], bytes) or isinstance(piece[row], bytes):
            assert piece[row] == whole[row]
        elif gap != "resample":
            assert piece[row] == whole[row]  # and for the same reason


@given(rows=st.integers(1, 40), length=st.integers(2, 6), data=st.data())
def test_where_gaps_are_refused_pieces_are_the_whole_too(rows: int, length: int, data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.floats(0.5, 1.5), min_size=rows, max_size=rows))
    series, times = ["a"] * rows, np.cumsum(steps).tolist()
    window = Window(length=length, series="pump", timestamp="t", period=1, gap="refuse")
    cut = data.draw(st.integers(0, rows))
    everything, numeric = list(range(rows)), np.random.default_rng(rows).normal(size=(rows, 2))
    # A sum of steps is rounded; a step of exactly one and a half may come out longer.
    assume((np.abs(np.diff(times) - 1) <= 0.5).all())

    whole = seen(frames(part_of(series, times, everything), window), numeric, everything)
    kept = [*history(series, times, cut, window), *range(cut, rows)]
    piece = seen(frames(part_of(series, times, kept), window), numeric[kept], kept)

    assert all(piece[row] == whole[row] for row in range(cut, rows))


@given(recording=recordings(), length=st.integers(2, 6))
def test_a_resampled_window_is_what_interpolation_by_hand_gives(
    recording: tuple[list[str], list[float], np.ndarray, float], length: int
) -> None:
    series, times, numeric, period = recording
    window = Window(length=length, series="pump", timestamp="t", period=period, gap="resample")

    found = frames(part_of(series, times, list(range(len(series)))), window)
    values, _ = found.gather(numeric, np.empty((len(series), 0), dtype=np.int64), slice(None))

    for window_values, end, first in zip(values, found.ends.tolist(), found.first.tolist(), strict=True):
        own = [row for row in range(end + 1) if series[row] == series[end]]
        moments = times[end] - period * np.arange(length - 1, -1, -1)
        by_hand = np.interp(moments, [times[row] for row in own], numeric[own, 1])
        assert window_values[:, 1] == pytest.approx(by_hand, abs=1e-4)
        assert first in own
        assert times[first] <= moments[0] + 1e-5 * period


@given(recording=recordings(), length=st.integers(2, 6), gap=st.sampled_from(["break", "resample"]))
def test_a_window_stays_in_its_series_and_after_its_first_row(
    recording: tuple[list[str], list[float], np.ndarray, float], length: int, gap: Any
) -> None:
    series, times, _, period = recording
    window = Window(length=length, series="pump", timestamp="t", period=period, gap=gap)
    found = frames(part_of(series, times, list(range(len(series)))), window)

    _, rows = found.gather(numbers(len(series)), numbers(len(series)).astype(np.int64), slice(None))

    assert (np.diff(found.ends) > 0).all()
    assert (rows[:, -1, 0] == found.ends).all()
    assert (rows[:, 0, 0] == found.first).all()
    assert (np.diff(rows[:, :, 0], axis=1) >= 0).all()
    assert (found.series_of_row[rows[:, :, 0]] == found.series_of_row[found.ends][:, None]).all()
