"""Explain pictures: which regions made a score, what was expected there, and a map of the errors. Knows no verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.encoding import Encoded
from models.explanation import Contribution, Value, direction, shares
from models.features import FeatureSchema
from models.pictures import as_text, encode_png, error_map
from models.scorer import Scores

ALONG = 8  # regions along a side, or as many as it has pixels


@dataclass(frozen=True)
class PictureExplanation:
    """A picture is explained by the regions of a grid, named by their pixels: `rows 0-7, columns 8-15`."""

    columns: FeatureSchema
    encoded: Encoded
    scores: Scores

    def contributions_of(self, rows: slice, top: int) -> list[list[Contribution]]:
        """The regions that add most, with their mean brightness (0 to 255) as it is and as expected."""
        return [self._contributions(row, top) for row in range(self.encoded.rows)[rows]]

    def _contributions(self, row: int, top: int) -> list[Contribution]:
        ranked = np.argsort(-self._shares[row], kind="stable")[:top]
        return [self._contribution(row, int(place)) for place in ranked if self._shares[row, place] > 0]

    def actual_of(self, rows: slice) -> list[dict[str, Value]]:
        """The pictures as they were read, as base64 of a PNG."""
        (name,) = self.columns.names
        pictures = () if self.encoded.image is None else self.encoded.image[rows]
        return [{name: as_text(encode_png(pixels))} for pixels in pictures]

    def expected_of(self, rows: slice) -> list[dict[str, Value]]:
        """The pictures as the model would have them, as base64 of a PNG."""
        (name,) = self.columns.names
        return [{name: as_text(encode_png(pixels))} for pixels in self.scores.expected[rows]]

    def imputed(self, row: int) -> list[str]:
        """A picture that is not there."""
        return list(self.columns.names) if self.encoded.missing[row].any() else []

    def warnings(self, row: int) -> list[str]:  # noqa: ARG002
        """A picture of the right size has nothing to be warned of."""
        return []

    def warned(self) -> list[int]:
        """None."""
        return []

    def error_map(self, row: int) -> str:
        """White where the picture is strangest, as base64 of a PNG."""
        return as_text(error_map(self.scores.attribution[row]))

    @cached_property
    def _regions(self) -> list[tuple[slice, slice]]:
        height, width = self.scores.attribution.shape[1:]
        return [(down, across) for down in _cut(height) for across in _cut(width)]

    @cached_property
    def _shares(self) -> NDArray[np.float64]:
        """(rows, regions)."""
        sums = [self.scores.attribution[:, down, across].sum(axis=(1, 2)) for down, across in self._regions]
        return shares(np.stack(sums, axis=1))

    def _contribution(self, row: int, place: int) -> Contribution:
        down, across = self._regions[place]
        name = f"rows {down.start}-{down.stop - 1}, columns {across.start}-{across.stop - 1}"
        image = self.encoded.image
        actual = float(image[row, down, across].mean()) if image is not None else 0.0
        expected = float(self.scores.expected[row, down, across].mean())
        return Contribution(
            name, actual, expected, float(self._shares[row, place]), direction(actual, expected)
        )


def _cut(side: int) -> list[slice]:
    edges = np.linspace(0, side, min(ALONG, side) + 1).round().astype(int).tolist()
    return [slice(start, stop) for start, stop in pairwise(edges)]
