"""Every verb of the client against a real service, blocking and awaited."""

from __future__ import annotations

import ast
import inspect
import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from offbeat.client import AsyncClient, AsyncSeries, Client, Refused, Series, Unreachable

ROOT = Path(__file__).parents[3]
ADMIN = {"admin_key": "an admin key"}


def test_every_verb_answers(ask, address, pumped, reading):
    records = [pumped(1), pumped(10)]

    scored = ask(address, "score", "pump", records, top_contributors=1)
    assert [each["verdict"] for each in scored["results"]] == ["normal", "anomaly"]
    assert [each["feature"] for each in scored["results"][1]["contributions"]] == ["temperature"]
    columns = ask(address, "score_columns", "pump", records, version=2)
    assert (columns["version"], columns["results"]["is_anomaly"]) == (2, [False, True])
    rows = b"temperature,pressure,flow,valve\n31,4.1,46,open\n"
    assert ask(address, "score_csv", "pump", rows)["results"][0]["verdict"] == "normal"
    assert len(ask(address, "embed", "pump", records)["embeddings"]) == 2
    rebuilt = ask(address, "reconstruct", "pump", records)["records"][1]
    assert 25 < rebuilt["temperature"] < 40
    made = [ask(address, "sample", "mixer", 3, seed=7, condition={"mode": "stir"}) for _ in range(2)]
    assert made[0] == made[1]
    assert [each["mode"] for each in made[0]["records"]] == ["stir"] * 3

    assert ask(address, "ready")
    assert "vibration" in [each["model"] for each in ask(address, "models")]
    assert ask(address, "model", "pump")["versions"] == [1, 2]
    assert ask(address, "version", "vibration", 1)["window"]["length"] == 6


def test_a_picture_is_scored_with_what_was_expected(ask, address):
    sink = io.BytesIO()
    Image.new("L", (12, 10), 40).save(sink, "PNG")

    posted = ask(address, "score_picture", "tiles", sink.getvalue())["results"][0]
    recorded = ask(address, "score", "tiles", [{"image": sink.getvalue()}], expected=True)["results"][0]

    assert posted["error_map"]
    assert posted["expected"] == recorded["expected"]
    assert posted["expected"]["image"]


def test_aliases_move_with_the_key_and_not_without(ask, address, pumped):
    with pytest.raises(Refused) as refused:
        ask(address, "promote", "mixer", 1, alias="shadow")
    assert refused.value.status == 401

    moved = ask(address, "promote", "pump", 2, alias="shadow", told=ADMIN)
    assert (moved["alias"], moved["version"]) == ("shadow", 2)
    strict = ask(address, "set_threshold", "pump", 0.5, alias="shadow", told=ADMIN)
    assert (strict["threshold"], strict["threshold_method"]) == (0.5, "manual")
    assert ask(address, "score", "pump", [pumped(1)], alias="shadow")["threshold"] == 0.5
    assert ask(address, "rollback", "pump", alias="shadow", told=ADMIN)["threshold"] == moved["threshold"]
    assert ask(address, "set_threshold", "pump", None, alias="shadow", told=ADMIN)["version"] == 2


def test_a_refusal_says_what_and_where(ask, address, pumped):
    with pytest.raises(Refused, match='expected a number, got "much"') as refused:
        ask(address, "score", "pump", [pumped(1), pumped(2) | {"flow": "much"}])

    assert refused.value.status == 422
    assert refused.value.errors == (
        {"pointer": "/records/1/flow", "detail": 'expected a number, got "much"'},
    )
    with pytest.raises(Refused, match="no model 'turbine'; there is: "):
        ask(address, "model", "turbine")


def test_nobody_there_is_unreachable_and_not_ready(ask):
    nobody = "http://127.0.0.1:9"

    assert not ask(nobody, "ready")
    with pytest.raises(Unreachable, match="no reply from http://127.0.0.1:9/v1/models") as unreachable:
        ask(nobody, "models", told={"retries": 0})
    assert isinstance(unreachable.value, ConnectionError)


def test_what_is_no_offbeat_is_told_so(ask, unwell):
    unwell.says(200, b"<html>hello</html>", content_type="text/html")
    unwell.says(404, b"<html>hello</html>", content_type="text/html")

    for status in (200, 404):
        with pytest.raises(Refused, match="is this offbeat?") as refused:
            ask(unwell.address, "models")
        assert refused.value.status == status


def test_a_client_keeps_its_connection(address):
    events = []

    def trace(event, _):
        events.append(event)

    with Client(address) as client:
        client._http.event_hooks = {"request": [lambda request: request.extensions.update(trace=trace)]}
        for _ in range(5):
            client.models()

    assert events.count("connection.connect_tcp.started") == 1
    assert events.count("http11.send_request_headers.started") == 5


@pytest.mark.parametrize(("one", "other"), [(Client, AsyncClient), (Series, AsyncSeries)])
def test_both_clients_have_the_same_verbs(one, other):
    def verbs(kind: type) -> dict[str, list[str]]:
        public = {name: each for name, each in vars(kind).items() if not name.startswith("_")}
        return {name: list(inspect.signature(each).parameters) for name, each in public.items()}

    assert verbs(one) == verbs(other)
    assert verbs(one)


def test_the_client_needs_httpx_and_nothing_else_of_ours():
    code = "import sys, offbeat.client; print({name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, timeout=30
    )

    loaded = ast.literal_eval(done.stdout)

    assert {"httpx", "offbeat"} <= loaded
    assert not loaded & {"models", "service", "training", "batch"}
    assert not loaded & {"matplotlib", "numpy", "pandas", "polars", "pyarrow"}
