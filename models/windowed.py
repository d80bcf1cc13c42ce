"""Windowed: encoded records seen through windows, as the graph takes them. Knows no tables."""

from __future__ import annotations

from dataclasses import dataclass

from models.encoding import Encoded
from models.feed import Inputs
from models.windows import Frames


@dataclass(frozen=True, slots=True)
class Windowed:
    """One sample for each whole window; gathered when asked for, since windows overlap."""

    encoded: Encoded
    frames: Frames

    @property
    def rows(self) -> int:
        """How many windows."""
        return self.frames.windows

    def feed(self, part: slice) -> Inputs:
        """(rows, length, features) of numbers and of codes, as far as the model has such features."""
        numeric, categorical = self.frames.gather(self.encoded.numeric, self.encoded.categorical, part)
        inputs: Inputs = {"numeric": numeric, "categorical": categorical}
        return {name: values for name, values in inputs.items() if values.shape[-1]}
