"""Counts that several processes keep: added up, kept beyond the death of who counted, and never trusted blindly."""

from __future__ import annotations

import os
import threading
import time

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from models.threshold import ANOMALY, NORMAL, UNKNOWN, VERDICTS
from service.books import Damaged, clear, new_book, read
from service.counts import OwnCounts
from service.shared import SharedCounts
from service.telemetry import Telemetry

CODES = {verdict: code for code, verdict in enumerate(VERDICTS)}


@pytest.fixture
def books():
    files = [new_book() for _ in range(3)]
    yield files
    for file in files:
        os.close(file)


def samples(telemetry: Telemetry) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(telemetry.exposition("")[0].decode())
        for sample in family.samples
    }


def test_what_one_process_counts_every_other_shows(books):
    everybody = [Telemetry(SharedCounts(books, place)) for place in range(3)]

    for rows, telemetry in enumerate(everybody, start=1):
        for _ in range(rows):
            telemetry.of("pump", 1, ["flow"]).one(CODES[NORMAL], 0.3, 0.002)
            telemetry.request("/v1", "POST", 200, 0.003)

    for telemetry in everybody:
        found = samples(telemetry)
        assert found["offbeat_records_scored_total", "1", "normal", "pump"] == 6
        assert found["offbeat_anomaly_score_bucket", "0.5", "1", "pump"] == 6
        assert found["offbeat_anomaly_score_bucket", "0.25", "1", "pump"] == 0
        assert found["offbeat_anomaly_score_sum", "1", "pump"] == pytest.approx(1.8)
        assert found["offbeat_request_duration_seconds_count", "/v1", "200", "POST"] == 6


def test_one_record_at_a_time_is_counted_as_all_at_once():
    codes = np.array([CODES[each] for each in (NORMAL, ANOMALY, UNKNOWN, NORMAL)], dtype=np.int8)
    scores = np.array([0.1, 1.5, np.nan, 1.0])
    single, together = Telemetry(), Telemetry()

    for code, score in zip(codes.tolist(), scores.tolist(), strict=True):
        single.of("pump", 1, ["flow"]).one(code, score, 0.25)
    together.of("pump", 1, ["flow"]).many(codes, scores, 1.0)

    def without_inference(telemetry: Telemetry) -> dict[tuple[str, ...], float]:
        found = samples(telemetry).items()
        return {
            key: value
            for key, value in found
            if key[0].startswith(("offbeat_records", "offbeat_anomaly_score"))
        }

    assert without_inference(single) == without_inference(together)
    assert samples(single)["offbeat_anomaly_score_bucket", "1", "1.0", "pump"] == 2  # at 1 it is normal


def test_the_next_in_a_dead_ones_place_goes_on_counting_and_what_was_in_flight_is_gone(books):
    dead, other = Telemetry(SharedCounts(books, 0)), Telemetry(SharedCounts(books, 1))
    dead.loaded("pump", "loaded")
    dead.in_flight.inc()
    dead.started()
    assert (samples(other)["offbeat_requests_in_flight",], samples(other)["offbeat_workers",]) == (1, 1)

    assert clear(books[0]).pid == os.getpid()  # as whoever finds it dead does

    found = samples(other)
    assert found["offbeat_requests_in_flight",] == 0
    assert found["offbeat_model_loads_total", "loaded", "pump"] == 1
    Telemetry(SharedCounts(books, 0)).loaded("pump", "loaded")
    assert samples(other)["offbeat_model_loads_total", "loaded", "pump"] == 2


def test_a_hundred_deaths_leave_as_many_books_of_the_same_size_and_a_quick_scrape(books):
    sizes = []
    for _ in range(100):
        telemetry = Telemetry(SharedCounts(books, 0))
        for model in range(50):
            telemetry.of(f"model{model}", 1, ["flow"]).one(CODES[NORMAL], 0.5, 0.001)
        sizes.append(os.fstat(books[0]).st_size)

    start = time.perf_counter()
    found = samples(telemetry)
    seconds = time.perf_counter() - start

    assert found["offbeat_records_scored_total", "1", "model7", "normal"] == 100
    assert len(set(sizes)) == 1
    assert seconds < 0.2


def test_a_book_grows_and_what_was_bound_before_still_counts(books):
    telemetry = Telemetry(SharedCounts(books, 0))
    early = telemetry.of("early", 1, [])

    for model in range(500):
        telemetry.of(f"model{model}", 1, [])
    early.one(CODES[ANOMALY], 2.0, 0.001)

    assert os.fstat(books[0]).st_size > 1 << 16
    other = Telemetry(SharedCounts(books, 1))
    assert samples(other)["offbeat_records_scored_total", "1", "anomaly", "early"] == 1


def short(file: int) -> None:
    os.ftruncate(file, os.fstat(file).st_size // 1000)


def empty(file: int) -> None:
    os.ftruncate(file, 0)


def flipped(file: int) -> None:
    place = read(file).entries[1].start - 10  # within what stands before its numbers
    os.pwrite(file, bytes([os.pread(file, 1, place)[0] ^ 1]), place)


def endless(file: int) -> None:
    os.pwrite(file, b"\xff" * 8, 8)


@pytest.mark.parametrize("damage", [short, empty, flipped, endless])
def test_a_damaged_book_is_left_out_and_counted_and_begun_anew_by_the_next(books, damage):
    one, other = Telemetry(SharedCounts(books, 0)), Telemetry(SharedCounts(books, 1))
    one.loaded("pump", "loaded")
    other.loaded("pump", "loaded")
    assert samples(other)["offbeat_model_loads_total", "loaded", "pump"] == 2
    assert samples(other)["offbeat_books_unreadable_total",] == 0  # though nobody wrote in the third yet

    damage(books[0])

    with pytest.raises(Damaged):
        read(books[0])
    found = [samples(other) for _ in range(2)]
    assert [each["offbeat_model_loads_total", "loaded", "pump"] for each in found] == [1, 1]
    assert found[1]["offbeat_books_unreadable_total",] > found[0]["offbeat_books_unreadable_total",]
    Telemetry(SharedCounts(books, 0)).loaded("pump", "loaded")
    assert samples(other)["offbeat_model_loads_total", "loaded", "pump"] == 2


@pytest.mark.parametrize("kind", ["own", "shared"])
def test_threads_lose_no_count(books, kind):
    telemetry = Telemetry(OwnCounts() if kind == "own" else SharedCounts(books, 0))

    def count() -> None:
        for _ in range(5000):
            telemetry.of("pump", 1, []).one(CODES[NORMAL], 0.5, 0.001)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert samples(telemetry)["offbeat_records_scored_total", "1", "normal", "pump"] == 20_000
