"""The alias journal: one line per event, each with a generation and a hash over itself and the line before.

A writer holds the repository's lock, cuts an unfinished tail, writes all of a line and syncs. A reader ignores an
unfinished tail, which is only what a killed writer left or a live one has not finished.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple, Self

from pydantic import ValidationError, model_validator

from models.bundle import sync
from models.contract import Contract
from models.errors import JournalRefused
from models.manifest import Sha256

Kind = Literal["published", "promoted", "rolled back", "threshold"]


class Change(NamedTuple):
    """What is to happen. `published` brings a version with its digest; the others move one alias."""

    event: Kind
    version: int
    digest: str | None = None
    alias: str | None = None
    threshold: float | None = None


class Event(Contract):
    """A change as it stands in the journal."""

    generation: int
    event: Kind
    version: int
    at: str
    digest: Sha256 | None = None
    alias: str | None = None
    threshold: float | None = None
    hash: str = ""

    @model_validator(mode="after")
    def _says_what_it_does(self) -> Self:
        wanted, other = self.digest, self.alias
        if self.event != "published":
            wanted, other = other, wanted
        if wanted is None or other is not None:
            raise ValueError(
                "a version comes with its digest, a change with its alias, and neither with both"
            )
        return self

    def sealed(self, before: str) -> Event:
        """This event with the hash that chains it to the line before."""
        body = self.model_copy(update={"hash": ""}).model_dump_json(exclude_defaults=True)
        return self.model_copy(update={"hash": hashlib.sha256((before + body).encode()).hexdigest()})


@dataclass(frozen=True, slots=True)
class AliasState:
    """Where an alias points now, since which generation, and where it pointed before."""

    version: int
    threshold: float | None
    generation: int
    before: AliasState | None = None


@dataclass(frozen=True, slots=True)
class ModelState:
    """What the journal of one model adds up to."""

    versions: dict[int, str] = field(default_factory=dict)
    aliases: dict[str, AliasState] = field(default_factory=dict)
    generation: int = 0
    last_hash: str = ""


def has_events(path: Path) -> bool:
    """Whether there is a finished line. A journal that cannot be read counts: who asks for its model hears why."""
    try:
        return bool(_finished_lines(path))
    except JournalRefused:
        return True


def read_journal(path: Path) -> list[Event]:
    """Every finished line, in order; no file is no event. JournalRefused where a line does not follow."""
    events: list[Event] = []
    before = ""
    for number, line in enumerate(_finished_lines(path), start=1):
        try:
            event = Event.model_validate_json(line)
        except ValidationError:
            raise JournalRefused(f"{path}, line {number} is not a journal line") from None
        if event.sealed(before).hash != event.hash or event.generation != number:
            raise JournalRefused(f"{path}, line {number} was changed after it was written")
        before = event.hash
        events.append(event)
    return events


def replay(events: list[Event]) -> ModelState:
    """Versions and aliases after the last event. JournalRefused for an alias of a version that was never published.

    Rolling back returns to what the alias was before its last change.
    """
    versions: dict[int, str] = {}
    aliases: dict[str, AliasState] = {}
    for each in events:
        if each.digest is not None:
            versions[each.version] = each.digest
        elif each.version not in versions:
            raise JournalRefused(
                f"the alias journal speaks of version {each.version}, which was never published"
            )
        elif each.alias is not None:
            aliases[each.alias] = _moved(each, aliases.get(each.alias))
    last = events[-1] if events else None
    return ModelState(versions, aliases, last.generation if last else 0, last.hash if last else "")


def _moved(event: Event, state: AliasState | None) -> AliasState:
    if event.event == "rolled back" and state is not None and state.before is not None:
        past = state.before
        return AliasState(past.version, past.threshold, event.generation, past.before)
    return AliasState(event.version, event.threshold, event.generation, state)


def append(path: Path, state: ModelState, changes: Sequence[Change]) -> None:
    """Add changes after the events of `state`; all of them reach the disk, or the file is as it was. Needs the lock."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    before, lines = state.last_hash, []
    for generation, change in enumerate(changes, start=state.generation + 1):
        event = Event.model_validate({"generation": generation, "at": at, **change._asdict()}).sealed(before)
        before = event.hash
        lines.append(event.model_dump_json(exclude_defaults=True).encode() + b"\n")
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _replace_tail(handle, b"".join(lines))
    finally:
        os.close(handle)
    if new:
        sync(path.parent)


def _finished_lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\n")[:-1]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise JournalRefused(f"cannot read {path}: {error.strerror}") from None


def _replace_tail(handle: int, data: bytes) -> None:
    """Write after the last finished line, over what no writer finished; at any failure that line stays the last."""
    end = _finished_end(handle)
    os.ftruncate(handle, end)
    try:
        _write_all(handle, data, end)
        os.fsync(handle)
    except BaseException:
        os.ftruncate(handle, end)
        raise


def _finished_end(handle: int) -> int:
    size = os.fstat(handle).st_size
    return os.pread(handle, size, 0).rfind(b"\n") + 1


def _write_all(handle: int, data: bytes, offset: int) -> None:
    # At a full disk write returns short before it fails.
    while data:
        written = os.pwrite(handle, data, offset)
        data, offset = data[written:], offset + written
