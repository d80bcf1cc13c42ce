"""Numbers of a body as one array, and the columns of a table that are made of it. Knows no JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.cells import LaterCells
from models.columns import Column, Mask, Numbers, TypedColumn
from models.table import WholeColumns

Matrix = NDArray[np.float64]


class Grid(NamedTuple):
    """Numbers of a body. values: (rows, names). `cells` gives those of a column as they came; `others`: all other keys."""

    shape: str
    names: list[str]
    values: Matrix
    cells: Callable[[int], Sequence[Any]]
    others: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class GridColumns(WholeColumns):
    """The columns of a grid, each made when it is asked for. `matrix` has all of them, without one for each."""

    grid: Grid
    places: Mapping[str, int]
    none_missing: Mask
    made: dict[str, Column] = field(default_factory=dict)
    ordered: dict[tuple[str, ...], Matrix | None] = field(default_factory=dict)

    @classmethod
    def of(cls, grid: Grid) -> GridColumns:
        """All of its columns."""
        places = {name: place for place, name in enumerate(grid.names)}
        return cls(grid, places, np.zeros(len(grid.values), np.bool_))

    def __getitem__(self, name: str) -> Column:
        """Numbers without a missing one."""
        if name not in self.made:
            place = self.places[name]
            values = self.grid.values[:, place]
            cells = LaterCells(len(values), lambda: self.grid.cells(place))
            self.made[name] = TypedColumn(cells, Numbers(values, self.none_missing, []))
        return self.made[name]

    def __contains__(self, name: object) -> bool:
        """Without making the column."""
        return name in self.places

    def __iter__(self) -> Iterator[str]:
        """Names in the order of the body."""
        return iter(self.grid.names)

    def __len__(self) -> int:
        """How many."""
        return len(self.grid.names)

    def matrix(self, names: Sequence[str]) -> Matrix | None:
        """(rows, names) float64, none of them missing; None where a name is no column. Put into order once."""
        if list(names) == self.grid.names:
            return self.grid.values
        asked = tuple(names)
        if asked not in self.ordered:
            places = [self.places[name] for name in asked if name in self.places]
            self.ordered[asked] = self.grid.values[:, places] if len(places) == len(asked) else None
        return self.ordered[asked]
