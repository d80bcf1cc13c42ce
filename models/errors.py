"""Everything that can be refused, as one tree. Errors tell what was asked and what there is; they know no HTTP.

ContractError
├── FormatRefused        the bytes are not what they claim to be
├── FormatUnknown        nobody here reads this media type or suffix
├── TooLarge             more than the reader was told to take: TooManyRecords
├── TableMismatch        readable, but not the table this model was trained on
├── NotFound             ModelNotFound · VersionNotFound · AliasNotFound
├── NameRefused          not a model, version or alias name
├── BundleRefused        a bundle that is damaged, hostile or from another format
├── ThresholdRefused     a threshold that is not a positive number, or a rate the rows cannot support
├── JournalRefused       an alias journal that was edited or torn in the middle
└── NotPossible          well asked, but this model or repository cannot
    └── ReadOnly         the repository cannot be written here
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

SHOWN_MISMATCHES = 20
COUNTED_MISMATCHES = 1000


class ContractError(Exception):
    """Base of all that is refused; its text is one clear line for a person."""


class FormatRefused(ContractError):
    """The bytes are not in the format they claim."""


class FormatUnknown(ContractError):
    """No format has this media type or file suffix."""

    def __init__(self, asked: str, known: Iterable[str]) -> None:
        super().__init__(f"cannot read {asked!r}; known: {', '.join(sorted(known))}")


class TooLarge(ContractError):
    """More records or bytes than one call may hold."""


class TooManyRecords(TooLarge):
    """The reader was told to take fewer."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most:,} records, which is the most one call may hold")


class Mismatch(NamedTuple):
    """One place where a table does not fit: a JSON pointer, the place in words where a file has one, and why."""

    pointer: str
    where: str
    detail: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.where}: {self.detail}" if self.where else self.detail


class TableMismatch(ContractError):
    """The records do not fit the model. `mismatches` are the first places, at most 20, of `total`."""

    def __init__(self, mismatches: Sequence[Mismatch], total: int | None = None) -> None:
        self.mismatches = tuple(mismatches[:SHOWN_MISMATCHES])
        self.total = total or len(mismatches)
        more = self.total - 1
        super().__init__(f"{mismatches[0]}" + (f" (and {more} more)" if more else ""))

    @property
    def placed(self) -> str:
        """The text for somebody who sees nothing else: the pointer stands in where a place has no words."""
        first = self.mismatches[0]
        return f"{self}" if first.where or not first.pointer else f"{first.pointer}: {self}"


def refuse_any(mismatches: Iterable[Mismatch]) -> None:
    """TableMismatch when there is one. A hostile body has millions: no more than a thousand are looked for."""
    found = list(islice(mismatches, COUNTED_MISMATCHES))
    if found:
        raise TableMismatch(found)


class NotFound(ContractError):
    """A name that leads nowhere."""


class ModelNotFound(NotFound):
    """The repository has no model of this name."""

    def __init__(self, model: str, available: Iterable[str]) -> None:
        super().__init__(f"no model {model!r}; there is: {_listed(available)}")


class VersionNotFound(NotFound):
    """The repository holds the model, but not this version."""

    def __init__(self, model: str, version: int, available: Iterable[int]) -> None:
        super().__init__(f"model {model!r} has no version {version}; published: {_listed(available)}")


class FileNotListed(NotFound):
    """The version was published without this file."""

    def __init__(self, model: str, version: int, file: str) -> None:
        super().__init__(f"{model}@{version} was published without {file}")


class AliasNotFound(NotFound):
    """The model exists, but nothing goes by this alias."""

    def __init__(self, model: str, alias: str, available: Iterable[str]) -> None:
        super().__init__(f"model {model!r} has no alias {alias!r}; there is: {_listed(available)}")


class NameRefused(ContractError):
    """Not a name a model, version or alias can have."""


class BundleRefused(ContractError):
    """A bundle that must not be served."""


class ThresholdRefused(ContractError):
    """A threshold that would flag nothing, everything, or promise more than its rows support."""


class JournalRefused(ContractError):
    """The alias journal does not follow from its own lines."""


class NotPossible(ContractError):
    """This model or repository cannot do what was asked."""


class ReadOnly(NotPossible):
    """The repository cannot be written from here."""


def _listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names)) or "none"
