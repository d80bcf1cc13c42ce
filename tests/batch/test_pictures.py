"""Folders of pictures, and single ones, from the command line."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from batch.writing import NAMED
from models.formats import read_file
from models.judgement import Judgement, judge
from models.repository import Repository
from models.scorer import Scorer
from models.table import Table
from offbeat.cli import main

Run = Callable[..., int]


def tile(path: Path, top: int, stain: int = 0) -> None:
    """A bright bar across a dark tile, as the model knows them; a `stain` of this size it has never seen."""
    pixels = np.full((10, 12), 60, dtype=np.uint8)
    pixels[top : top + 3] = 200
    pixels[8 : 8 + stain, :stain] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    tile(folder / "good.png", 2)
    tile(folder / "line 2" / "good.jpg", 4)
    tile(folder / "stained.png", 4, stain=2)
    return folder


@pytest.fixture
def run(every_repository: Repository) -> Run:
    def offbeat(view: str, data: Path, *more: object) -> int:
        options = ["--repository", str(every_repository.root), "--model", "tiles"]
        return main([view, str(data), *options, *map(str, more)])

    return offbeat


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def pixels(data: bytes | Path) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data) if isinstance(data, bytes) else data))


def test_a_folder_becomes_a_table_with_a_row_for_each_picture(run: Run, photos: Path, tmp_path: Path) -> None:
    assert run("score", photos, "-o", tmp_path / "out.csv") == 0

    found = rows((tmp_path / "out.csv").read_text())
    assert [row["file"] for row in found] == ["good.png", "line 2/good.jpg", "stained.png"]
    assert found[2]["verdict"] == "anomaly"
    assert found[2]["cause"].startswith("rows ")
    assert "image" not in found[0]


def test_a_folder_scores_as_the_library_does(
    run: Run, photos: Path, every_repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    scorer = Scorer(every_repository.open(every_repository.resolve("tiles")))

    assert run("score", photos) == 0

    found = [float(row["anomaly_score"]) for row in rows(capsys.readouterr().out)]
    assert found == pytest.approx(judge(scorer, read_file(photos)).anomaly_score.tolist())


def test_the_strangest_pictures_are_called_by_their_files(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("embed", photos, "-o", tmp_path / "out.json")

    record = json.loads((tmp_path / "out.json").read_bytes())["records"][0]
    assert list(record) == ["file", *(f"latent_{place}" for place in range(6))]
    assert "│ stained.png" in capsys.readouterr().err


@pytest.fixture
def many(photos: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eleven pictures, of which two go through the graph at a time; every third is stained, the later the more."""
    monkeypatch.setattr("models.feed.CHUNK", 2)
    folder = photos.parent / "many"
    for number in range(11):
        tile(folder / f"{number:02}.png", 1 + number % 5, stain=number // 3 if number % 3 == 0 else 0)
    return folder


def test_many_pictures_are_judged_some_at_a_time_and_score_the_same_to_the_last_bit(
    run: Run, many: Path, every_repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = Scorer(every_repository.open(every_repository.resolve("tiles")))
    whole, together = judge(scorer, read_file(many)), []

    def noted(scorer: Scorer, table: Table, *more: Any, **named: Any) -> Judgement:
        together.append(table.rows)
        return judge(scorer, table, *more, **named)

    monkeypatch.setattr("batch.clerk.judge", noted)
    for view in ("score", "embed", "reconstruct"):
        assert run(view, many, "-o", tmp_path / f"{view}.csv") == 0

    score, embed, rebuilt = (
        rows((tmp_path / f"{view}.csv").read_text()) for view in ("score", "embed", "reconstruct")
    )
    assert together == [2, 2, 2, 2, 2, 1] * 3
    assert [float(row["anomaly_score"]) for row in score] == whole.anomaly_score.tolist()
    assert [float(row["latent_0"]) for row in embed] == whole.latent[:, 0].tolist()
    assert [row["expected_image"] for row in rebuilt] == [whole.expected(row)["image"] for row in range(11)]


def test_the_strangest_of_many_pictures_are_those_of_all(
    run: Run, many: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("embed", many, "-o", tmp_path / "out.csv")

    told = capsys.readouterr().err
    assert "tiles@1: 11 records  normal 8  anomaly 3  unknown 0" in told
    assert re.findall(r"│ (\d\d).png", told)[:3] == ["09", "06", "03"]


def test_the_last_of_many_pictures_alone_has_the_row_it_has_among_all(
    run: Run, many: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("score", many)
    every = rows(capsys.readouterr().out)

    run("score", many, "--last-only")

    (last,) = rows(capsys.readouterr().out)
    assert (last["file"], last["verdict"]) == (every[-1]["file"], every[-1]["verdict"])
    assert float(last["score"]) == pytest.approx(float(every[-1]["score"]))


def test_all_pictures_that_cannot_be_judged_are_counted_however_many_go_together(
    run: Run, many: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (3, 4, 9):
        (many / f"{number:02}.png").write_bytes(b"no picture")

    assert run("reconstruct", many, "-o", tmp_path / "clean") == 1

    assert capsys.readouterr().err == (
        f"offbeat reconstruct: {many}: 03.png: not a PNG or JPEG picture; convert it to one of them (and 2 more)\n"
    )
    assert not (tmp_path / "clean").exists()


def test_a_single_picture_has_one_row(run: Run, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("score", photos / "stained.png") == 0

    (row,) = rows(capsys.readouterr().out)
    assert row["verdict"] == "anomaly"


def test_a_folder_is_rebuilt_as_a_folder_of_pngs(run: Run, photos: Path, tmp_path: Path) -> None:
    clean = tmp_path / "deep" / "clean"

    assert run("reconstruct", photos, "-o", clean) == 0

    made = sorted(path.relative_to(clean).as_posix() for path in clean.rglob("*") if path.is_file())
    assert made == ["good.png", "line 2/good.png", "stained.png"]
    assert pixels(clean / "stained.png").shape == (10, 12)
    assert pixels(clean / "stained.png")[8:, :2].mean() < 120 < pixels(photos / "stained.png")[8:, :2].mean()


def test_a_single_picture_is_rebuilt_as_a_png(
    run: Run, photos: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run("reconstruct", photos, "-o", tmp_path / "clean")

    assert run("reconstruct", photos / "good.png", "-o", tmp_path / "clean.png") == 0

    expected = pixels(tmp_path / "clean" / "good.png").tolist()
    assert pixels(tmp_path / "clean.png").tolist() == expected


def test_a_rebuilt_picture_can_be_piped(
    run: Run, photos: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    run("reconstruct", photos / "good.png", "-o", tmp_path / "clean.png")

    assert run("reconstruct", photos / "good.png") == 0

    assert capsysbinary.readouterr().out == (tmp_path / "clean.png").read_bytes()


def test_rebuilt_pictures_can_be_cells_of_a_table(run: Run, photos: Path, tmp_path: Path) -> None:
    run("reconstruct", photos, "-o", tmp_path / "clean")

    assert run("reconstruct", photos, "-o", tmp_path / "clean.csv") == 0

    for row in rows((tmp_path / "clean.csv").read_text()):
        file = (tmp_path / "clean" / row["file"]).with_suffix(".png")
        assert base64.b64decode(row["expected_image"]) == file.read_bytes()


def test_two_pictures_that_would_become_one_are_refused(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tile(photos / "good.jpg", 2)

    assert run("reconstruct", photos, "-o", tmp_path / "clean") == 1

    assert capsys.readouterr().err == (
        "offbeat reconstruct: good.jpg and good.png would both become good.png; rename one of them\n"
    )
    assert not (tmp_path / "clean").exists()


def test_a_picture_that_cannot_be_written_is_named_and_the_others_stay_whole(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = tmp_path / "clean"
    (clean / "stained.png" / "in the way").mkdir(parents=True)

    assert run("reconstruct", photos, "-o", clean) == 1

    assert capsys.readouterr().err == (
        f"offbeat reconstruct: cannot write {clean / 'stained.png'}: Is a directory; 2 pictures were written\n"
    )
    assert not list(clean.rglob(".*"))


OUTPUTS = [
    ("reconstruct", "photos", None, "name a folder for the rebuilt pictures: -o FOLDER"),
    ("reconstruct", "photos", "photos", "the rebuilt pictures would replace those in {photos}; name another folder"),
    ("reconstruct", "photos", "photos/clean", "{photos/clean} lies in {photos}, whose pictures are rebuilt; name a folder outside of it"),
    ("reconstruct", "photos", "photos/../photos/line 2",
     "{photos/../photos/line 2} lies in {photos}, whose pictures are rebuilt; name a folder outside of it"),
    ("reconstruct", "photos", "linked/clean", "{linked/clean} lies in {photos}, whose pictures are rebuilt; name a folder outside of it"),
    ("reconstruct", "photos/line 2", "photos",
     "{photos/line 2}, whose pictures are rebuilt, lies in {photos}; name another folder"),
    ("reconstruct", "photos", "there", "{there} is a file; name a folder for the rebuilt pictures"),
    ("reconstruct", "photos", "clean.png", "{photos} is a folder of pictures and {clean.png} would be one; name a folder"),
    ("reconstruct", "photos/good.png", "clean.jpg",
     f"cannot write {{clean.jpg}}; a rebuilt picture is a .png, or a cell of {NAMED}"),
    ("score", "photos", "verdicts", f"cannot write {{verdicts}}; name a file that ends in {NAMED}"),
    ("score", "photos/good.png", "verdicts.png", f"cannot write {{verdicts.png}}; name a file that ends in {NAMED}"),
    ("score", "photos", "none/out.csv", "cannot write {none/out.csv}: No such file or directory; nothing was changed"),
]  # fmt: skip


@pytest.mark.parametrize("case", OUTPUTS, ids=[f"{case[0]} {case[1]} to {case[2]}" for case in OUTPUTS])
def test_an_output_of_the_wrong_form_is_refused_in_one_line(
    case: tuple[str, str, str | None, str], run: Run, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (view, data, output, message), home = case, photos.parent
    (home / "there").write_text("what was there before")
    (home / "linked").symlink_to(photos)
    before = sorted(home.rglob("*"))

    code = run(view, home / data, *(("-o", home / output) if output else ()))

    told = message.replace("{", f"{home}/").replace("}", "")
    assert code == 1
    assert capsys.readouterr().err == f"offbeat {view}: {told}\n"
    assert sorted(home.rglob("*")) == before


def test_a_picture_is_not_thrown_at_a_terminal(
    run: Run, photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    assert run("reconstruct", photos / "good.png") == 1

    assert capsys.readouterr().err == (
        "offbeat reconstruct: a picture is nothing for a terminal; name a file: -o FILE.png\n"
    )
