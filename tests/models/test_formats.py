"""Pictures as files, as bodies and as folders."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from models.errors import FormatRefused, TableMismatch
from models.features import FeatureSchema, NumericFeature
from models.formats import FORMATS, of_file, of_media_type, read_file
from models.formats.csv_text import CsvFormat
from models.formats.folder import read_folder
from models.formats.json_text import JsonPlaces, typed
from models.pictures import encode_png
from models.table import Table

PNG = encode_png(np.zeros((2, 3, 3), dtype=np.uint8))
JPEG = b"\xff\xd8\xff\xe0 and the rest"
KINDS = [("png", PNG), ("jpeg", JPEG)]


def table_of(**columns: object) -> Table:
    rows = len(next(iter(columns.values()), ()))  # type: ignore[call-overload]
    return Table(typed(columns), rows, JsonPlaces("records", {}))  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "data"), KINDS)
def test_a_picture_is_one_record_with_an_image(kind: str, data: bytes) -> None:
    table = FORMATS[kind].read(data)

    assert table.rows == 1
    assert {name: list(column.cells) for name, column in table.columns.items()} == {"image": [data]}
    assert FORMATS[kind].write(table) == data


def test_a_picture_format_is_found_by_media_type_and_by_suffix() -> None:
    assert of_media_type("image/png") is FORMATS["png"]
    assert of_media_type("image/jpeg; q=1") is FORMATS["jpeg"]
    assert of_file(Path("a.PNG")) is FORMATS["png"]
    assert of_file(Path("a.jpg")) is of_file(Path("a.jpeg")) is FORMATS["jpeg"]


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        ("png", b"", "there are no bytes; expected those of a PNG"),
        ("png", JPEG, "not a PNG, but a JPEG"),
        ("jpeg", PNG, "not a JPEG, but a PNG"),
        ("jpeg", b"a,b\n1,2\n", "not a JPEG"),
        ("png", PNG[:7], "not a PNG"),
    ],
)
def test_bytes_that_are_no_such_picture_are_refused(kind: str, data: bytes, message: str) -> None:
    with pytest.raises(FormatRefused) as refused:
        FORMATS[kind].read(data)

    assert str(refused.value) == message


def test_the_place_in_a_picture_is_all_of_it() -> None:
    table = FORMATS["png"].read(PNG)

    for row, column in ((0, "image"), (0, None), (None, "image"), (None, None)):
        assert table.mismatch(row, column, "is grey") == ("", "the image", "is grey")
    assert table.mismatch(None, "flow", "is absent") == ("", "column 'flow'", "is absent")


def test_a_model_of_numbers_says_what_it_does_not_know() -> None:
    flow = NumericFeature(name="flow", typical=1.0, minimum=0.0, maximum=2.0, lowest=0.0, highest=2.0)

    with pytest.raises(TableMismatch, match='the image: the model knows no column "image"'):
        FeatureSchema(features=(flow,)).check(FORMATS["png"].read(PNG))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (table_of(image=[PNG], verdict=["normal"]), "a PNG cannot hold verdict; write .csv or .json"),
        (table_of(image=[PNG, PNG]), "a PNG holds one picture of this kind; write .csv or .json"),
        (table_of(image=[JPEG]), "a PNG holds one picture of this kind; write .csv or .json"),
        (table_of(image=["iVBORw0KGgo="]), "a PNG holds one picture of this kind; write .csv or .json"),
        (
            Table({}, 0, JsonPlaces("records", {})),
            "a PNG holds one picture of this kind; write .csv or .json",
        ),
    ],
)
def test_a_picture_file_holds_nothing_else(table: Table, message: str) -> None:
    with pytest.raises(FormatRefused) as refused:
        FORMATS["png"].write(table)

    assert str(refused.value) == message


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.png", "a/2.JPG", "a/10.jpeg", "a/.hidden.png", ".cache/c.png", "notes.txt"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PNG + name.encode())
    return tmp_path / "photos"


def test_a_folder_is_a_record_for_each_picture_in_it_and_below(folder: Path) -> None:
    table = read_folder(folder)

    names = ["a/10.jpeg", "a/2.JPG", "b.png"]
    assert list(table.columns) == ["file", "image"]
    assert list(table.columns["file"].cells) == names
    assert list(table.columns["image"].cells) == [PNG + name.encode() for name in names]
    assert read_file(str(folder)).rows == table.rows == 3


def test_the_place_in_a_folder_is_a_file(folder: Path) -> None:
    table = read_folder(folder)

    assert table.mismatch(1, "image", "is grey") == ("/records/1/image", "a/2.JPG", "is grey")
    assert table.mismatch(0, "file", "is odd") == ("/records/0/file", "a/10.jpeg, column 'file'", "is odd")
    assert table.mismatch(None, "flow", "is absent") == ("/records", "column 'flow'", "is absent")
    assert table.mismatch(None, None, "is odd") == ("/records", "", "is odd")


def test_a_folder_without_pictures_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(FormatRefused) as refused:
        read_file(tmp_path / "empty")

    assert str(refused.value) == (
        f"{tmp_path}/empty is a directory without pictures (.png, .jpg); name a file in it"
    )


def test_a_picture_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "c.png").symlink_to("gone.png")

    with pytest.raises(FormatRefused, match=r"cannot read .*/photos/c\.png: No such file or directory"):
        read_folder(folder)


def test_a_pipe_is_no_picture(folder: Path) -> None:
    os.mkfifo(folder / "c.png")

    with pytest.raises(FormatRefused, match=r"cannot read .*/photos/c\.png: not a file"):
        read_folder(folder)


def test_a_name_that_is_no_text_can_still_be_written(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.png")).write_bytes(PNG)

    file = read_folder(folder).columns["file"]

    assert file.cells[-1] == "\ufffd.png"
    assert CsvFormat().write(table_of(file=file.cells)).decode().endswith("\ufffd.png\n")


def test_one_picture_is_read_by_its_name(folder: Path) -> None:
    assert list(read_file(folder / "b.png").columns) == ["image"]
    with pytest.raises(FormatRefused, match=r"2\.JPG: not a JPEG, but a PNG"):
        read_file(folder / "a" / "2.JPG")
