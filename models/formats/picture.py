"""A picture as it is, PNG or JPEG: one record with one column, `image`. Its pixels are decoded by whoever needs them."""

from __future__ import annotations

from dataclasses import dataclass

from models.columns import TypedColumn
from models.errors import FormatRefused, TooManyRecords
from models.picture_files import Kind, kind_of
from models.table import Table, cut

IMAGE = "image"


@dataclass(frozen=True, slots=True)
class PicturePlaces:
    """There is one place: the picture is all that was sent."""

    def pointer(self, row: int | None, column: str | None) -> str:  # noqa: ARG002
        """The whole body."""
        return ""

    def words(self, row: int | None, column: str | None) -> str:  # noqa: ARG002
        """`the image`, or the name of a column that a picture does not have."""
        return "the image" if column in (None, IMAGE) else f"column {cut(column)!r}"


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """Reads and writes one picture of one kind."""

    kind: Kind
    media_type: str
    suffix: str

    def read(self, data: bytes, *, most: int | None = None) -> Table:
        """One record. FormatRefused when the first bytes are not those of such a picture."""
        if most is not None and most < 1:
            raise TooManyRecords(most)
        if not data:
            raise FormatRefused(f"there are no bytes; expected those of a {self.kind}")
        found = kind_of(data)
        if found != self.kind:
            raise FormatRefused(f"not a {self.kind}" + (f", but a {found}" if found else ""))
        return Table({IMAGE: TypedColumn([data])}, 1, PicturePlaces())

    def write(self, table: Table) -> bytes:
        """The bytes of one record that has nothing but an image."""
        others = ", ".join(cut(name) for name in table.columns if name != IMAGE)
        if others:
            raise FormatRefused(f"a {self.kind} cannot hold {cut(others)}; write .csv or .json")
        cells = table.columns[IMAGE].cells if IMAGE in table.columns else ()
        picture = cells[0] if len(cells) == 1 else None
        if not isinstance(picture, bytes) or kind_of(picture) != self.kind:
            raise FormatRefused(f"a {self.kind} holds one picture of this kind; write .csv or .json")
        return picture
