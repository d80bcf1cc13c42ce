"""A run asks once, keeps every line at once, and says the same as another with the same seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.quality.case import Case, Detection, Flags
from benchmarks.quality.cli import read
from benchmarks.quality.figure import drawn
from benchmarks.quality.ledger import Ledger
from benchmarks.quality.options import Options
from benchmarks.quality.protocols import PROTOCOLS
from benchmarks.quality.results import Result
from benchmarks.quality.run import Run

Ask = Callable[[Case, str, Flags, Options], Detection]
Asked = list[tuple[str, int, Flags]]


@pytest.fixture
def results(options: Options, ask: Ask, tmp_path: Path) -> Callable[..., list[Result]]:
    """Run a protocol with the stand-in."""

    def results(name: str, *, resume: bool = False, ask: Ask = ask) -> list[Result]:
        ledger = Ledger(tmp_path / "lines.csv", resume=resume)
        return Run(replace(PROTOCOLS[name], ask=ask), options, ledger, None).results(Console(quiet=True))

    return results


@pytest.mark.parametrize("name", ["clean", "contaminated", "planted"])
def test_two_runs_say_the_same(name: str, results: Callable[..., list[Result]]) -> None:
    first, second = results(name), results(name)

    assert PROTOCOLS[name].report(first) == PROTOCOLS[name].report(second)


def test_contaminated_rows_are_learned_with_the_flags_for_them(
    results: Callable[..., list[Result]], asked: Asked, options: Options
) -> None:
    found = results("contaminated")

    assert {flags for _, _, flags in asked} == {options.train_flags}
    assert {each.name for each in found} == {"offbeat, --robust 4"}


def test_what_was_measured_before_an_interruption_is_not_asked_again(
    results: Callable[..., list[Result]], ask: Ask, asked: Asked
) -> None:
    def interrupted(*told: object) -> Detection:
        if len(asked) == 3:
            raise KeyboardInterrupt
        return ask(*told)

    with pytest.raises(KeyboardInterrupt):
        results("clean", ask=interrupted)
    resumed = results("clean", resume=True)

    assert [each[:2] for each in asked] == [("2_small", 0), ("2_small", 1), ("10_large", 0), ("10_large", 1)]
    assert resumed == results("clean", resume=True)
    assert PROTOCOLS["clean"].report(resumed) == PROTOCOLS["clean"].report(results("clean"))


def test_a_run_that_begins_anew_leaves_the_earlier_lines_beside(
    results: Callable[..., list[Result]], tmp_path: Path
) -> None:
    results("clean")
    earlier = (tmp_path / "lines.csv").read_text()

    results("contaminated")

    assert (tmp_path / "lines.before.csv").read_text() == earlier


def test_lines_of_something_else_are_refused(results: Callable[..., list[Result]], tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text("set,seed\n6_cardio,0\n")

    with pytest.raises(SystemExit, match="not what --resume expects"):
        results("clean", resume=True)


@pytest.mark.parametrize(("name", "shown"), [("clean", 2), ("planted", 4)])
def test_a_figure_has_a_dot_for_each_detector_on_every_set(
    name: str, shown: int, results: Callable[..., list[Result]]
) -> None:
    protocol = PROTOCOLS[name]

    svg = drawn(name, list(filter(protocol.in_figure, results(name))), protocol.measure, protocol.place)

    assert svg.count("<circle") == shown


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        (["--peers", "KNN"], "no KNN; there is: all, KNN k=5"),
        (["--ours", "--preset best"], "expected NAME=FLAGS"),
        (["--ours", "a=", "--ours", "a=--preset best"], "needs a name of its own"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_line(
    flag: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read(["clean", *flag], {"clean": ""})

    assert said in capsys.readouterr().err
