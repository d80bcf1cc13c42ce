"""Rings: bounded, read while they are written, and never trusted blindly."""

from __future__ import annotations

import mmap
import os
import signal
import struct
import subprocess
import sys
import threading
import time

import pytest

from service.following import MOST, Following
from service.rings import HEAD, ROOM, SIZE, Reader, Writer, new_ring


@pytest.fixture
def memory() -> mmap.mmap:
    return mmap.mmap(-1, SIZE)


def number(content: bytes) -> int:
    return int(content.partition(b" ")[0])


def test_what_is_written_is_read_once_and_in_order(memory):
    writer, reader = Writer(memory), Reader(memory)

    writer.write(b"pump", b"one")
    writer.write(b"other", b"two")
    first = reader.read()
    writer.write(b"pump", b"three")

    assert [(each.topic, each.content) for each in first] == [(b"pump", b"one"), (b"other", b"two")]
    assert [(each.content, each.mark.number) for each in reader.read()] == [(b"three", 1)]
    assert reader.read() == []
    assert [each.content for each in Reader(memory).read()] == [b"one", b"two", b"three"]


def test_a_ring_keeps_the_newest_however_they_lie_across_its_end(memory):
    writer, reader, follower = Writer(memory), Reader(memory), Reader(memory)

    followed = []
    for place in range(3000):
        writer.write(b"pump", b"%d %b" % (place, b"x" * (place * 37 % 900)))
        followed += follower.read()
    kept = reader.read()

    assert [number(each.content) for each in followed] == list(range(3000))
    assert [number(each.content) for each in kept] == list(range(3000 - len(kept), 3000))
    assert 0.9 * ROOM < sum(32 + 4 + len(each.content) for each in kept) <= ROOM
    assert all(len(each.content.partition(b" ")[2]) == number(each.content) * 37 % 900 for each in kept)


def test_more_than_there_is_room_for_is_refused_and_changes_nothing(memory):
    writer = Writer(memory)
    writer.write(b"pump", b"small")

    with pytest.raises(ValueError, match="there is room for"):
        writer.write(b"pump", bytes(ROOM))

    writer.write(b"pump", b"next")
    assert [(each.content, each.mark.number) for each in Reader(memory).read()] == [
        (b"small", 0),
        (b"next", 1),
    ]


def test_who_reads_too_late_is_told_exactly_how_much_is_gone(memory):
    writer, following = Writer(memory), Following([memory], "pump")
    writer.write(b"pump", b"0")
    missed, read = 0, len(following.begin().said)

    for turn in range(1, 40):
        for place in range(turn * 50):
            writer.write(b"pump", b"%d %b" % (place, b"x" * 100))
            writer.write(b"other", b"x" * 100)
        news = following.news()
        missed, read = missed + news.missed, read + len(news.said)
        assert len(news.said) <= MOST
        assert number(news.said[-1].content) == turn * 50 - 1

    assert missed > 10_000
    assert missed + read == 1 + 50 * 39 * 40 // 2


def test_an_id_leads_on_in_every_ring_and_a_made_up_one_to_the_beginning():
    memories = [mmap.mmap(-1, SIZE) for _ in range(3)]
    writers = [Writer(memory) for memory in memories]
    for place in range(30):
        writers[place % 2].write(b"pump", b"%d" % place)
    everything = Following(memories, "pump").begin().said

    for place, said in enumerate(everything):
        back = Following(memories, "pump").begin(said.id)
        assert [each.content for each in back.said] == [b"%d" % rest for rest in range(place + 1, 30)]
        assert back.missed == 0
    for made_up in ("", "1.1", "1.1--", "zz.1-0.0-", "--", "-" * 1000, "1" * 999, everything[9].id + "-"):
        assert [*Following(memories, "pump").begin(made_up).said] == everything


