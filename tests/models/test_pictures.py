"""Pictures in cells: which are read, what is said of those that are not, and that none of them can fill the memory."""

from __future__ import annotations

import base64
import io
import itertools
import json
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, features
from pydantic import ValidationError

from models.encoding import encode
from models.errors import TableMismatch
from models.features import FeatureSchema, ImageFeature, NumericFeature
from models.formats.json_text import JsonFormat, JsonPlaces, typed
from models.pictures import Header, PictureRefused, as_text, decode, encode_png, error_map, header
from models.table import Table

HEIGHT, WIDTH = 24, 32
COLOUR = ImageFeature(name="image", height=HEIGHT, width=WIDTH, channels=3)
GREY = ImageFeature(name="image", height=HEIGHT, width=WIDTH, channels=1)
COLOURS = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
GREYS = COLOURS[:, :, :1]
ORIENTATION = 274
MEGABYTES = 20

DAMAGED = "the picture is damaged or cut off"
ALPHA = "the picture has an alpha channel; send it without"
NEITHER = "not a PNG or JPEG picture; convert it to one of them"
NOT_TEXT = "expected a picture (the base64 text of a PNG or JPEG), got "


def saved(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(COLOURS).convert(mode).save(out, kind, **options)
    return out.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I4s", len(content), name) + content + struct.pack(">I", checksum)


def with_chunks(png: bytes, *chunks: bytes) -> bytes:
    """After the header."""
    return png[:33] + b"".join(chunks) + png[33:]


def of_size(width: int, height: int) -> bytes:
    """A PNG that says so, with the pixels of another."""
    content = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PNG[:8] + chunk(b"IHDR", content) + PNG[33:]


def animated() -> bytes:
    still = Image.fromarray(COLOURS)
    return saved("PNG", save_all=True, append_images=[still.rotate(90)])


def sixteen_bits() -> bytes:
    out = io.BytesIO()
    Image.fromarray(COLOURS[:, :, 0].astype(np.uint16) * 200).save(out, "PNG")
    return out.getvalue()


def scans(jpeg: bytes, times: int) -> bytes:
    """A progressive JPEG with its first scan again and again."""
    first, second = (match for match in itertools.islice(_places(jpeg, b"\xff\xda"), 2))
    return jpeg[:-2] + jpeg[first:second] * times + jpeg[-2:]


def _places(data: bytes, part: bytes) -> Iterator[int]:
    at = data.find(part)
    while at >= 0:
        yield at
        at = data.find(part, at + 1)


PNG, JPEG, PROGRESSIVE = saved("PNG"), saved("JPEG"), saved("JPEG", progressive=True)
FRAME = JPEG.index(b"\xff\xc0")


def detail_of(cell: object, feature: ImageFeature = COLOUR) -> str:
    with pytest.raises(PictureRefused) as refused:
        decode(cell, feature)
    return refused.value.detail


@pytest.mark.parametrize("cell", [PNG, as_text(PNG), f"data:image/png;base64,{as_text(PNG)}"])
def test_a_cell_is_bytes_or_their_base64_text(cell: object) -> None:
    assert np.array_equal(decode(cell, COLOUR), COLOURS)
    assert header(cell) == Header(HEIGHT, WIDTH, 3)


def test_base64_text_may_be_broken_into_lines() -> None:
    text = base64.encodebytes(PNG).decode()

    assert "\n" in text
    assert np.array_equal(decode(text, COLOUR), COLOURS)
    assert np.array_equal(decode(text.replace("\n", "\r\n"), COLOUR), COLOURS)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True}, {"subsampling": 0}])
def test_a_jpeg_is_read_as_pillow_reads_it(options: dict[str, Any]) -> None:
    jpeg = saved("JPEG", **options)

    assert np.array_equal(decode(jpeg, COLOUR), np.asarray(Image.open(io.BytesIO(jpeg))))


def test_grey_becomes_colour_without_loss() -> None:
    assert np.array_equal(decode(encode_png(GREYS), GREY), GREYS)
    assert np.array_equal(decode(encode_png(GREYS), COLOUR), np.repeat(GREYS, 3, axis=2))


@pytest.mark.parametrize(("mode", "feature"), [("1", GREY), ("L", GREY), ("1", COLOUR), ("P", COLOUR)])
def test_fewer_bits_and_palettes_are_spread_out(mode: str, feature: ImageFeature) -> None:
    wanted = Image.fromarray(COLOURS).convert(mode).convert("RGB" if feature is COLOUR else "L")

    assert np.array_equal(decode(saved("PNG", mode), feature), np.asarray(wanted).reshape(feature.shape))


