"""Whatever comes, the answer is never a 5xx, and a 422 always says where. OFFBEAT_FUZZ sets how many bodies are tried."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.pictures import as_text, encode_png
from models.repository import Repository
from service.app import create_app
from service.settings import Settings

EXAMPLES = int(os.environ.get("OFFBEAT_FUZZ", "300"))
READING = {"timestamp": 0, "machine": "m1", "left": 0.5, "right": 0.5, "mode": "slow"}
MIXER = {"speed": 20.0, "torque": 3.0, "power": 6.0, "mode": "stir"}
TILE = encode_png(np.full((10, 12), 60, dtype=np.uint8))
PUMP = {"temperature": 31.0, "pressure": 4.1, "flow": 46.0, "valve": "open"}
TRIED = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Numbers as a hostile hand spells them, put into a body where the word stands.
SPELLED = [
    "NaN", "-Infinity", "1e400", "-1e-400", "9007199254740993", "-0", "1" * 25, "1" * 5000, "1e", "01", "+1", "0x1",
    "1.", ".5", "1E+308", "true", "null", '"\\ud800"', '"\\ud83d\\ude00"', '"\\u0000"', '"\\u2028"', "[" * 2000,
    '{"a":{"b":[]}}', "[]", "{}",
]  # fmt: skip


def with_options(found: list[Any], more: dict[str, Any]) -> dict[str, Any]:
    return {"records": found, **more}


def whole(*choices: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One of these, as one choice: `one_of` inside `one_of` is taken apart, and then nonsense outnumbers the rest."""
    return st.builds(lambda found: found, st.one_of(*choices))


