"""What a person is told when a training is over."""

from __future__ import annotations

import io

from rich.console import Console

from models.repository import Repository
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


def test_counts_are_whole_and_measures_have_three_digits() -> None:
    to, out = console()

    print_measures(to, {"anomalies": 3, "auroc": 0.5, "unknown": 2})

    assert out.getvalue() == "on 3 labelled anomalies: auroc 0.500  unknown 2\n"