def test_who_comes_back_too_late_is_told_how_much_is_gone(memory):
    writer = Writer(memory)
    writer.write(b"pump", b"0")
    [first] = Following([memory], "pump").begin().said
    for place in range(1, 1000):
        writer.write(b"pump", b"%d %b" % (place, b"x" * 300))

    back = Following([memory], "pump").begin(first.id)

    assert back.missed + len(back.said) == 999
    assert number(back.said[-1].content) == 999
    assert Following([memory], "pump").begin().missed == 0  # of who is new


def test_the_next_writer_goes_on_and_begins_anew_where_the_ring_is_not_whole(memory):
    Writer(memory).write(b"pump", b"before")
    following = Following([memory], "pump")
    following.begin()

    Writer(memory).write(b"pump", b"after")
    news = following.news()
    assert ([each.content for each in news.said], news.missed) == ([b"after"], 0)

    memory[HEAD.size + 10] ^= 1
    Writer(memory).write(b"pump", b"anew")
    assert [each.content for each in Following([memory], "pump").begin().said] == [b"anew"]


@pytest.mark.parametrize(
    "head", [bytes(HEAD.size), HEAD.pack(b"offbeat1", 5, 3), HEAD.pack(b"offbeat1", 0, 2**60)]
)
def test_what_is_no_ring_is_read_as_nothing_and_begun_anew(memory, head):
    memory[: HEAD.size] = head

    assert Reader(memory).read() == []
    Writer(memory).write(b"pump", b"anew")
    assert [each.content for each in Reader(memory).read()] == [b"anew"]


def test_a_damaged_message_is_never_told_and_what_comes_later_is(memory):
    writer, following = Writer(memory), Following([memory], "pump")
    writer.write(b"pump", b"0")
    following.begin()
    (_, at) = struct.unpack("=QQ", memory[8:24])
    for place in (1, 2, 3):
        writer.write(b"pump", b"%d" % place)
    memory[HEAD.size + at + 36] ^= 1  # the content of the first of them

    waits, given_up = following.news(), following.news()
    writer.write(b"pump", b"4")
    news = following.news()

    assert [*waits.said, *given_up.said] == []
    assert ([each.content for each in news.said], news.missed) == ([b"4"], 3)


def test_a_reader_beside_a_busy_writer_sees_whole_messages_alone(memory):
    writer, following, over = Writer(memory), Following([memory], "pump"), threading.Event()
    writer.write(b"pump", b"0 ")
    following.begin()
    written = []

    def write() -> None:
        place = 1
        while not over.is_set():
            writer.write(b"pump", b"%d %b" % (place, b"%d" % place * 150))
            place += 1
        written.append(place)

    thread = threading.Thread(target=write)
    thread.start()
    missed, said = 0, []
    until = time.monotonic() + 0.7
    while time.monotonic() < until or thread.is_alive():
        if time.monotonic() >= until:
            over.set()
            thread.join()
        news = following.news()
        missed, said = missed + news.missed, [*said, *(each.content for each in news.said)]

    assert all(content == b"%d %b" % (number(content), b"%d" % number(content) * 150) for content in said)
    assert missed + len(said) == written[0] - 1
    assert len(said) > 500


KILLED = """
import mmap, sys
from service.rings import SIZE, Writer
writer, place = Writer(mmap.mmap(int(sys.argv[1]), SIZE)), 0
while True:
    writer.write(b"pump", b"%d %b" % (place, b"x" * (place % 500)))
    place += 1
"""


def test_a_writer_that_is_killed_leaves_whole_messages_and_the_next_goes_on():
    file = new_ring()
    memory = mmap.mmap(file, SIZE)
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(file)], pass_fds=[file]) as process:
            while not (before := Reader(memory).read()) or number(before[-1].content) < 1000:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        left = [number(each.content) for each in Reader(memory).read()]
        assert left == list(range(left[0], left[-1] + 1))
        Writer(memory).write(b"pump", b"-1")
        assert [number(each.content) for each in Reader(memory).read()][-2:] == [left[-1], -1]
    os.close(file)
