"""A cell that is a picture (PNG or JPEG, as bytes or base64 text) to pixels, and pixels back to PNG. Knows no tables.

Pixels are taken as they are stored: EXIF orientation, colour profiles and gamma are left aside, in training and in
serving alike. Only what makes pixels reaches the decoder, so nothing else in a file is ever unpacked.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.columns import expected
from models.picture_files import DAMAGED, Header, PictureFile, PictureRefused, read_picture

__all__ = ["Header", "PictureRefused", "as_text", "decode", "encode_png", "error_map", "header"]
Pixels = NDArray[np.uint8]
WANTED = "a picture (the base64 text of a PNG or JPEG)"
DATA_URL = re.compile(r"\s*data:[^,]{0,100};base64,", re.IGNORECASE)
BLANKS = b" \t\r\n"  # `base64 picture.png` breaks its lines


class Shape(Protocol):
    """What a model takes; pixels, and 1 channel (grey) or 3 (red, green, blue)."""

    @property
    def height(self) -> int:
        """Rows of pixels."""
        ...

    @property
    def width(self) -> int:
        """Pixels in a row."""
        ...

    @property
    def channels(self) -> int:
        """1 or 3."""
        ...


def header(cell: object) -> Header:
    """What a picture says of itself, no pixel decoded. PictureRefused for one that no model takes."""
    return _file(cell).header


def decode(cell: object, shape: Shape) -> Pixels:
    """The pixels of a cell, (height, width, channels); grey becomes red = green = blue where the model wants colours.

    PictureRefused with what is wrong; a picture of another size is never decoded.
    """
    file = _file(cell)
    found = file.header
    if (found.height, found.width) != (shape.height, shape.width):
        taken = f"{shape.width} x {shape.height}"
        raise PictureRefused(
            f"the picture is {found.width} x {found.height} pixels (width x height), but the model takes {taken}"
        )
    if found.channels > shape.channels:
        raise PictureRefused(
            "the picture has colours, but the model takes grey ones; convert it to greyscale"
        )
    return _pixels(file, "RGB" if shape.channels == 3 else "L").reshape(found.height, found.width, -1)  # noqa: PLR2004


def encode_png(pixels: Pixels) -> bytes:
    """A PNG of (height, width) or (height, width, 1) greys, or of (height, width, 3) colours."""
    grey = pixels[:, :, 0] if pixels.shape[2:] == (1,) else pixels
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(grey, dtype=np.uint8)).save(out, "PNG")
    return out.getvalue()


def error_map(attribution: NDArray[np.floating]) -> bytes:
    """A greyscale PNG of (height, width) attributions >= 0: the largest is white, 0 and what is not finite are black."""
    known = np.nan_to_num(attribution.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0).clip(min=0)
    most = known.max(initial=0.0)
    return encode_png(np.rint(known / most * 255 if most > 0 else known).astype(np.uint8))


def as_text(png: bytes) -> str:
    """Base64, as JSON carries a picture."""
    return base64.b64encode(png).decode("ascii")


def _file(cell: object) -> PictureFile:
    return read_picture(cell if isinstance(cell, bytes) else _bytes(cell))


def _bytes(cell: object) -> bytes:
    if not isinstance(cell, str):
        raise PictureRefused(expected(WANTED, cell))
    url = DATA_URL.match(cell)
    try:
        text = cell[url.end() if url else 0 :].encode("ascii").translate(None, BLANKS)
        return base64.b64decode(text, validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise PictureRefused(expected(WANTED, cell)) from None


def _pixels(file: PictureFile, mode: str) -> Pixels:
    try:
        with _opened(file) as image:
            return np.array(image.convert(mode))
    except Exception:  # Pillow's decoders raise whatever they stumble over
        raise PictureRefused(DAMAGED) from None


def _opened(file: PictureFile) -> Image.Image:
    """Not a pixel is decoded yet, nor memory taken for any."""
    image = Image.open(io.BytesIO(file.data), formats=(file.kind,))
    if image.size != (file.header.width, file.header.height):
        raise PictureRefused(DAMAGED)
    return image
