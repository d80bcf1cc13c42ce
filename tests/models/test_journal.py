"""The alias journal: what it adds up to, what a torn or edited line does, and what a full disk leaves."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.errors import JournalRefused
from models.journal import Change, Event, ModelState, append, has_events, read_journal, replay

DIGEST = "sha256:" + "0" * 64
FIRST = [Change("published", 1, digest=DIGEST), Change("promoted", 1, alias="champion")]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal with one version, champion since generation 2."""
    path = tmp_path / "aliases.jsonl"
    append(path, ModelState(), FIRST)
    return path


def state(path: Path) -> ModelState:
    return replay(read_journal(path))


def add(path: Path, *changes: Change) -> ModelState:
    append(path, state(path), changes)
    return state(path)


def sealed(lines: list[bytes]) -> bytes:
    """Lines as somebody would forge them who can hash."""
    out, before = b"", ""
    for line in lines:
        event = Event.model_construct(**json.loads(line)).sealed(before)
        before = event.hash
        out += event.model_dump_json(exclude_defaults=True).encode() + b"\n"
    return out


def test_events_add_up_to_versions_and_aliases(journal: Path) -> None:
    found = add(
        journal,
        Change("published", 2, digest=DIGEST[:-1] + "2"),
        Change("promoted", 2, alias="challenger"),
        Change("threshold", 2, alias="challenger", threshold=3.5),
    )

    assert found.versions == {1: DIGEST, 2: DIGEST[:-1] + "2"}
    assert (found.aliases["champion"].version, found.aliases["champion"].generation) == (1, 2)
    challenger = found.aliases["challenger"]
    assert (challenger.version, challenger.threshold, challenger.generation) == (2, 3.5, 5)
    assert found.generation == 5


def test_rolling_back_goes_one_change_further_back_each_time(journal: Path) -> None:
    add(journal, Change("published", 2, digest=DIGEST), Change("promoted", 2, alias="champion"))
    add(journal, Change("threshold", 2, alias="champion", threshold=9.0))
    seen = []
    for _ in range(2):
        before = state(journal).aliases["champion"].before
        assert before is not None
        found = add(
            journal, Change("rolled back", before.version, alias="champion", threshold=before.threshold)
        )
        now = found.aliases["champion"]
        seen.append((now.version, now.threshold, now.generation))

    assert seen == [(2, None, 6), (1, None, 7)]
    assert state(journal).aliases["champion"].before is None


def test_no_file_is_no_event(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "aliases.jsonl") == []
    assert read_journal(tmp_path / "aliases.jsonl" / "below") == []
    assert not has_events(tmp_path / "aliases.jsonl")
    assert replay([]) == ModelState()


def test_a_journal_that_cannot_be_read_is_refused_and_counts_as_there(tmp_path: Path) -> None:
    (tmp_path / "aliases.jsonl").mkdir()

    with pytest.raises(JournalRefused, match=r"cannot read .*aliases\.jsonl: Is a directory"):
        read_journal(tmp_path / "aliases.jsonl")
    assert has_events(tmp_path / "aliases.jsonl")


@pytest.mark.parametrize("tail", [b"{", b'{"generation":3,"event":"promoted"}', b"\x00" * 100])
def test_a_torn_tail_is_ignored_by_readers_and_cut_by_the_next_writer(tail: bytes, journal: Path) -> None:
    whole = journal.read_bytes()
    journal.write_bytes(whole + tail)

    assert state(journal).generation == 2
    found = add(journal, Change("promoted", 1, alias="challenger"))

    assert found.generation == 3
    assert journal.read_bytes().startswith(whole + b'{"generation":3')
    assert journal.read_bytes().count(b"\n") == 3
    assert journal.read_bytes().endswith(b"\n")


def test_every_cut_of_a_journal_is_its_finished_lines(journal: Path) -> None:
    data = journal.read_bytes()
    ends = [place for place, byte in enumerate(data) if byte == ord("\n")]

    for cut in range(len(data) + 1):
        journal.write_bytes(data[:cut])
        assert len(read_journal(journal)) == sum(end < cut for end in ends)


