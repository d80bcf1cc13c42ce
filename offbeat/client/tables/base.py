"""A table: records in whatever form a caller has them, as the rest of the client sees them. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, Self

Cells = Sequence[Any]
Columns = dict[str, Cells]


class Part(NamedTuple):
    """Some rows of an Arrow stream."""

    stream: bytes
    rows: slice


class Kinds(NamedTuple):
    """What the columns of a data frame hold: floats, or text, or either, which is text as soon as any cell is."""

    names: Sequence[str]
    texts: Collection[str]
    either: Collection[str]

    def text(self, is_text: Callable[[str], bool]) -> set[str]:
        """Which columns hold text, where `is_text` looks at one that may hold either."""
        return {*self.texts, *filter(is_text, self.either)}


class Table(Protocol):
    """Many records of named columns. Cells are as Python has them; None is missing, a NaN is a NaN."""

    @property
    def rows(self) -> int:
        """How many records."""
        ...

    def take(self, rows: Sequence[int]) -> Self:
        """These records only, in this order."""
        ...

    def columns(self) -> Columns:
        """The cells of every column, one a record."""
        ...

    def document(self) -> Mapping[str, Any]:
        """The body of a JSON request; its cells are those of `columns`."""
        ...

    def arrow(self) -> bytes | None:
        """An Arrow IPC stream; None where it would cost more than it saves, or no library at hand can write it."""
        ...


class Frame(Table, Protocol):
    """A table of a library that has data frames, which gets its verdicts in kind."""

    @property
    def reads_arrow(self) -> bool:
        """Whether `of_arrow` finds a library that reads Arrow."""
        ...

    def of_columns(self, columns: Columns, texts: Collection[str]) -> Any:  # noqa: ANN401
        """A data frame of the same kind and rows: columns of text, the others of floats, even where all are None."""
        ...

    def of_arrow(self, parts: Sequence[Part], kinds: Kinds) -> Any:  # noqa: ANN401
        """A data frame of the same kind and rows: these columns of Arrow streams, one below the other."""
        ...
