"""The columns of records that each have keys of their own, as JSON and NDJSON bring them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from models.columns import Column, TypedColumn


@dataclass(frozen=True, slots=True, eq=False)
class RecordColumns(Mapping[str, Column]):
    """The columns of records, each made when it is asked for.

    Records that share no key have as many columns as cells: made at once they would fill the memory.
    """

    records: Sequence[Mapping[str, Any]]
    names: Mapping[str, None]
    made: dict[str, Column] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Sequence[Mapping[str, Any]]) -> RecordColumns:
        """All keys of all records, in the order they are first met."""
        keys = dict.fromkeys(tuple(record) for record in records)  # most records have the same ones
        return cls(records, dict.fromkeys(chain.from_iterable(keys)))

    def __getitem__(self, name: str) -> Column:
        """A record without the key has no value."""
        if name not in self.made:
            if name not in self.names:
                raise KeyError(name)
            self.made[name] = TypedColumn([record.get(name) for record in self.records])
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        """Names in the order they are first met."""
        return iter(self.names)

    def __len__(self) -> int:
        """How many different keys the records have."""
        return len(self.names)
