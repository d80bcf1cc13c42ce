"""One record of numbers is answered in fewer steps than others: with the same bytes, and counted the same."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.repository import Repository
from models.scorer import VECTORS, Scorer
from service.gathering import Gathering, pays
from service.options import ScoreOptions
from service.scoring import Scoring
from service.served import Served
from service.singles import Singles
from service.telemetry import Telemetry
from service.verbs import Request, score

BUNDLES = Path(__file__).parents[1] / "bundles"
NAMES = ("speed", "torque", "power")
TYPICAL = {"speed": 80.0, "torque": 6.0, "power": 48.0}
ordinary = st.floats(-50, 200) | st.integers(-50, 200)
odd = (
    st.none()
    | st.booleans()
    | st.text(max_size=3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(2**53 - 2, 2**53 + 2)
    | st.integers(2**62, 2**70)
)
some_options = st.builds(
    ScoreOptions,
    top_contributors=st.integers(0, 5),
    orient=st.sampled_from(["records", "columns"]),
    last_only=st.booleans(),
    extra=st.sampled_from(["reject", "ignore"]),
)


@pytest.fixture(scope="module")
def served() -> Served:
    """A model of three numbers."""
    reference = Repository(BUNDLES).resolve("mixer", 2)
    scorer = Scorer(Repository(BUNDLES).open(reference))
    return Served("mixer", 2, reference.digest, scorer, scorer.manifest.threshold, "champion", 7)


@st.composite
def bodies(draw: st.DrawFn, cells: st.SearchStrategy[Any]) -> bytes:
    """One record, or several, as records or rows; sometimes something is beside them, missing or in another order."""
    names = list(draw(st.permutations(NAMES)))
    if draw(st.integers(0, 5)) == 0:
        names.append(draw(st.sampled_from(["mode", "id", "more"])))
    rows = draw(
        st.lists(st.tuples(*[cells] * len(names)), min_size=1, max_size=draw(st.sampled_from([1, 1, 3])))
    )
    if draw(st.booleans()):
        document: dict[str, Any] = {"features": names, "rows": rows}
    else:
        document = {"records": [dict(zip(names, row, strict=True)) for row in rows]}
    if draw(st.integers(0, 9)) == 0:
        document["embedding"] = True
    return json.dumps(document).encode()


def answers(
    served: Served, body: bytes, options: ScoreOptions, gather: str = "off"
) -> tuple[bytes | None, bytes]:
    """What is said in few steps, or None, and what is said by the way all other bodies go."""
    quick = asyncio.run(Singles(Telemetry(), gather).score(served, body, options))
    asked = {name: str(value).lower() for name, value in options.model_dump(exclude_defaults=True).items()}
    if quick is None:
        return None, b""
    return quick, score(Scoring(Telemetry()), served, Request(body, "application/json", asked, 1000)).body


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(body=bodies(ordinary), options=some_options)
def test_both_ways_answer_with_the_same_bytes(served, body, options):
    quick, slow = answers(served, body, options)

    assert quick in (None, slow)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(body=bodies(ordinary | odd), options=some_options)
def test_whatever_is_odd_is_left_to_the_other_way_or_answered_as_it_would(served, body, options):
    quick, slow = answers(served, body, options)

    assert quick in (None, slow)


@pytest.mark.parametrize("top", [0, 3])
@pytest.mark.parametrize(
    "document",
    [
        {"features": NAMES, "rows": [[80.1, 6, 48.5]]},
        {"records": [{"power": 48.5, "speed": 80.1, "torque": 6}]},
        {"records": [{"power": 9e9, "speed": -80.1, "torque": 6}]},
        {"records": [{"mode": {"any": [1, None]}, "power": 48.5, "speed": 80.1, "id": None, "torque": 6}]},
    ],
)
def test_an_ordinary_record_goes_the_short_way(served, document, top):
    quick, slow = answers(served, json.dumps(document).encode(), ScoreOptions(top_contributors=top))

    assert quick == slow


def test_nothing_else_does(served):
    document = {"records": [TYPICAL]}
    for other in (
        {"records": [TYPICAL, TYPICAL]},
        {"records": [TYPICAL | {"torque": None}]},
        {"records": [TYPICAL | {"torque": True}]},
        {"records": [TYPICAL | {"torque": 2**53 + 2}]},
        {"records": [TYPICAL], "top_contributors": 1},
        {"records": [TYPICAL | {"unknown": "r1"}]},
        {"records": [TYPICAL | {"id": "r1", "unknown": 1}]},
        {"columns": {name: [value] for name, value in TYPICAL.items()}},
        {"records": TYPICAL},
        {"records": 3},
        [TYPICAL],
        17,
    ):
        assert answers(served, json.dumps(other).encode(), ScoreOptions())[0] is None

    assert answers(served, json.dumps(document).encode(), ScoreOptions())[0] is not None
    assert answers(served, json.dumps(document).encode()[:-1], ScoreOptions())[0] is None


def test_both_ways_count_the_same(served):
    ways = [Telemetry(), Telemetry()]
    for speed in (80.0, 81.0, 9e5):
        body = json.dumps({"records": [TYPICAL | {"speed": speed}]}).encode()
        assert asyncio.run(Singles(ways[0], "off").score(served, body, ScoreOptions()))
        score(Scoring(ways[1]), served, Request(body, "application/json", {}, 9))

    quick, slow = (
        [line for line in way.exposition("")[0].decode().splitlines() if "mixer" in line] for way in ways
    )
    assert quick == slow
    assert sum("verdict" in line and line.endswith(" 2.0") for line in quick) == 1


async def asked(gathering: Gathering, rows: list[list[float]]) -> list[Any]:
    """What each of these records is told, all asked in one turn of the loop."""
    found: list[Any] = []
    for row in rows:
        gathering.ask(row, found.append)
    assert not found
    await asyncio.sleep(0)
    return found


def test_records_of_one_turn_share_a_run_and_get_their_own_numbers(served):
    runs: list[int] = []

    class Counted(Scorer):
        def __init__(self) -> None:
            vars(self).update(vars(served.scorer))

        def run(self, inputs: Any, outputs: Any) -> Any:
            runs.append(len(inputs["numeric"]))
            return super().run(inputs, outputs)

    rows = [[80.0 + step, 6.0, 48.0] for step in range(9)]

    found = asyncio.run(asked(Gathering(Counted(), VECTORS), rows))
    alone = [served.scorer.run({"numeric": np.array([row])}, VECTORS)[0] for row in rows]

    assert runs == [len(rows)]
    threshold = served.threshold.value
    for (got, *_), (wanted,) in zip(found, alone, strict=True):
        assert abs(got[0] - wanted) <= 1e-6 * max(wanted, threshold)
    assert len({each[0].item() for each in found}) == len(rows)


def test_who_gathers_answers_as_who_does_not_but_for_rounding(served):
    for speed in np.linspace(60, 100, 9):
        body = json.dumps({"records": [TYPICAL | {"speed": speed}]}).encode()
        gathered, plain = (
            json.loads(asyncio.run(Singles(Telemetry(), gather).score(served, body, ScoreOptions())))
            for gather in ("on", "off")
        )
        allowed = 1e-6 * max(plain["results"][0]["score"], served.threshold.value)
        assert gathered["results"][0]["score"] == pytest.approx(plain["results"][0]["score"], abs=allowed)
        assert gathered["results"][0]["verdict"] == plain["results"][0]["verdict"]


def test_a_run_that_fails_leaves_all_who_wait_to_the_other_way(served):
    class Broken(Scorer):
        def __init__(self) -> None:
            vars(self).update(vars(served.scorer))

        def run(self, inputs: Any, outputs: Any) -> Any:
            raise ZeroDivisionError

    assert asyncio.run(asked(Gathering(Broken(), VECTORS), [[1.0, 2.0, 3.0]] * 3)) == [None] * 3


def test_gathering_pays_where_a_run_of_many_costs_little_more_than_one(served):
    class Slow(Scorer):
        def __init__(self, fixed: float, each: float) -> None:
            vars(self).update(vars(served.scorer))
            self.cost = fixed, each

        def run(self, inputs: Any, outputs: Any) -> Any:

            until = time.perf_counter() + self.cost[0] + self.cost[1] * len(inputs["numeric"]) ** 1.5
            while time.perf_counter() < until:
                pass

    assert pays(Slow(1e-3, 0), VECTORS)
    assert not pays(Slow(0, 1e-3), VECTORS)
