"""Work ahead of who looks at it: in order, so many at a time, and what is raised is raised where it is looked at."""

from __future__ import annotations

import threading
import time

import pytest

from batch.ahead import ahead, each


def test_items_are_made_before_they_are_asked_for() -> None:
    made: list[int] = []

    def items():
        for item in range(6):
            made.append(item)
            yield item

    found = ahead(items())

    assert next(iter(found)) == 0
    deadline = time.monotonic() + 5
    while len(made) < 3 and time.monotonic() < deadline:
        time.sleep(0.001)
    assert len(made) == 3  # the one that is looked at, and two that wait


def test_results_come_in_the_order_of_the_items_however_long_each_takes() -> None:
    together = threading.Barrier(2, timeout=5)  # broken unless two work at once

    def work(item: int) -> int:
        together.wait()
        time.sleep(0.01 * (item % 2 == 0))
        return item * item

    assert list(each(work, iter(range(8)), 2)) == [item * item for item in range(8)]


def test_what_is_raised_comes_after_the_results_before_it() -> None:
    def work(item: int) -> int:
        if item == 3:
            raise ValueError(item)
        return item

    found = []
    with pytest.raises(ValueError, match="3"):
        found.extend(each(work, iter(range(8)), 2))

    assert found == [0, 1, 2]