def test_every_changed_byte_is_noticed(journal: Path) -> None:
    data = journal.read_bytes()
    events = read_journal(journal)

    for place in range(len(data) - 1):  # without its last newline the last line is unfinished
        journal.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(
            JournalRefused, match=r"line \d+ (is not a journal line|was changed after it was written)"
        ):
            read_journal(journal)

    journal.write_bytes(data)
    assert read_journal(journal) == events


def test_a_lost_doubled_or_moved_line_breaks_the_chain(journal: Path) -> None:
    add(journal, Change("promoted", 1, alias="challenger"))
    one, two, three = journal.read_bytes().splitlines(keepends=True)

    for lines, number in [
        ([one, three], 2),
        ([one, two, two, three], 3),
        ([two, one, three], 1),
        ([two, three], 1),
    ]:
        journal.write_bytes(b"".join(lines))
        with pytest.raises(JournalRefused, match=rf"line {number} was changed after it was written"):
            read_journal(journal)


def test_generations_count_the_lines(journal: Path) -> None:
    lines = journal.read_bytes().splitlines()
    journal.write_bytes(sealed([lines[0], lines[1].replace(b'"generation":2', b'"generation":7')]))

    with pytest.raises(JournalRefused, match="line 2 was changed"):
        read_journal(journal)


def test_an_alias_of_a_version_that_was_never_published_is_refused(journal: Path) -> None:
    lines = journal.read_bytes().splitlines()
    journal.write_bytes(sealed([lines[0], lines[1].replace(b'"version":1', b'"version":9')]))

    with pytest.raises(JournalRefused, match="speaks of version 9, which was never published"):
        state(journal)


HALVES = [
    Change("published", 2),
    Change("published", 2, digest="md5:0"),
    Change("published", 2, digest=DIGEST, alias="champion"),
    Change("promoted", 1),
    Change("promoted", 1, digest=DIGEST, alias="champion"),
    Change("threshold", 1, threshold=1.0),
]


@pytest.mark.parametrize("change", HALVES)
def test_half_a_change_is_never_written(change: Change, journal: Path) -> None:
    before = journal.read_bytes()

    with pytest.raises(ValidationError):
        append(journal, state(journal), [change])

    assert journal.read_bytes() == before


def test_a_forged_line_without_its_digest_is_refused(journal: Path) -> None:
    body = json.dumps(
        {"generation": 1, "event": "published", "version": 1, "at": "now"}, separators=(",", ":")
    )
    line = {**json.loads(body), "hash": hashlib.sha256(body.encode()).hexdigest()}
    journal.write_text(json.dumps(line) + "\n")

    with pytest.raises(JournalRefused, match="line 1 is not a journal line"):
        read_journal(journal)


@pytest.mark.parametrize("room", [0, 1, 50, 250])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_full_disk_leaves_the_journal_as_it_was(
    room: int, code: int, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, left = journal.read_bytes(), [room]
    real = os.pwrite

    def short(handle: int, data: bytes, offset: int) -> int:
        if not left[0]:
            raise OSError(code, os.strerror(code))
        written = real(handle, data[: left[0]], offset)
        left[0] -= written
        return written

    monkeypatch.setattr(os, "pwrite", short)
    with pytest.raises(OSError, match=os.strerror(code)):
        append(journal, state(journal), [Change("promoted", 1, alias="challenger"), *FIRST[1:]])

    assert journal.read_bytes() == before
    monkeypatch.undo()
    assert add(journal, Change("promoted", 1, alias="challenger")).generation == 3


def test_a_disk_that_takes_a_few_bytes_at_a_time_gets_all_of_them(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda handle, data, offset: real(handle, data[:7], offset))

    assert add(journal, Change("promoted", 1, alias="challenger")).generation == 3


@pytest.mark.parametrize("interruption", [OSError(errno.EIO, "bad sector"), KeyboardInterrupt()])
def test_a_line_that_was_not_synced_is_taken_back(
    interruption: BaseException, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = journal.read_bytes()

    def fail(_: int) -> None:
        raise interruption

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(type(interruption)):
        append(journal, state(journal), FIRST[1:])

    assert journal.read_bytes() == before
