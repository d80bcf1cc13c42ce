"""What is timed is right, what it cost is counted, and what it is compared with is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from benchmarks.serving.bench import Bench, Plan
from benchmarks.serving.bundle import Graph
from benchmarks.serving.environments import Environments
from benchmarks.serving.goals import GOALS, Goal
from benchmarks.serving.load import load
from benchmarks.serving.records import FEATURES, records
from benchmarks.serving.results import MEMORY, RATE, START, Figure, Key, Results, save
from benchmarks.serving.results import load as kept
from benchmarks.serving.running import Running, running
from benchmarks.serving.servers.fastapi import PLAIN
from benchmarks.serving.servers.server import Post
from benchmarks.serving.table import NOTHING, report
from benchmarks.serving.tree import cpu_seconds, members, memory_bytes

CORE = min(os.sched_getaffinity(0))
PLAN = Plan(seconds=1, repetitions=1, quick=True, server_core=CORE, client_core=CORE)
BURN = "import time\nwhile time.process_time() < 0.3: pass"
THRESHOLD = 450.0


def saved(path: Path, factor: float) -> Graph:
    """A graph that scores by the mean square, times this factor."""
    nodes = [
        helper.make_node("Mul", ["numeric", "numeric"], ["squares"]),
        helper.make_node("ReduceMean", ["squares", "last"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "factor"], ["product"]),
        helper.make_node("Cast", ["product"], ["score"], to=TensorProto.FLOAT),
    ]
    constants = [
        helper.make_tensor("last", TensorProto.INT64, [1], [1]),
        helper.make_tensor("factor", TensorProto.DOUBLE, [], [factor]),
    ]
    given = helper.make_tensor_value_info("numeric", TensorProto.DOUBLE, ["rows", len(FEATURES)])
    score = helper.make_tensor_value_info("score", TensorProto.FLOAT, ["rows"])
    graph = helper.make_graph(nodes, "bench", [given], [score], constants)
    path.mkdir()
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, path / "model.onnx")
    return Graph(path.parent, path, THRESHOLD)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return saved(tmp_path_factory.mktemp("graphs") / "1", 1.0)


@pytest.fixture(scope="module")
def plain(graph: Graph) -> Iterator[Running]:
    """A real server of that graph."""
    first = PLAIN.forms["minimal"].ask(records(1, seed=0))
    with running(PLAIN, Path(sys.executable), graph, first, core=CORE) as server:
        yield server


def test_a_request_whose_scores_and_flags_are_right_is_timed(plain: Running, graph: Graph) -> None:
    assert Bench(graph, [plain], PLAN).post(plain, "minimal", 200) is not None


def test_one_whose_scores_are_not_those_of_the_graph_is_not(plain: Running, tmp_path: Path) -> None:
    other = Bench(saved(tmp_path / "1", 1.0001), [plain], PLAN)

    with pytest.raises(SystemExit, match="its scores are not those of the graph"):
        other.post(plain, "minimal", 200)


def test_nor_one_whose_flags_are_not_those_of_the_threshold(plain: Running, graph: Graph) -> None:
    stricter = Bench(replace(graph, threshold=THRESHOLD / 2), [plain], PLAN)

    with pytest.raises(SystemExit, match="its flags are not those of the threshold"):
        stricter.post(plain, "minimal", 200)


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_replies_are_counted_and_errors_are_not_timed(plain: Running, graph: Graph) -> None:
    post = Bench(graph, [plain], PLAN).post(plain, "minimal", 1)
    assert post is not None

    done = load(plain, post, clients=4, seconds=1, core=CORE)

    assert done.requests > 20
    assert 0 < done.p50 <= done.p99
    assert done.per_core_second == done.requests / done.cpu
    with pytest.raises(SystemExit, match="requests failed"):
        load(plain, Post("/score", b"no JSON"), clients=1, seconds=1, core=CORE)


def test_a_tree_counts_what_its_children_used_dead_or_alive() -> None:
    twice = (
        "import subprocess, sys\nfor _ in '12': subprocess.run([sys.executable, '-c', sys.argv[1]])\ninput()"
    )
    command = [sys.executable, "-c", twice, BURN]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        until = time.monotonic() + 30
        while cpu_seconds(process.pid) < 0.6 and time.monotonic() < until:
            time.sleep(0.02)

        assert 0.6 <= cpu_seconds(process.pid) < 3
        assert process.pid in members(process.pid)
        assert memory_bytes(process.pid) > 1e6
        process.communicate(b"\n")


def test_whatever_a_server_started_ends_with_it(graph: Graph) -> None:
    first = PLAIN.forms["minimal"].ask(records(1, seed=0))

    with running(PLAIN, Path(sys.executable), graph, first, core=CORE) as server:
        assert Path(f"/proc/{server.pid}").exists()

    assert not Path(f"/proc/{server.pid}").exists()


def test_results_come_back_from_the_disk_as_they_were(tmp_path: Path) -> None:
    results = Results(notes=["somebody: not set up"])
    for value in (3.0, 1.0):
        results.add(Figure(Key("somebody", START), value))

    save(tmp_path / "results.json", results)

    assert kept(tmp_path / "results.json") == results
    assert (results.median(Key("somebody", START)), results.best(Key("somebody", START))) == (2.0, 1.0)


@pytest.mark.parametrize(("goal", "met"), [(True, True), (False, False)])
def test_a_goal_is_met_on_its_own_side_only(goal: bool, met: bool) -> None:  # noqa: FBT001
    results = Results()
    for name, value in (("ours", 8.0 if goal else 6.0), ("theirs", 1.0)):
        results.add(Figure(Key(name, RATE), value))
    faster = Goal("", "", 7, Key("ours", RATE), Key("theirs", RATE))
    ratio = faster.reached(results)

    assert ratio is not None
    assert faster.is_met(ratio) is met
    assert replace(faster, at_most=True).is_met(ratio) is not met


def test_every_goal_is_shown_and_what_was_not_measured_is_no_figure() -> None:
    results = Results(notes=["offbeat, Arrow: answers 415"])
    for name, value in (("offbeat", 60.0), ("MLServer, no pool", 150.0)):
        results.add(Figure(Key(name, MEMORY), value))

    text = report(results)

    assert all(goal.work in text for goal in GOALS)
    assert text.count(f"| {NOTHING}") == len(GOALS) - 1
    assert "0.40" in text
    assert "- offbeat, Arrow: answers 415" in text


def test_an_environment_is_ready_once_its_packages_are_those_wanted(tmp_path: Path) -> None:
    environments, place = Environments(tmp_path), tmp_path / PLAIN.environment
    place.mkdir()
    assert not environments.is_ready(PLAIN)

    (place / "packages.txt").write_text("\n".join(PLAIN.packages))
    assert environments.is_ready(PLAIN)

    (place / "packages.txt").write_text("uvicorn==0.1")
    assert not environments.is_ready(PLAIN)