def test_pixels_are_as_stored_whatever_a_file_says_of_orientation_and_profile() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    turned = saved("JPEG", exif=exif.tobytes(), icc_profile=b"no profile" * 10_000, comment=b"hello")

    assert np.array_equal(decode(turned, COLOUR), decode(JPEG, COLOUR))
    assert np.array_equal(decode(with_chunks(PNG, chunk(b"gAMA", b"\0\0\0\1")), COLOUR), COLOURS)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("cell", "detail"),
    [
        (of_size(31, 24), "the picture is 31 x 24 pixels (width x height), but the model takes 32 x 24"),
        (of_size(24, 32), "the picture is 24 x 32 pixels (width x height), but the model takes 32 x 24"),
        (saved("PNG", "RGBA"), ALPHA),
        (saved("PNG", "LA"), ALPHA),
        (saved("PNG", "P", transparency=3), ALPHA),
        (saved("PNG", "RGB", transparency=(1, 2, 3)), ALPHA),
        (sixteen_bits(), "the picture has 16 bits a channel; send it with 8"),
        (
            JPEG[: FRAME + 4] + b"\x0c" + JPEG[FRAME + 5 :],
            "the picture has 12 bits a channel; send it with 8",
        ),
        (saved("JPEG", "CMYK"), "the picture has CMYK colours; send it in RGB or greyscale"),
        (animated(), "the picture is animated; send a single frame"),
        (scans(PROGRESSIVE, 300), "the picture is a JPEG of more than 200 scans; save it again"),
        (saved("GIF"), NEITHER),
        (saved("WEBP") if features.check("webp") else b"RIFF", NEITHER),
        (b"a,b\n1,2\n", NEITHER),
        (b"\0", NEITHER),
        ("aGVsbG8=", NEITHER),
        ("data:image/png;base64,aGVsbG8=", NEITHER),
        ("data:image/svg+xml,<svg/>", f'{NOT_TEXT}"data:image/svg+xml,<svg/>"'),
        ("cats/1.png", f'{NOT_TEXT}"cats/1.png"'),
        (as_text(PNG)[:-1], f'{NOT_TEXT}"{as_text(PNG)[:39]}…'),
        ("grün", f'{NOT_TEXT}"gr\\u00fcn"'),
        (7, f"{NOT_TEXT}7"),
        (None, f"{NOT_TEXT}null"),
        ([1, 2], f"{NOT_TEXT}an array"),
    ],
)
def test_a_picture_that_is_not_taken_is_told_in_one_line(cell: object, detail: str) -> None:
    assert detail_of(cell) == detail


def test_colours_are_not_made_grey() -> None:
    told = "the picture has colours, but the model takes grey ones; convert it to greyscale"

    assert detail_of(PNG, GREY) == detail_of(JPEG, GREY) == detail_of(saved("PNG", "P"), GREY) == told


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("file", [PNG, JPEG, PROGRESSIVE, saved("PNG", "P")])
def test_a_picture_that_is_cut_off_anywhere_is_refused(file: bytes) -> None:
    kept = range(8, len(file), 7)

    assert {detail_of(file[:length]) for length in kept} == {DAMAGED}


@pytest.mark.filterwarnings("error")
def test_a_changed_byte_makes_no_error_of_another_kind() -> None:
    chance = random.Random(7)
    for number in range(2000):
        file = bytearray((PNG, JPEG, PROGRESSIVE)[number % 3])
        for _ in range(chance.randint(1, 3)):
            file[chance.randrange(len(file))] = chance.randrange(256)
        with suppress(PictureRefused):
            assert decode(bytes(file), COLOUR).shape == COLOUR.shape


def test_a_changed_byte_among_the_pixels_of_a_png_is_noticed() -> None:
    place = PNG.index(b"IDAT") + 20

    assert detail_of(PNG[:place] + bytes([PNG[place] ^ 1]) + PNG[place + 1 :]) == DAMAGED


