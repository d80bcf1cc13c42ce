"""Say what each column is for: a number, a category, a time, a label, or only along for the ride.

What was named is taken; the rest is recognised by name (times, labels, ids) and by its cells. A column in which
nearly every cell is a number is numeric, and a cell that is not is then an error at its place, not a category.
"""

from __future__ import annotations

from itertools import chain

import numpy as np
from numpy.typing import NDArray

from models.columns import Column, Numbers, TypedColumn, expected, is_empty, shown
from models.errors import TableMismatch, refuse_any
from models.features import Derived, derived_name
from models.table import Table
from models.times import A_TIME, read_times
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.results import Roles

TIMES = {"timestamp", "time", "datetime", "date", "ts"}
LABELS = {"label", "anomaly", "is_anomaly", "outlier", "is_outlier"}
IDS = {"id", "uuid", "record_id", "row_id", "index"}
YES = {"1", "1.0", "true", "yes", "anomaly", "outlier"}
NO = {"0", "0.0", "false", "no", "normal", "inlier"}
MOSTLY = 0.9  # share of numbers above which a column is one of numbers
MOST_CATEGORIES = 200


def describe(table: Table, config: TrainingConfig) -> Roles:
    """The role of every column. TrainingRefused for a named column that is not there, TableMismatch for bad cells."""
    _check_named(table, config)
    timestamp = config.timestamp or _time_column(table, config)
    label = config.label or _label_column(table)
    pictures = tuple(name for name, column in table.columns.items() if _is_pictures(column))
    carried = {*config.passthrough, *({timestamp, label, config.series} - {None})}
    numbers: dict[str, Numbers] = {}
    categorical: list[str] = []
    for name, column in table.columns.items():
        if pictures or name in carried or _is_id(name, column):
            continue
        if name not in config.categorical and (read := _as_numbers(column)) is not None:
            numbers[name] = read
        elif name in config.categorical or _is_categorical(column):
            categorical.append(name)
    _check_cells(table, numbers, categorical)
    features = [*numbers, *categorical, *pictures]
    if not pictures:
        _check_features(table, numbers, categorical)
    roles = Roles(
        numeric=tuple(numbers),
        categorical=tuple(categorical),
        images=pictures,
        derived=_derived(table, timestamp, config),
        conditions=config.condition,
        passthrough=tuple(name for name in table.columns if name not in features),
        timestamp=timestamp,
        anomalous=labels(table, label) if label else None,
        order=_times(table, timestamp) if timestamp else None,
        series=_series(table, config.series),
        set_aside=_not_finite(table.rows, numbers),
    )
    _check_conditions(roles)
    return roles


def _derived(table: Table, timestamp: str | None, config: TrainingConfig) -> tuple[Derived, ...]:
    if config.calendar and timestamp is None:
        raise TrainingRefused("--calendar needs a column of times; name it with --timestamp COLUMN")
    derived = tuple(Derived(column=timestamp or "", part=part) for part in dict.fromkeys(config.calendar))
    for each in derived:
        if derived_name(each) in table.columns:
            raise TrainingRefused(
                f"--calendar {each.part} makes a feature {derived_name(each)!r}, but a column has this name already; "
                "rename the column, or leave --calendar out"
            )
    return derived


def _series(table: Table, name: str | None) -> NDArray[np.int64]:
    """A number for the series each row belongs to."""
    if name is None:
        return np.zeros(table.rows, dtype=np.int64)
    words = [_word(cell) for cell in table.columns[name].cells]
    return np.unique(words, return_inverse=True)[1].astype(np.int64)


def _check_conditions(roles: Roles) -> None:
    features = [*roles.numeric, *roles.categorical, *(derived_name(each) for each in roles.derived)]
    for name in roles.conditions:
        if name not in features:
            raise TrainingRefused(
                f"the condition {name!r} is not a feature; the features are {', '.join(features)}"
            )
    if roles.conditions and not set(features) - set(roles.conditions):
        raise TrainingRefused("every feature is a condition: nothing is left to be judged")


def _check_named(table: Table, config: TrainingConfig) -> None:
    single = [name for name in (config.timestamp, config.label, config.series) if name]
    for name in chain(single, config.passthrough, config.categorical):
        if name not in table.columns:
            raise TrainingRefused(f"no column {name!r}; the columns are {', '.join(table.columns)}")


