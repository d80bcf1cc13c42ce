"""Which windows are in which part, and how many of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.encoding import encode
from models.features import FeatureSchema, NumericFeature
from models.formats import FORMATS
from models.table import Table
from models.windows import Window
from training.config import TrainingConfig
from training.decided import decide
from training.results import Parts
from training.samples import Sampled, samples_of
from training.steps.describe import describe
from training.steps.split import split

LENGTH = 4
COLUMNS = FeatureSchema(
    features=(NumericFeature(name="x", typical=0, minimum=0, maximum=1e6, lowest=-1e9, highest=1e9),),
    passthrough=("unit",),
)


def table_of(*lengths: int) -> Table:
    """Series of so many readings, by turns as long as there are any; a reading says how late it is in its series."""
    rows = [(at, unit) for at in range(max(lengths)) for unit, length in enumerate(lengths) if at < length]
    return FORMATS["csv"].read("\n".join(["x,unit", *(f"{at},u{unit}" for at, unit in rows)]).encode())


def sampled(table: Table) -> tuple[Parts, Sampled]:
    config = TrainingConfig(data=Path("x.csv"), window=LENGTH, series="unit", calibration=0.4)
    roles = describe(table, config)
    parts = split(roles, decide(config, table, roles))
    window = Window(length=LENGTH, series="unit")
    return parts, samples_of(encode(table, COLUMNS), table, window, parts)


def test_a_series_without_a_window_is_counted() -> None:
    _, found = sampled(table_of(400, LENGTH - 1))

    assert found.without_window == 2 * (LENGTH - 1)


def test_windows_of_a_small_part_are_all_there() -> None:
    parts, found = sampled(table_of(400))

    assert found.parts["calibration"].rows == len(parts.calibration) - (LENGTH - 1)
    assert found.parts["test"].rows == len(parts.test) - (LENGTH - 1)


def test_windows_of_a_large_part_are_thinned_evenly_over_the_time_of_every_series(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, whole = sampled(table_of(1000, 1000))
    monkeypatch.setattr("training.samples.ENOUGH", 50)

    _, found = sampled(table_of(1000, 1000))

    for name in ("calibration", "test"):
        ends, every = (each.parts[name].inputs["numeric"][:, -1, 0] for each in (found, whole))
        times, series = np.unique(ends, return_counts=True)
        assert len(ends) == 50
        assert len(times) == 25
        assert (series == 2).all()
        steps = np.diff(times)
        assert steps.max() - steps.min() <= 1
        assert times[0] - every.min() <= steps.max()
        assert every.max() - times[-1] <= steps.max()