@pytest.mark.parametrize(
    "file",
    [
        with_chunks(PNG, PNG[8:33]),
        PNG[:8] + PNG[33:],
        of_size(0, 24),
        JPEG[:FRAME] + JPEG[FRAME : FRAME + 19] * 2 + JPEG[FRAME + 19 :],
        JPEG[: FRAME + 5] + b"\0\0" + JPEG[FRAME + 7 :],
        JPEG[:2] + b"\xff\xe1\0\1" + JPEG[2:],
        JPEG[:20] + b"\0" + JPEG[20:],
    ],
    ids=["two headers", "no header", "no width", "two frames", "no height", "short segment", "junk"],
)
def test_a_file_that_contradicts_itself_is_damaged(file: bytes) -> None:
    assert detail_of(file) == DAMAGED


def test_a_huge_size_is_refused_by_the_header() -> None:
    bomb = of_size(60_000, 60_000)
    declared = "the picture is 60000 x 60000 pixels (width x height); at most 64,000,000 are read"

    assert detail_of(bomb) == declared
    with pytest.raises(PictureRefused) as refused:
        header(bomb)
    assert refused.value.detail == declared


def test_no_bomb_takes_memory(tmp_path: Path) -> None:
    huge = zlib.compress(bytes(100 << 20), 9)
    many = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(1 << 20), 9)) * 60
    frame = struct.pack(">BBHBHHB", 0xFF, 0xC0, 17, 8, 65500, 65500, 3) + JPEG[FRAME + 10 : FRAME + 19]
    bombs = {
        "declared": of_size(60_000, 60_000),
        "declared jpeg": JPEG[:FRAME] + frame + JPEG[FRAME + 19 :],
        "text": with_chunks(PNG, chunk(b"zTXt", b"k\0\0" + huge)),
        "texts": with_chunks(PNG, many),
        "unicode": with_chunks(PNG, chunk(b"iTXt", b"k\0\1\0\0\0" + huge)),
        "profile": with_chunks(PNG, chunk(b"iCCP", b"k\0\0" + huge)),
        "text at the end": PNG[:-12] + many + PNG[-12:],
        "pixels": PNG[:33] + chunk(b"IDAT", huge) + PNG[-12:],
        "segments": JPEG[:2] + b"\xff\xe1\0\2" * 500_000 + JPEG[2:],
    }
    (tmp_path / "good").write_bytes(PNG)
    for number, bomb in enumerate(bombs.values()):
        (tmp_path / str(number)).write_bytes(bomb)

    told = json.loads(
        subprocess.run(
            [sys.executable, "-W", "error", "-c", PEAK, *(str(tmp_path / str(n)) for n in range(len(bombs)))],
            input=str(tmp_path / "good"),
            capture_output=True,
            check=True,
            text=True,
            cwd=Path(__file__).parents[2],
        ).stdout
    )

    assert dict(zip(bombs, told["said"], strict=True)) == {
        "declared": "the picture is 60000 x 60000 pixels (width x height); at most 64,000,000 are read",
        "declared jpeg": "the picture is 65500 x 65500 pixels (width x height); at most 64,000,000 are read",
        "text": None,  # read as if its texts were not there: they are never unpacked
        "texts": None,
        "unicode": None,
        "profile": None,
        "text at the end": None,
        "pixels": None,
        "segments": DAMAGED,
    }
    assert told["peak"] - told["before"] < MEGABYTES * 1024


# The peak that getrusage tells is handed down from the process that started this one.
PEAK = """
import json, pathlib, re, sys
from models.features import ImageFeature
from models.pictures import PictureRefused, decode

def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1])

def said(path):
    try:
        decode(pathlib.Path(path).read_bytes(), feature)
    except PictureRefused as refused:
        return refused.detail

feature = ImageFeature(name="image", height=24, width=32, channels=3)
said(input())
before = peak()
print(json.dumps({"said": [said(path) for path in sys.argv[1:]], "before": before, "peak": peak()}))
"""


@pytest.mark.parametrize("pixels", [COLOURS, GREYS, GREYS[:, :, 0], COLOURS[::2, ::2]])
def test_pixels_are_written_as_they_are_read(pixels: np.ndarray) -> None:
    png = encode_png(pixels)

    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png))), pixels.squeeze())
    assert base64.b64decode(as_text(png)) == png