def _check_cells(table: Table, numbers: dict[str, Numbers], categorical: list[str]) -> None:
    wrong = {name: read.bad for name, read in numbers.items()}
    wrong |= {name: table.columns[name].categories().bad for name in categorical}
    bad = [table.mismatch(row, name, detail) for name, cells in wrong.items() for row, detail in cells]
    if bad:
        raise TableMismatch(bad)


def _check_features(table: Table, numbers: dict[str, Numbers], categorical: list[str]) -> None:
    if not numbers and not categorical:
        raise TrainingRefused("no column to learn from: all are times, labels, ids or passthrough")
    empty = [name for name, read in numbers.items() if read.missing.all()]
    if empty:
        raise TrainingRefused(f"column {empty[0]!r} is empty; leave it out with --passthrough {empty[0]}")
    spread = any(len(np.unique(read.values[np.isfinite(read.values)])) > 1 for read in numbers.values())
    if not spread and all(len(set(table.columns[name].cells)) == 1 for name in categorical):
        raise TrainingRefused(
            "every column is constant: there is nothing to learn from records that never differ"
        )


def _as_numbers(column: Column) -> Numbers | None:
    read = column.numbers()
    present = int((~read.missing).sum())
    wrong = sum(1 for _, detail in read.bad if detail.startswith("expected"))
    return read if present == 0 or present - wrong >= MOSTLY * present else None


def _is_id(name: str, column: Column) -> bool:
    """Known by its name, or text that never says the same thing twice."""
    cells = column.cells
    text = all(isinstance(cell, str) for cell in cells)
    different = len(cells) > 1 and text and len(set(cells)) == len(cells)
    return different and (name.lower() in IDS or _as_numbers(column) is None)


def _is_categorical(column: Column) -> bool:
    read = column.categories()
    return not read.bad and len(set(read.values)) <= min(MOST_CATEGORIES, 1 + len(read.values) // 2)


def _time_column(table: Table, config: TrainingConfig) -> str | None:
    """A column named like a time. One that cannot be read is refused: rows shuffled in silence promise too few alarms."""
    named = [name for name in table.columns if name.lower() in TIMES]
    for name in named:
        if name in config.passthrough or name in config.categorical:
            continue
        if not _is_time(table.columns[name]):
            raise TrainingRefused(
                f"column {name!r} is named like a time but holds {shown(table.columns[name].cells[0])}; write times as "
                f"2026-01-31T12:00:00 or as seconds, or say --passthrough {name} to shuffle the rows without them"
            )
        return name
    return None


def _label_column(table: Table) -> str | None:
    return next(
        (name for name in table.columns if name.lower() in LABELS and _is_label(table.columns[name])), None
    )


def _is_time(column: Column) -> bool:
    first = next((cell for cell in column.cells if not is_empty(cell)), None)
    return first is not None and not read_times(TypedColumn([first])).bad


def _is_pictures(column: Column) -> bool:
    return any(isinstance(cell, bytes) for cell in column.cells)


def _is_label(column: Column) -> bool:
    return {_word(cell) for cell in column.cells} <= YES | NO | {""}


def _word(cell: object) -> str:
    return "" if cell is None else str(cell).strip().lower()


def labels(table: Table, name: str) -> NDArray[np.bool_]:
    """True where a row is a known anomaly; an empty cell is not."""
    words = [_word(cell) for cell in table.columns[name].cells]
    bad = [
        table.mismatch(row, name, expected("0 or 1", table.columns[name].cells[row]))
        for row, word in enumerate(words)
        if word not in YES | NO | {""}
    ]
    if bad:
        raise TableMismatch(bad)
    return np.array([word in YES for word in words], dtype=np.bool_)


def _times(table: Table, name: str) -> NDArray[np.float64]:
    """Seconds since 1970 of every row."""
    read = read_times(table.columns[name])
    missing = ((row, expected(A_TIME, None)) for row in np.flatnonzero(read.missing).tolist())
    refuse_any(table.mismatch(row, name, detail) for row, detail in chain(read.bad, missing))
    return read.seconds


def _not_finite(rows: int, numbers: dict[str, Numbers]) -> NDArray[np.bool_]:
    aside = np.zeros(rows, dtype=np.bool_)
    for read in numbers.values():
        aside |= ~np.isfinite(read.values) & ~read.missing
    return aside
