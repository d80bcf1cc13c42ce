"""What is set once in a process that answers."""

from __future__ import annotations

import gc
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.process import LESS_URGENT, SWITCH_SECONDS, give_way, set_aside, settle


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux")
def test_a_thread_gives_way_and_the_others_do_not():
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    with ThreadPoolExecutor(1, initializer=give_way) as executor:
        there = executor.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())).result()

    assert there == min(19, LESS_URGENT)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_a_settled_process_changes_threads_more_often_and_collects_what_comes_after_it_was_set_aside():
    before, thresholds = sys.getswitchinterval(), gc.get_threshold()
    kept = [[] for _ in range(1000)]
    try:
        settle()
        assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
        assert before > SWITCH_SECONDS
        assert not gc.isenabled()
        set_aside()
        assert gc.isenabled()
        assert gc.get_freeze_count() > len(kept)
        assert not any(each is kept for each in gc.get_objects())
        later = [[]]
        assert any(each is later for each in gc.get_objects())
    finally:
        sys.setswitchinterval(before)
        gc.enable()
        gc.unfreeze()
        gc.set_threshold(*thresholds)