@pytest.mark.parametrize(
    ("attribution", "greys"),
    [
        ([[0.0, 1.0], [2.0, 4.0]], [[0, 64], [128, 255]]),
        ([[0.0, 0.0]], [[0, 0]]),
        ([[0.0, 1e-300]], [[0, 255]]),
        ([[np.nan, np.inf, 3.0]], [[0, 0, 255]]),
        ([[1e308, 5e307]], [[255, 128]]),
    ],
)
def test_an_error_map_is_white_where_it_is_largest(attribution: list[Any], greys: list[Any]) -> None:
    read = np.asarray(Image.open(io.BytesIO(error_map(np.array(attribution)))))

    assert read.tolist() == greys


def columns(feature: ImageFeature = COLOUR) -> FeatureSchema:
    return FeatureSchema(features=(feature,), passthrough=("file",))


def table_of(*cells: object) -> Table:
    return Table(typed({"image": cells}), len(cells), JsonPlaces("records", {}))


def test_a_schema_of_images_names_them() -> None:
    schema = FeatureSchema.model_validate_json(columns().model_dump_json())

    assert schema.names == ("image",)
    assert schema.images == (COLOUR,)
    assert (schema.numeric, schema.categorical) == ((), ())
    assert schema.images[0].shape == (HEIGHT, WIDTH, 3)


def test_an_image_stands_alone() -> None:
    other = NumericFeature(name="flow", typical=1.0, minimum=0.0, maximum=2.0, lowest=0.0, highest=2.0)

    for beside in (other, COLOUR.model_copy(update={"name": "other"})):
        with pytest.raises(ValidationError, match="an image stands alone"):
            FeatureSchema(features=(COLOUR, beside))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"channels": 4}, "Input should be 1 or 3"),
        ({"height": 0}, "greater than 0"),
        ({"width": 8.0}, "valid integer"),
        ({"height": 10**6, "width": 10**6}, "at most 64,000,000 pixels"),
    ],
)
def test_an_image_feature_has_a_size_that_is_read(edit: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ImageFeature.model_validate({"name": "image", "height": 8, "width": 8, "channels": 1} | edit)


@pytest.mark.parametrize("empty", [None, "", " ", b""])
def test_an_empty_cell_is_a_missing_picture(empty: object) -> None:
    encoded = encode(table_of(PNG, empty), columns())

    assert encoded.missing.tolist() == [[False], [True]]
    assert encoded.image is not None
    assert encoded.image[1].max() == 0
    with pytest.raises(TableMismatch, match="absent from every record"):
        columns().check(table_of(empty, empty))


def test_pictures_are_encoded_row_by_row() -> None:
    encoded = encode(table_of(PNG, as_text(encode_png(GREYS))), columns())

    assert encoded.image is not None
    assert encoded.image.dtype == np.uint8
    assert np.array_equal(encoded.image[0], COLOURS)
    assert np.array_equal(encoded.image[1], np.repeat(GREYS, 3, axis=2))
    assert (encoded.numeric.shape, encoded.categorical.shape) == ((2, 0), (2, 0))
    assert encoded.not_finite.tolist() == [[False], [False]]
    assert list(encoded.feed(slice(0, 1))) == ["image"]


def test_pictures_are_taken_by_a_slice_and_by_number() -> None:
    encoded = encode(table_of(None, PNG, PNG), columns())

    for part in (slice(0, 2), np.array([0, 1])):
        taken = encoded.take(part)
        assert taken.missing.tolist() == [[True], [False]]
        assert taken.image is not None
        assert np.array_equal(taken.image[1], COLOURS)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (lambda good: {"records": [{"image": good}] * 3 + [{"image": "hello"}]}, "/records/3/image"),
        (lambda good: {"columns": {"image": [good, "hello"]}}, "/columns/image/1"),
        (lambda good: {"features": ["image"], "rows": [["hello"], [good]]}, "/rows/0/0"),
    ],
)
def test_a_bad_picture_is_told_with_its_place(body: Callable[[str], Any], pointer: str) -> None:
    table = JsonFormat().read(json.dumps(body(as_text(PNG))).encode())

    with pytest.raises(TableMismatch) as refused:
        encode(table, columns())

    assert [(each.pointer, each.detail) for each in refused.value.mismatches] == [
        (pointer, f'{NOT_TEXT}"hello"')
    ]


def test_a_picture_is_neither_a_number_nor_a_category() -> None:
    column = table_of(PNG).columns["image"]

    assert [bad.detail for bad in column.numbers().bad] == ["expected a number, got a picture"]
    assert [bad.detail for bad in column.categories().bad] == ["expected a category, got a picture"]
