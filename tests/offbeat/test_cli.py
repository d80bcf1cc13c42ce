"""The front door."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from offbeat import __version__
from offbeat.cli import VERBS, main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_lists_every_verb(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0

    told = capsys.readouterr().out
    assert all(f"  {verb} " in told for verb in VERBS)


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"offbeat {__version__}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])

    assert stopped.value.code == 0
    assert f"offbeat {verb}" in capsys.readouterr().out


def test_a_verb_whose_libraries_are_missing_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(_: str) -> None:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr("offbeat.cli.import_module", missing)

    assert main(["train", "x.csv"]) == 1
    assert capsys.readouterr().err == "offbeat train: needs torch; pip install 'offbeat[training]'\n"


def test_the_front_door_opens_no_room_before_it_is_asked_to() -> None:
    code = "import sys, offbeat.cli; print({name.split('.')[0] for name in sys.modules} & {'torch', 'models', 'service', 'training', 'numpy'})"

    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "set()"
