"""Following: one reader's place in the rings of all processes, and what is new about one topic. Knows not what is said.

A reader holds nothing but marks: who comes too late finds the oldest overwritten, and is told how many those were.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Sequence
from heapq import merge
from itertools import repeat
from typing import NamedTuple

from service.messages import Mark, Message
from service.rings import Reader

MOST = 200  # messages at once; of more the newest
MARK = re.compile(r"([0-9a-f]{1,8})\.([0-9a-f]{1,16})")
Found = Sequence[Sequence[Message]]  # of each ring, oldest first


class Said(NamedTuple):
    """What a message says, and the id by which a reader who comes back tells that it had this one and all before."""

    content: bytes
    id: str


class News(NamedTuple):
    """What is new, oldest first, and how many messages were missed before."""

    missed: int
    said: Sequence[Said]


class Following:
    """One reader of one topic."""

    def __init__(self, rings: Sequence[mmap.mmap], topic: str) -> None:
        self._topic = topic.encode()
        self._readers = [Reader(memory) for memory in rings]
        self._seen: list[Mark | None] = [None] * len(rings)

    def begin(self, last_id: str | None = None) -> News:
        """What is still there, after the message with an id; all of it where nobody here knows that id."""
        found = self._found()
        marks = [_known(mark, some) for mark, some in zip(self._marks(last_id or ""), found, strict=True)]
        self._seen = [*marks]
        news = self._news([_after(mark, some) for mark, some in zip(marks, found, strict=True)])
        return news if any(marks) else news._replace(missed=0)

    def news(self) -> News:
        """What came since the last time."""
        return self._news(self._found())

    def _found(self) -> Found:
        return [[each for each in reader.read() if each.topic == self._topic] for reader in self._readers]

    def _news(self, found: Found) -> News:
        missed = sum(map(_missed, self._seen, found))
        several = [zip(repeat(ring), some, strict=False) for ring, some in enumerate(found)]
        merged = [*merge(*several, key=lambda pair: pair[1].at)]
        late = max(0, len(merged) - MOST)
        for ring, message in merged[:late]:
            self._seen[ring] = message.mark
        return News(missed + late, [self._said(*pair) for pair in merged[late:]])

    def _said(self, ring: int, message: Message) -> Said:
        self._seen[ring] = message.mark
        return Said(message.content, self._id())

    def _id(self) -> str:
        return "-".join(f"{mark.life:x}.{mark.number:x}" if mark else "" for mark in self._seen)

    def _marks(self, last_id: str) -> Sequence[Mark | None]:
        parts = last_id.split("-")
        if len(parts) != len(self._readers):
            return self._seen
        return [
            Mark(*(int(part, 16) for part in read.groups())) if read else None
            for read in map(MARK.fullmatch, parts)
        ]


def _known(mark: Mark | None, some: Sequence[Message]) -> Mark | None:
    """A mark that can be of this ring."""
    return mark if mark and (not some or any(each.mark.life == mark.life for each in some)) else None


def _after(mark: Mark | None, some: Sequence[Message]) -> Sequence[Message]:
    before = [
        place
        for place, each in enumerate(some, start=1)
        if mark and each.mark.life == mark.life and each.mark.number <= mark.number
    ]
    return some[before[-1] :] if before else some


def _missed(mark: Mark | None, some: Sequence[Message]) -> int:
    """How many messages there were between the last that was seen and these, and among these."""
    missed = 0
    for each in some:
        if mark:
            expected = mark.number + 1 if mark.life == each.mark.life else 0
            missed += max(0, each.mark.number - expected)
        mark = each.mark
    return missed
