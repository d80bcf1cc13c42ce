"""What the command line answers to bad input: exact exit code, exact text, nothing lost. One row a mistake."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.repository import Repository
from offbeat.cli import main
from training.variants import VARIANTS

HEADER = "timestamp,id,temperature,pressure,flow,valve"
GOOD = "2026-01-01T00:00:00,r1,33.0,4.0,48.0,open"
LONG = "x" * 10_000_000

SCORE = [
    ("an unknown column", f"{HEADER},colour\n{GOOD},red\n",
     'line 2, column \'colour\': the model knows no column "colour"; --extra ignore leaves it out'),
    ("a misspelled column", "timestamp,id,temprature,pressure,flow,valve\n" + GOOD + "\n",
     'line 2, column \'temprature\': the model knows no column "temprature"; did you mean "temperature"? (and 1 more)'),
    ("a feature absent from every record", "temperature,pressure,flow\n33,4,48\n",
     'column \'valve\': the feature "valve" is absent from every record'),
    ("a feature empty in every record", "temperature,pressure,flow,valve\n33,,48,open\n",
     'column \'pressure\': the feature "pressure" is absent from every record'),
    ("text for a number", f"{HEADER}\n{GOOD}\n{GOOD.replace('33.0', 'hot')}\n",
     'line 3, column \'temperature\': expected a number, got "hot"'),
    ("1e400", f"{HEADER}\n{GOOD.replace('33.0', '1e400')}\n",
     'line 2, column \'temperature\': too large for a 64-bit number: "1e400"'),
    ("an empty file", "", "the CSV is empty; its first line must name the columns"),
    ("a header only", f"{HEADER}\n", "the CSV has a header but no rows"),
    ("a wrong separator", f"{HEADER}\n{GOOD}\n".replace(",", ";"),
     'line 1: one column named "timestamp;id;temperature;pressure;flow;…: the cells seem to be separated by a semicolon, '
     "not ','; name the separator (offbeat: --separator), or send commas"),
    ("ten million characters in a cell", f"{HEADER}\n{GOOD.replace('33.0', LONG)}\n",
     "line 2: a cell is longer than 131,072 characters"),
    ("a ragged row", f"{HEADER}\n{GOOD},6\n", "line 2: 7 cells, but the header names 6 columns"),
    ("a column named twice", "flow,flow\n1,2\n", 'line 1: two columns are named "flow"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), [case[1:] for case in SCORE], ids=[case[0] for case in SCORE])
def test_scoring_a_bad_file_is_refused_with_its_place(
    text: str, message: str, pump_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, output = tmp_path / "bad.csv", tmp_path / "out.csv"
    data.write_text(text)
    output.write_text("what was there before")

    code = main(["score", str(data), "--repository", str(pump_repository.root), "-o", str(output)])

    told = capsys.readouterr().err
    assert code == 1
    assert told == f"offbeat score: {data}: {message}\n"
    assert output.read_text() == "what was there before"


@pytest.mark.parametrize("cell", ["nan", "NaN", "inf", "-Infinity"])
def test_a_cell_that_is_no_finite_number_makes_its_record_unknown(
    cell: str, pump_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "bad.csv"
    data.write_text(f"{HEADER}\n{GOOD}\n{GOOD.replace('33.0', cell)}\n")

    assert main(["score", str(data), "--repository", str(pump_repository.root)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert ",normal," in lines[1]
    assert ",unknown," in lines[2]
    assert lines[2].endswith("not a finite number: temperature")


READINGS = "\n".join(f"{row % 7},{(row % 7) * 2 + 1}" for row in range(100))
TRAIN = [
    ("an empty file", "", "the CSV is empty; its first line must name the columns"),
    ("a header only", "a,b\n", "the CSV has a header but no rows"),
    ("one row", "a,b\n1,2\n", "every column is constant: there is nothing to learn from records that never differ"),
    ("two rows", "a,b\n1,2\n2,3\n", "2 usable rows of normal records; training needs at least 20"),
    ("a constant file", "a,b\n" + "1,2\n" * 50,
     "every column is constant: there is nothing to learn from records that never differ"),
    ("text among numbers", f"a,b\n{READINGS}\nhot,1\n", 'line 102, column \'a\': expected a number, got "hot"'),
    ("1e400", f"a,b\n{READINGS}\n1e400,1\n", 'line 102, column \'a\': too large for a 64-bit number: "1e400"'),
    ("nothing but NaN", "a,b\n" + "nan,1\n" * 50, "every column is constant: there is nothing to learn from records that never differ"),
    ("a wrong separator", "a;b\n1;2\n",
     "line 1: one column named \"a;b\": the cells seem to be separated by a semicolon, not ','; "
     "name the separator (offbeat: --separator), or send commas"),
    ("numbers whose squares are none", "a,b\n" + "".join(f"{row}e300,{row}\n" for row in range(50)),
     "column 'a' reaches 4.9e+301, more than 1e+100; give it in a larger unit, or leave it out with --passthrough a"),
    ("ten million characters in a cell", f"a,b\n{LONG},1\n", "line 2: a cell is longer than 131,072 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), [case[1:] for case in TRAIN], ids=[case[0] for case in TRAIN])
def test_training_on_a_bad_file_is_refused_and_publishes_nothing(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "bad.csv"
    data.write_text(text)

    code = main(["train", str(data), "--repository", str(tmp_path / "repository"), "--epochs", "1"])

    told = capsys.readouterr().err
    assert code == 1
    where = f"{data}: " if message.startswith(("line", "the CSV")) else ""
    assert told == f"offbeat train: {where}{message}\n"
    assert Repository(tmp_path / "repository").models() == []


def test_a_bad_cell_of_a_json_file_is_refused_with_its_pointer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "bad.json"
    data.write_text(json.dumps({"records": [*({"a": row} for row in range(40)), {"a": "hot"}]}))

    assert main(["train", str(data), "--repository", str(tmp_path / "repository")]) == 1

    assert capsys.readouterr().err == f'offbeat train: {data}: /records/40/a: expected a number, got "hot"\n'


def series(path: Path, *turned: int) -> None:
    """A reading a second; those `turned` change places with the one before."""
    lines = [f"2026-01-01T00:{row // 60:02}:{row % 60:02},m1,{row % 7},{row % 5}" for row in range(100)]
    for row in turned:
        lines[row - 1], lines[row] = lines[row], lines[row - 1]
    path.write_text("\n".join(["time,machine,a,b", *lines]) + "\n")


def repeated(path: Path) -> None:
    series(path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:50], lines[49], *lines[51:]]) + "\n")


def pictures(folder: Path) -> None:
    folder.mkdir()
    for number in range(30):
        pixels = np.random.default_rng(number).integers(0, 256, (10, 12), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02}.png")


def of_two_sizes(folder: Path) -> None:
    pictures(folder)
    Image.new("L", (14, 10)).save(folder / "17.png")


def with_a_truncated_one(folder: Path) -> None:
    pictures(folder)
    whole = (folder / "17.png").read_bytes()
    (folder / "17.png").write_bytes(whole[: len(whole) // 2])


def with_a_note(folder: Path) -> None:
    folder.mkdir()
    (folder / "note.txt").write_text("pictures follow")


MAKE: dict[str, Callable[[Path], object]] = {
    "table.csv": lambda path: path.write_text(f"a,b\n{READINGS}\n"),
    "series.csv": series,
    "late.csv": lambda path: series(path, 50),
    "hours.csv": lambda path: path.write_text(
        "".join(["time,time.hour,a\n", *(f"{60 * row},1,{row}\n" for row in range(99))])
    ),
    "repeated.csv": repeated,
    "photos": pictures,
    "sizes": of_two_sizes,
    "truncated": with_a_truncated_one,
    "empty": Path.mkdir,
    "notes": with_a_note,
}


def fitting(kind: str) -> str:
    return ", ".join(name for name, variant in VARIANTS.items() if kind in variant.KINDS)


CONDITIONED = ", ".join(name for name, variant in VARIANTS.items() if variant.TAKES_CONDITIONS)
SORT = "sort the readings of a series by time"
ASKED = [
    ("series.csv --window 200",
     "a window of 200 readings is longer than the longest series, 100 readings; take a shorter --window, or bring longer series"),
    ("series.csv --window 30",
     "a window of 30 readings does not fit into each part (training, validation, calibration, test) of the longest series, "
     "100 readings; take a shorter --window, fewer --blocks, or bring longer series"),
    ("late.csv --window 3",
     f'late.csv: line 52, column \'time\': expected a time after "2026-01-01T00:00:50", got "2026-01-01T00:00:49"; {SORT}'),
    ("repeated.csv --window 3",
     f'repeated.csv: line 51, column \'time\': expected a time after "2026-01-01T00:00:48", got "2026-01-01T00:00:48"; {SORT}'),
    ("series.csv --window 3 --series plant", "no column 'plant'; the columns are time, machine, a, b"),
    ("table.csv --window 3 --gaps resample", "--gaps resample needs a column of times; name it with --timestamp COLUMN"),
    ("table.csv --calendar hour", "--calendar needs a column of times; name it with --timestamp COLUMN"),
    ("hours.csv --calendar hour",
     "--calendar hour makes a feature 'time.hour', but a column has this name already; rename the column, or leave --calendar out"),
    ("table.csv --variant conditional --condition mode", "the condition 'mode' is not a feature; the features are a, b"),
    ("table.csv --variant vanilla --condition a", f"variant 'vanilla' takes no --condition; these do: {CONDITIONED}"),
    ("table.csv --variant conditional", "variant 'conditional' needs to be told on what: --condition COLUMN"),
    ("table.csv --variant conditional --condition a,b", "every feature is a condition: nothing is left to be judged"),
    ("table.csv --variant recurrent",
     f"variant 'recurrent' is for windows of readings (--window); for records there is: {fitting('table')}"),
    ("table.csv --variant convolutional",
     f"variant 'convolutional' is for windows of readings (--window) and images; for records there is: {fitting('table')}"),
    ("photos --variant conditional",
     f"variant 'conditional' is for records and windows of readings (--window); for images there is: {fitting('image')}"),
    ("photos --variant recurrent",
     f"variant 'recurrent' is for windows of readings (--window); for images there is: {fitting('image')}"),
    ("photos --variant variational --condition file", "--condition is for columns of a table; images have none"),
    ("photos --window 3", "--window is for readings in a table; images are judged one by one"),
    ("sizes",
     "sizes: 17.png: the picture is 14 x 10 pixels (width x height), but the first one is 12 x 10; bring pictures of one size"),
    ("truncated", "truncated: 17.png: the picture is damaged or cut off"),
    ("empty", "empty is a directory without pictures (.png, .jpg); name a file in it"),
    ("notes", "notes is a directory without pictures (.png, .jpg); name a file in it"),
    ("table.csv --from pump@9", "model 'pump' has no version 9; published: 1, 2"),
    ("table.csv --from=", "'' is not a model name: a-z, 0-9, _ and -, at most 64, not starting with _ or -"),
    ("table.csv --from pump", "pump@1 holds no weights to start from; train anew without --from"),
    ("table.csv --from vibration --variant vanilla",
     "--variant cannot be vanilla: it is denoising in vibration@1, where this training starts; leave --variant out, "
     "or train anew without --from"),
    ("table.csv --from vibration",
     "table.csv: column 'left': the feature \"left\" is absent from every record (and 2 more)"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "message"), ASKED, ids=[case[0] for case in ASKED])
def test_data_and_settings_that_do_not_go_together_are_refused_and_publish_nothing(
    asked: str,
    message: str,
    every_repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home, (data, *flags) = every_repository.root.parent, asked.split()
    monkeypatch.chdir(home)
    MAKE[data](home / data)
    before = sorted(every_repository.root.rglob("*"))

    code = main(["train", data, *flags, "--repository", str(every_repository.root), "--epochs", "1"])

    assert capsys.readouterr().err == f"offbeat train: {message}\n"
    assert code == 1
    assert sorted(every_repository.root.rglob("*")) == before


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("sizes", "17.png: the picture is 14 x 10 pixels (width x height), but the model takes 12 x 10"),
        ("truncated", "17.png: the picture is damaged or cut off"),
    ],
)
def test_pictures_that_cannot_be_scored_are_named(
    data: str, message: str, every_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    MAKE[data](tmp_path / data)
    options = ["--repository", str(every_repository.root), "--model", "tiles"]

    assert main(["score", str(tmp_path / data), *options, "-o", str(tmp_path / "out.csv")]) == 1

    assert capsys.readouterr().err == f"offbeat score: {tmp_path / data}: {message}\n"
    assert not (tmp_path / "out.csv").exists()


USAGE = [
    (["train"], 2, "the following arguments are required: DATA"),
    (["train", "x.csv", "--fpr", "2"], 2, "--fpr: Input should be less than 1"),
    (["train", "x.csv", "--fpr", "0.1", "--quantile", "0.9"], 2, "quantile, fpr and robust exclude each other"),
    (["train", "x.csv", "--colour", "red"], 2, "unrecognized arguments: --colour red"),
    (["train", "x.csv", "--config", "none.toml"], 2, "--config: no file none.toml"),
    (["train", "none.csv"], 1, "cannot read none.csv: No such file or directory"),
    (["train", "docs/adr"], 1, "docs/adr is a directory without pictures (.png, .jpg); name a file in it"),
    (["train", "data.parquet"], 1, "cannot read data.parquet: No such file or directory"),
    (["score", "none.csv", "--model", "pump@9"], 1, "model 'pump' has no version 9; published: 1, 2"),
    (["score", "none.csv", "--model", "../etc"], 1, "'../etc' is not a model name: a-z, 0-9, _ and -, at most 64, not starting with _ or -"),
    (["score", "none.csv", "--model", "pump@best"], 1, "model 'pump' has no alias 'best'; there is: champion"),
    (["score", "none.csv", "--model", "pump"], 1, "cannot read none.csv: No such file or directory"),
    (["score", "none.csv", "--model", "pump", "--separator", ";;"], 2, "argument --separator: invalid separator value: ';;'"),
    (["train", "x.csv", "--window", "1"], 2, "--window: Input should be greater than or equal to 2"),
    (["train", "x.csv", "--window", "20000"], 2, "--window: Input should be less than or equal to 10000"),
    (["train", "x.csv", "--window", "9", "--focus", "20000"], 2, "--focus: Input should be less than or equal to 10000"),
    (["train", "x.csv", "--stride", "2"], 2,
     "offbeat train: stride, view, drift, focus, series and gaps are for windows of readings; say how many with --window"),
    (["train", "x.csv", "--gaps", "resample"], 2,
     "offbeat train: stride, view, drift, focus, series and gaps are for windows of readings; say how many with --window"),
    (["train", "x.csv", "--calendar", "minute"], 2, "--calendar: Input should be 'hour' or 'weekday'"),
    (["train", "x.csv", "--from", "pump@9"], 1, "model 'pump' has no version 9; published: 1, 2"),
    (["score", "docs/adr", "--model", "pump"], 1, "docs/adr is a directory without pictures (.png, .jpg); name a file in it"),
    (["score", "none.csv", "--model", "pump", "-o", "out"], 1,
     "cannot write out; name a file that ends in .csv, .json, .ndjson"),
    (["train", "x.csv", "--separator", ""], 2, "--separator: expected one character such as ; or \\t, got ''"),
    (["train", "x.csv", "--name", "Pump"], 2, "--name: 'Pump' is not a model name: a-z, 0-9, _ and -"),
    (["train", "x.csv", "--widths", "8,0"], 2, "--widths: Input should be greater than 0"),
    (["train", "x.csv", "--seed", str(2**32)], 2, "--seed: Input should be less than 4294967296"),
    (["fly"], 2, "no verb 'fly'; there is: "),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "message"), USAGE, ids=[" ".join(case[0]) for case in USAGE])
def test_wrong_usage_is_one_line_that_says_what_to_mend(
    arguments: list[str],
    code: int,
    message: str,
    pump_repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OFFBEAT_REPOSITORY", str(pump_repository.root))
    monkeypatch.delenv("OFFBEAT_DATA", raising=False)
    try:
        found = main(arguments)
    except SystemExit as stopped:
        found = int(stopped.code or 0)

    told = capsys.readouterr().err
    assert found == code
    assert message in told
    assert "Traceback" not in told


FILES = ["manifest.json", "model.onnx", "golden.json", "calibration.json"]


@pytest.mark.parametrize("name", FILES)
def test_a_bundle_with_one_byte_flipped_is_not_scored_with(
    name: str, pump_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = pump_repository.root / "pump" / "1" / name
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    (tmp_path / "good.csv").write_text(f"{HEADER}\n{GOOD}\n")

    code = main(["score", str(tmp_path / "good.csv"), "--repository", str(pump_repository.root)])

    assert code == 1
    assert (
        capsys.readouterr().err == f"offbeat score: {name} is damaged: its SHA-256 is not the published one\n"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a full disk needs root")
def test_a_full_disk_while_publishing_changes_nothing(
    sensors: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    pump_repository: Repository,
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=92k", "tmpfs", str(disk)], check=True)
    try:
        shutil.copytree(pump_repository.root / "pump", disk / "pump")
        before = sorted(path for path in disk.rglob("*") if path.name != ".lock")

        code = main(["train", str(sensors()), "--repository", str(disk), "--name", "pump", "--epochs", "1"])

        assert code == 1
        assert (
            f"offbeat train: cannot write to {disk}: No space left on device; nothing was changed\n"
            in capsys.readouterr().err
        )
        assert sorted(path for path in disk.rglob("*") if path.name != ".lock") == before
        assert Repository(disk).resolve("pump").version == 1
    finally:
        subprocess.run(["umount", str(disk)], check=True)
