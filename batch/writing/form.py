"""How a result is written: rendered piece by piece, by whoever judged it, and put together in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from batch.records import Records
from batch.survey import Layout, kept, laid_out
from models.columns import Column

Columns = Mapping[str, Column]


class Form(Protocol):
    """Can be sent to another process."""

    @property
    def typed(self) -> bool:
        """Whether a column has one type throughout, which must be known before the first piece is written."""
        ...

    def render(self, records: Records, added: Columns, layout: Layout | None) -> Any:  # noqa: ANN401
        """Records with the model's columns after their own, as they are written.

        `layout`: the columns of the whole file, where these records cannot tell them.
        """
        ...


class Sink(Protocol):
    """Takes what was rendered. OSError when it cannot be written."""

    def write(self, rendered: Any) -> None:  # noqa: ANN401
        """The next piece."""
        ...

    def close(self) -> None:
        """All pieces were written."""
        ...


def joined(records: Records, added: Columns, layout: Layout | None) -> dict[str, Column]:
    """All columns; an added name that is taken gets `model_` before it."""
    columns = kept(records) if layout is None else laid_out(records, layout)
    for name, column in added.items():
        columns[free(name, columns)] = column
    return columns


def free(name: str, taken: Mapping[str, Any]) -> str:
    """The name, after as many `model_` as it needs."""
    return name if name not in taken else free(f"model_{name}", taken)
