"""What a person is told when a training is over."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from models.repository import Repository
from models.windows import Window
from training.summary import print_measures, print_summary


def console() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=40), out


def test_columns_that_were_not_learned_from_are_named(pump_repository: Repository) -> None:
    reference = pump_repository.resolve("pump", 2)
    to, out = console()

    print_summary(to, reference, pump_repository.open(reference).manifest, pump_repository.resolve("pump"))

    assert "not learned from: timestamp, id\n" in out.getvalue()


def test_the_next_command_stays_on_one_line_in_a_narrow_pipe(pump_repository: Repository) -> None:
    reference = pump_repository.resolve("pump", 2)
    to, out = console()

    print_summary(to, reference, pump_repository.open(reference).manifest, pump_repository.resolve("pump"))

    last = out.getvalue().splitlines()[-1]
    assert (
        last
        == f"published as {reference.folder}; to serve it: offbeat models promote pump@{reference.version}"
    )


@pytest.mark.parametrize(
    ("method", "parameter", "rate", "blocks", "told"),
    [
        ("quantile", 0.99, 0.072, 1, "--blocks 5 would give"),
        ("fpr", 0.01, 0.072, 5, "a longer recording would"),
        ("quantile", 0.99, 0.03, 1, None),
        ("quantile", 0.9, 0.2, 1, None),
        ("robust", 3.5, 0.5, 1, None),
    ],
)
def test_a_threshold_that_the_test_records_do_not_keep_is_explained(
    pump_repository: Repository, method: str, parameter: float, rate: float, blocks: int, told: str | None
) -> None:
    reference = pump_repository.resolve("pump")
    manifest = pump_repository.open(reference).manifest
    training = manifest.training.model_copy(
        update={"settings": manifest.training.settings | {"blocks": blocks}}
    )
    threshold = manifest.threshold.model_copy(update={"method": method, "parameter": parameter})
    quality = {"test_rows": 300, "false_positive_rate": rate}
    to, out = console()

    changed = {"training": training, "threshold": threshold, "quality": quality}
    print_summary(to, reference, manifest.model_copy(update=changed), reference)

    assert ("far more than was asked for" in out.getvalue()) == (told is not None)
    assert told is None or told in out.getvalue()


WANT = "readings end no whole window, for want of readings before them"
LEFT_OUT = "; a series that holds none is left out"
RESAMPLE = "; --gaps resample would interpolate"
TIMES = {"timestamp": "time", "period": 1.0}


@pytest.mark.parametrize(
    ("readings", "window", "told"),
    [
        (17, TIMES, None),
        (18, TIMES, f"18 {WANT}{RESAMPLE}"),
        (18, {}, f"18 {WANT}"),
        (18, {**TIMES, "gap": "resample"}, f"18 {WANT}"),
        (5, {"series": "unit"}, None),
        (6, {"series": "unit"}, f"6 {WANT}{LEFT_OUT}"),
        (6, {**TIMES, "series": "unit"}, f"6 {WANT}{LEFT_OUT}{RESAMPLE}"),
    ],
)
def test_readings_that_end_no_window_are_told_with_what_would_help(
    readings: int, window: dict[str, Any], told: str | None, every_repository: Repository
) -> None:
    reference = every_repository.resolve("vibration")
    manifest = every_repository.open(reference).manifest
    rows = manifest.training.rows.model_copy(update={"without_window": readings})
    training = manifest.training.model_copy(update={"rows": rows})
    changed = manifest.model_copy(update={"window": Window(length=6, **window), "training": training})
    out = io.StringIO()

    print_summary(Console(file=out, width=300), reference, changed, reference)

    assert [line for line in out.getvalue().splitlines() if WANT in line] == ([told] if told else [])


@pytest.mark.parametrize("drift", ["on", "off"])
def test_that_a_series_drifts_is_told(every_repository: Repository, drift: str) -> None:
    reference = every_repository.resolve("vibration")
    manifest = every_repository.open(reference).manifest
    settings = {**manifest.training.settings, "drift": drift}
    training = manifest.training.model_copy(update={"settings": settings})
    to, out = console()

    print_summary(to, reference, manifest.model_copy(update={"training": training}), None)

    assert ("what is normal drifts" in out.getvalue()) == (drift == "on")


def test_counts_are_whole_and_measures_have_three_digits() -> None:
    to, out = console()

    print_measures(to, {"anomalies": 3, "auroc": 0.5, "unknown": 2})

    assert out.getvalue() == "on 3 labelled anomalies: auroc 0.500  unknown 2\n"