cells = whole(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["open", "closed", "", " ", "nan", "inf", "=1+1", "<script>", "\u0000"]),
    st.sampled_from(SPELLED).map(lambda spelled: f"@@{spelled}@@"),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
)
# Most of what follows is nearly right: what is nonsense from the start never comes near a model.
near = st.dictionaries(st.sampled_from(list(PUMP)), cells, max_size=1).map(lambda some: PUMP | some)
names = st.one_of(st.sampled_from([*PUMP, "id", "timestamp"]), st.text(max_size=12))
wild = whole(st.dictionaries(names, cells, max_size=6), cells)
records = whole(st.lists(near, min_size=1, max_size=4), st.lists(st.one_of(near, wild), max_size=4))
columns = whole(
    st.lists(near, min_size=1, max_size=3).map(
        lambda some: {name: [each[name] for each in some] for name in PUMP}
    ),
    st.dictionaries(names, st.lists(cells, max_size=3), max_size=6),
    cells,
)
rows = whole(
    st.lists(near, min_size=1, max_size=3).map(
        lambda some: {"features": list(PUMP), "rows": [list(each.values()) for each in some]}
    ),
    st.fixed_dictionaries(
        {"features": st.one_of(st.just(list(PUMP)), st.lists(names, max_size=5), cells)},
        optional={"rows": st.lists(st.one_of(st.lists(cells, max_size=5), cells), max_size=4)},
    ),
)
option = st.sampled_from(
    [
        "top_contributors",
        "embedding",
        "expected",
        "error_map",
        "threshold",
        "orient",
        "extra",
        "last_only",
        "other",
    ]
)
right = st.sampled_from(
    [
        {},
        {"top_contributors": 0},
        {"embedding": True, "expected": True},
        {"threshold": 1e9},
        {"orient": "columns"},
        {"extra": "ignore"},
    ]
)
options = whole(right, right, st.dictionaries(option, cells, max_size=2))
documents = st.one_of(
    st.builds(lambda found, more: {"records": found, **more}, records, options),
    st.builds(lambda found, more: {"columns": found, **more}, columns, options),
    st.builds(lambda found, more: {**found, **more}, rows, options),
    st.builds(lambda found, more: {"records": found, **more}, st.lists(near, min_size=1, max_size=3), right),
    st.builds(lambda found, more: {"records": found, **more}, st.lists(near, min_size=1, max_size=3), right),
    wild,
)
queries = whole(
    st.just({}),
    st.sampled_from([{"version": "2"}, {"alias": "champion"}, {"version": "3"}, {"extra": "ignore"}]),
    st.dictionaries(
        st.one_of(option, st.sampled_from(["version", "alias"]), st.text(max_size=5)),
        st.one_of(st.sampled_from(["1", "champion", "true", "columns", "nan", "-1"]), st.text(max_size=8)),
        max_size=2,
    ),
)
csv_cells = whole(
    st.sampled_from(
        ["31", "", "nan", "-inf", "1e400", "9007199254740993", "1_0", '"', '"a""b"', "a\nb", "\0", " "]
    ),
    st.text(max_size=6),
)
csv_rows = whole(
    st.tuples(st.integers(0, 3), csv_cells).map(
        lambda some: [some[1] if place == some[0] else str(cell) for place, cell in enumerate(PUMP.values())]
    ),
    st.lists(csv_cells, min_size=4, max_size=4),
    st.lists(csv_cells, min_size=1, max_size=6),
)
csv_bodies = st.lists(csv_rows, min_size=1, max_size=3).map(
    lambda some: "\n".join([",".join(PUMP), *(",".join(row) for row in some)])
)
verbs_of_records = st.sampled_from(["score", "score", "embed", "reconstruct"])
# Nearly right for the other kinds of model: readings in order, pictures of the right size, conditions.
readings = st.lists(
    st.dictionaries(st.sampled_from([*READING]), cells, max_size=1), min_size=1, max_size=9
).map(lambda some: [READING | {"timestamp": second} | each for second, each in enumerate(some)])
mixed = st.lists(
    st.dictionaries(st.sampled_from([*MIXER]), cells, max_size=1).map(lambda some: MIXER | some),
    min_size=1,
    max_size=3,
)
pictures = st.lists(
    whole(st.just({"image": as_text(TILE)}), cells.map(lambda cell: {"image": cell})), min_size=1, max_size=3
)
asked = whole(
    st.fixed_dictionaries(
        {},
        optional={
            "n": whole(st.integers(1, 5), cells),
            "seed": whole(st.integers(0, 9), cells),
            "condition": whole(
                st.sampled_from([{"mode": "stir"}, {"mode": "whip"}, {}]),
                st.dictionaries(whole(st.just("mode"), names), cells, max_size=2),
                cells,
            ),
        },
    ),
    wild,
)
windowed = st.sampled_from(
    [{}, {"last_only": True}, {"last_only": 1}, {"orient": "columns", "last_only": True}]
)
shown = st.sampled_from(
    [{}, {"error_map": True}, {"expected": True, "last_only": True}, {"error_map": "yes"}]
)
others = st.one_of(
    st.tuples(st.just("vibration"), verbs_of_records, st.builds(with_options, readings, windowed)),
    st.tuples(st.just("mixer"), verbs_of_records, st.builds(with_options, mixed, windowed)),
    st.tuples(st.just("tiles"), verbs_of_records, st.builds(with_options, pictures, shown)),
    st.tuples(st.just("mixer"), st.just("sample"), asked),
)
verbs = st.sampled_from(["score"] * 8 + ["embed", "reconstruct"] * 2 + ["sample"])


