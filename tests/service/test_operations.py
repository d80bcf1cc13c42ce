"""Alive, ready, counted."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

pytestmark = pytest.mark.anyio
NAMES = [
    "offbeat_records_scored",
    "offbeat_anomaly_score",
    "offbeat_inference_duration_seconds",
    "offbeat_request_duration_seconds",
    "offbeat_records_rejected",
    "offbeat_values_imputed",
    "offbeat_model_info",
    "offbeat_threshold",
    "offbeat_model_loads",
    "offbeat_requests_in_flight",
    "offbeat_requests_shed",
    "offbeat_build_info",
]


async def measured(client) -> dict:
    """Every sample by its name and labels, as one flat dictionary."""
    text = (await client.get("/metrics")).text
    return {
        (sample.name, *(f"{label}={value}" for label, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


async def test_alive(client):
    assert (await client.get("/healthz")).json() == {"status": "alive"}


async def test_ready_when_every_champion_is_loaded(client):
    assert (await client.get("/readyz")).json() == {"status": "ready", "models": {"pump": 1}}


async def test_not_ready_while_a_champion_never_loaded_and_says_which(running, pump_repository):
    (pump_repository.root / "pump" / "1" / "golden.json").unlink()

    async with running() as client:
        ready, alive = await client.get("/readyz"), await client.get("/healthz")
        scored = await client.post("/v1/models/pump/score", json={"records": [{}]})

    assert ready.status_code == 503
    assert ready.json()["reasons"][0].startswith("model 'pump' has no champion: cannot read")
    assert alive.status_code == 200
    assert scored.status_code == 503
    assert scored.json()["detail"] == "model 'pump' cannot be served as 'champion'; /readyz says why"
    assert scored.headers["retry-after"] == "1"


async def test_not_ready_while_stopping_and_connections_are_closed(app, client, score, typical):
    app.drain.active = True

    ready, scored = await client.get("/readyz"), await score(typical)

    assert (ready.status_code, ready.json()["reasons"]) == (503, ["the process is stopping"])
    assert scored.status_code == 200  # whoever has not heard yet is still served
    assert scored.headers["connection"] == "close"


async def test_verdicts_scores_and_imputed_values_are_counted(client, score, typical, strange):
    await score(typical, typical | {"flow": None}, strange, {}, query="?version=2")
    await client.post("/v1/models/pump/embed", json={"records": [typical]})

    found = await measured(client)

    def records(verdict: str) -> float:
        return found["offbeat_records_scored_total", "model=pump", f"verdict={verdict}", "version=2"]

    assert records("normal") + records("anomaly") == 3
    assert records("unknown") == 1
    assert not any(
        "version=1" in key for key in found if key[0] == "offbeat_records_scored_total"
    )  # embed counts none
    assert found["offbeat_anomaly_score_count", "model=pump", "version=2"] == 3
    below = found["offbeat_anomaly_score_bucket", "le=1.0", "model=pump", "version=2"]
    assert below == records("normal")  # the edge at 1 is where anomalies begin
    assert found["offbeat_values_imputed_total", "feature=flow", "model=pump"] == 2
    assert found["offbeat_values_imputed_total", "feature=valve", "model=pump"] == 1
    assert found["offbeat_inference_duration_seconds_count",] == 2


async def test_what_is_served_is_shown_and_follows_a_promotion(client, admin):
    await client.put("/v1/models/pump/aliases/champion", json={"version": 2}, headers=admin)

    found = await measured(client)

    shown = [key for key in found if key[0] == "offbeat_model_info"]
    assert len(shown) == 1
    assert {"alias=champion", "model=pump", "variant=vanilla", "version=2"} < set(shown[0])
    assert found["offbeat_threshold", "alias=champion", "model=pump", "version=2"] > 0
    assert found["offbeat_model_loads_total", "model=pump", "result=loaded"] == 2


async def test_refused_records_are_counted_with_their_reason(client, score, typical):
    await score(typical, typical | {"flow": "much"}, typical)
    await client.post("/v1/models/pump/score", content=b"{", headers={"content-type": "application/json"})

    found = await measured(client)

    assert found["offbeat_records_rejected_total", "model=pump", "reason=TableMismatch"] == 3
    assert found["offbeat_records_rejected_total", "model=pump", "reason=FormatRefused"] == 1


async def test_requests_are_timed_by_documented_route(client, score, typical):
    await score(typical)
    await client.get("/v1/models/pump")

    found = await measured(client)

    name = "offbeat_request_duration_seconds_count"
    assert found[name, "method=POST", "route=/v1/models/{model}/score", "status=200"] == 1
    assert found[name, "method=GET", "route=/v1/models/{model}", "status=200"] == 1


async def test_no_client_makes_a_new_series(client):
    await ask_for_nonsense(client, "x")
    await measured(client)
    before = set(await measured(client))

    for number in range(200):
        await ask_for_nonsense(client, f"model{number}")

    assert set(await measured(client)) == before


async def ask_for_nonsense(client, name: str) -> None:
    await client.post(f"/v1/models/{name}/score", json={"records": [{}]})
    await client.post(f"/v1/models/pump/score?alias={name}", json={"records": [{name: 1}]})
    await client.request(name.upper(), f"/{name}")
    await client.get(f"/v1/models/{name}")


async def test_every_documented_metric_is_there(client, score, typical):
    await score(typical | {"flow": None})
    families = text_string_to_metric_families((await client.get("/metrics")).text)

    assert set(NAMES) <= {family.name for family in families}


async def test_a_scraper_may_ask_for_openmetrics(client):
    reply = await client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})

    assert reply.headers["content-type"].startswith("application/openmetrics-text")
    assert reply.text.endswith("# EOF\n")


async def test_two_services_in_one_process_count_for_themselves(running, score, typical):
    await score(typical)

    async with running() as other:
        found = await measured(other)

    assert not [key for key in found if key[0] == "offbeat_records_scored_total"]
