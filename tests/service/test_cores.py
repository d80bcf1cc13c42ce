"""How many processors a container may use, from the files its kernel shows."""

from __future__ import annotations

import os

import pytest

from models.cores import cores
from service.cores import LARGE, threads_of

MANY = 64


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A machine of 64 processors; `write` places a file of its kernel."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(MANY)), raising=False)

    def write(**files: str):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_DOT_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("quota", "found"),
    [("200000 100000", 2), ("150000 100000", 1), ("50000 100000", 1), ("max 100000", MANY), ("", MANY)],
)
def test_a_quota_of_version_2(root, quota, found):
    folder = root(proc__self__cgroup="0::/", sys__fs__cgroup__cpu_DOT_max=quota)

    assert cores(folder) == found


def test_the_tightest_group_around_counts(root):
    folder = root(
        proc__self__cgroup="0::/a/b",
        sys__fs__cgroup__a__cpu_DOT_max="300000 100000",
        sys__fs__cgroup__a__b__cpu_DOT_max="max 100000",
    )

    assert cores(folder) == 3


def test_a_quota_of_version_1_where_the_container_sees_its_path_on_the_host(root):
    below = "sys__fs__cgroup__cpu,cpuacct__cpu_DOT_"
    files = {f"{below}cfs_quota_us": "250000", f"{below}cfs_period_us": "100000"}

    assert cores(root(proc__self__cgroup="4:cpu,cpuacct:/docker/1f2e", **files)) == 2
    assert cores(root(**(files | {f"{below}cfs_quota_us": "-1"}))) == MANY


def test_without_any_group_the_affinity_counts(root, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 5}, raising=False)

    assert cores(root(proc__self__cgroup="")) == 2


def test_only_a_large_graph_gets_more_than_one_thread_unless_asked():
    small, large = bytes(LARGE - 1), bytes(LARGE)

    assert [threads_of(graph, asked=0, share=4) for graph in (small, large)] == [1, 4]
    assert [threads_of(graph, asked=3, share=4) for graph in (small, large)] == [3, 3]