class Service:
    """An app on a loop of its own, asked one request at a time."""

    def __init__(self, repository: Repository) -> None:
        self._app = create_app(Settings(refresh_seconds=3600, max_rows=1000), repository)
        self._runner = asyncio.Runner()
        self._lifespan = self._app.router.lifespan_context(self._app)
        self._runner.run(self._lifespan.__aenter__())
        self.statuses: Counter[int] = Counter()

    def post(self, path: str, body: bytes, media_type: str, query: dict[str, str]) -> httpx.Response:
        reply = self._runner.run(self._post(path, body, media_type, query))
        self.statuses[reply.status_code] += 1
        return reply

    def close(self) -> None:
        print(f"{self.statuses.total()} requests: {dict(sorted(self.statuses.items()))}")
        self._runner.run(self._lifespan.__aexit__(None, None, None))
        self._runner.close()

    async def _post(self, path: str, body: bytes, media_type: str, query: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post(path, content=body, params=query, headers={"content-type": media_type})


@pytest.fixture
def service(pump_repository: Repository) -> Iterator[Service]:
    service = Service(pump_repository)
    yield service
    service.close()


@pytest.fixture
def every(every_repository: Repository) -> Iterator[Service]:
    service = Service(every_repository)
    yield service
    service.close()


def spelled(document: Any) -> bytes:
    """JSON, with what stands between @@ taken out of its quotes."""
    body = json.dumps(document)
    for literal in SPELLED:
        body = body.replace(json.dumps(f"@@{literal}@@"), literal)
    return body.encode()


def check(reply: httpx.Response) -> None:
    assert reply.status_code < 500, reply.text
    if reply.headers["content-type"] == "image/png":
        assert reply.content.startswith(b"\x89PNG")
        return
    if reply.status_code == 200:
        for result in reply.json().get("results", []):
            verdict = result["verdict"] if isinstance(result, dict) else None
            assert verdict != "normal" or result["anomaly_score"] <= 1
        return
    assert reply.headers["content-type"] == "application/problem+json"
    assert len(reply.content) < 20_000
    problem = reply.json()
    assert problem["status"] == reply.status_code
    if reply.status_code == 422:
        assert 1 <= len(problem["errors"]) <= 20
        assert all(each["pointer"] == "" or each["pointer"][0] == "/" for each in problem["errors"])


def test_json_bodies(service: Service) -> None:
    @TRIED
    @given(verb=verbs, document=documents, query=queries)
    def tried(verb: str, document: Any, query: dict[str, str]) -> None:
        check(service.post(f"/v1/models/pump/{verb}", spelled(document), "application/json", query))

    tried()


def test_windows_images_and_samples(every: Service) -> None:
    @TRIED
    @given(asked=others)
    def tried(asked: tuple[str, str, Any]) -> None:
        model, verb, document = asked
        check(every.post(f"/v1/models/{model}/{verb}", spelled(document), "application/json", {}))

    tried()


def test_pictures_with_flipped_bytes(every: Service) -> None:
    chance = random.Random(8)
    for number in range(EXAMPLES):
        body = bytearray(TILE)
        for _ in range(chance.randint(0, 3)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        verb, media_type = (
            ("score", "reconstruct", "embed")[number % 3],
            f"image/{('png', 'jpeg')[number % 7 == 0]}",
        )
        check(every.post(f"/v1/models/tiles/{verb}", bytes(body[: chance.randint(1, 400)]), media_type, {}))


def test_csv_bodies(service: Service) -> None:
    @TRIED
    @given(verb=verbs, body=csv_bodies, query=queries)
    def tried(verb: str, body: str, query: dict[str, str]) -> None:
        check(
            service.post(f"/v1/models/pump/{verb}", body.encode("utf-8", "surrogatepass"), "text/csv", query)
        )

    tried()


def test_raw_bytes(service: Service) -> None:
    media_types = st.sampled_from(
        ["application/json", "text/csv", "application/json;charset=x", "image/png", "image/jpeg", "", "a/b"]
    )

    @TRIED
    @given(body=st.binary(max_size=200), media_type=media_types)
    def tried(body: bytes, media_type: str) -> None:
        check(service.post("/v1/models/pump/score", body, media_type, {}))

    tried()


def test_good_bodies_with_flipped_bytes(service: Service) -> None:
    chance = random.Random(7)
    good = [
        json.dumps({"records": [PUMP, PUMP], "expected": True}).encode(),
        (",".join(PUMP) + "\n31,4,46,open\n").encode(),
    ]
    for number in range(EXAMPLES):
        body = bytearray(good[number % 2])
        for _ in range(chance.randint(1, 3)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        media_type = ("application/json", "text/csv")[number % 2]
        check(service.post("/v1/models/pump/score", bytes(body), media_type, {}))


def test_hostile_names(service: Service) -> None:
    @TRIED
    @given(model=st.text(min_size=1, max_size=80))
    def tried(model: str) -> None:
        name = quote(model, safe="", errors="replace")
        reply = service.post(f"/v1/models/{name}/score", b'{"records":[{}]}', "application/json", {})
        assert reply.status_code in (404, 405)
        check(reply)

    tried()
