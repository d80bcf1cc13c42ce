"""The alias journal: one line per event, each with a generation and a hash over itself and the line before.

A writer holds the repository's lock, cuts an unfinished tail, writes all of a line and syncs. A reader ignores an
unfinished tail, which is only what a killed writer left or a live one has not finished.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from models.contract import Contract
from models.errors import JournalRefused

Kind = Literal["published", "promoted", "rolled back", "threshold"]


class Event(Contract):
    """One change. `published` brings a version with its digest; the others move one alias."""

    generation: int
    event: Kind
    version: int
    at: str
    digest: str | None = None
    alias: str | None = None
    threshold: float | None = None
    hash: str = ""

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


def read_journal(path: Path) -> list[Event]:
    """Every finished line, in order; no file is no event. JournalRefused where a line does not follow."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except (FileNotFoundError, NotADirectoryError):
        return []
    events: list[Event] = []
    before = ""
    for number, line in enumerate(lines, start=1):
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
    """Versions and aliases after the last event. Rolling back returns to what the alias was before its last change."""
    versions: dict[int, str] = {}
    aliases: dict[str, AliasState] = {}
    for event in events:
        if event.event == "published":
            versions[event.version] = event.digest or ""
        elif event.alias is not None:
            aliases[event.alias] = _moved(event, aliases.get(event.alias))
    last = events[-1] if events else None
    return ModelState(versions, aliases, last.generation if last else 0, last.hash if last else "")


def _moved(event: Event, state: AliasState | None) -> AliasState:
    if event.event == "rolled back" and state is not None and state.before is not None:
        past = state.before
        return AliasState(past.version, past.threshold, event.generation, past.before)
    return AliasState(event.version, event.threshold, event.generation, state)


def append(path: Path, state: ModelState, events: list[Event]) -> None:
    """Add events after those of `state`; all of them reach the disk, or the file is as it was. Needs the lock."""
    before, lines = state.last_hash, []
    for event in events:
        sealed = event.sealed(before)
        before = sealed.hash
        lines.append(sealed.model_dump_json(exclude_defaults=True).encode() + b"\n")
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        end = _finished_end(handle)
        os.ftruncate(handle, end)
        try:
            _write_all(handle, b"".join(lines), end)
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, end)
            raise
    finally:
        os.close(handle)


def event(kind: Kind, state: ModelState, version: int, *, after: int = 1, **fields: object) -> Event:
    """A new event, `after` generations beyond the state."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    values = {"generation": state.generation + after, "event": kind, "version": version, "at": at, **fields}
    return Event.model_validate(values)


def _finished_end(handle: int) -> int:
    size = os.fstat(handle).st_size
    return os.pread(handle, size, 0).rfind(b"\n") + 1


def _write_all(handle: int, data: bytes, offset: int) -> None:
    # At a full disk write returns short before it fails.
    while data:
        written = os.pwrite(handle, data, offset)
        data, offset = data[written:], offset + written
