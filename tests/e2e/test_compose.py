"""The stack of docker-compose.yml: replicas behind one address, a Prometheus that sees what they do, and training beside them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.e2e
RANGE = 60  # seconds that a rate looks back
SCRAPE = 5  # seconds between two scrapes, as docker/prometheus/prometheus.yml has it
REPLICAS = 3
SCORED = "sum(offbeat_records_scored_total)"
SCRAPED = 'sum(up{job="offbeat"})'
ROOT = Path(__file__).parents[2]
PANELS = {
    panel["title"]: [target["expr"] for target in panel["targets"]]
    for panel in json.loads((ROOT / "docker/grafana/dashboards/offbeat.json").read_text())["panels"]
}


@pytest.fixture(scope="module")
def compose(docker, free_ports) -> Callable[..., str]:
    """`docker compose` on a project and on ports of its own."""
    service, prometheus = free_ports
    ports = {"OFFBEAT_PORT": service, "PROMETHEUS_PORT": prometheus}
    return partial(docker, "compose", timeout=1800, COMPOSE_PROJECT_NAME="offbeat-e2e", **ports)


@pytest.fixture(scope="module")
def stack(compose, free_ports, figures) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Clients of the running service and of its Prometheus; the stack and its volumes are removed at the end."""
    addresses = [f"http://127.0.0.1:{port}" for port in free_ports]
    try:
        compose("build", "offbeat")
        start = time.monotonic()
        compose("up", "--scale", f"offbeat={REPLICAS}", "--wait", "--wait-timeout", "120")
        figures["compose stack healthy after s"] = time.monotonic() - start
        with (
            httpx.Client(base_url=addresses[0]) as service,
            httpx.Client(base_url=addresses[1]) as prometheus,
        ):
            wait_until(lambda: service.get("/readyz").status_code == 200)
            yield service, prometheus
    finally:
        compose("--profile", "train", "down", "--volumes", "--timeout", "15")


def test_prometheus_counts_exactly_the_records_that_all_replicas_scored(stack, hundred_records, figures):
    service, prometheus = stack
    wait_until(lambda: query(prometheus, SCRAPED) == REPLICAS)
    time.sleep(SCRAPE + 1)
    assert query(prometheus, SCORED) == 0  # the control: scraped twice, and nothing counted yet

    model, body = hundred_records(service)
    for _ in range(30):  # each on a connection of its own, so that the gateway chooses anew
        reply = httpx.post(service.base_url.join(f"/v1/models/{model}/score"), json=body)
        assert reply.status_code == 200, reply.text

    start = time.monotonic()
    wait_until(lambda: query(prometheus, SCORED) == 3000)
    figures["Prometheus sees the records after s"] = time.monotonic() - start
    time.sleep(SCRAPE + 1)
    assert query(prometheus, SCORED) == 3000  # the next scrape counts nothing twice
    assert query(prometheus, "count(sum by (instance) (offbeat_records_scored_total) > 0)") == REPLICAS


def test_panels_say_what_can_be_counted_by_hand(stack, hundred_records):
    service, prometheus = stack
    model, body = hundred_records(service)
    far = {
        name: [*values[:60], *(1e6 * (1 + abs(each)) for each in values[60:])]
        for name, values in body["columns"].items()
    }

    def post() -> dict[str, Any]:
        # On a connection of its own, so that the gateway chooses anew.
        return httpx.post(service.base_url.join(f"/v1/models/{model}/score"), json={"columns": far}).json()

    counting = 'count(sum by (instance) (offbeat_records_scored_total{verdict="anomaly"}) > 0)'
    wait_until(lambda: bool(post()) and query(prometheus, counting) == REPLICAS)
    time.sleep(RANGE + SCRAPE + 1)  # what was posted until now is no part of any rate
    for _ in range(2 * REPLICAS):
        reply = post()
    strange = sum(each["is_anomaly"] for each in reply["results"]) / len(reply["results"])
    assert 0 < strange < 1
    time.sleep(2 * SCRAPE + 1)

    def panel(title: str, number: int = 0) -> dict[str, float]:
        expression = PANELS[title][number].replace("$__rate_interval", f"{RANGE}s").replace("$model", ".*")
        found = prometheus.get("/api/v1/query", params={"query": expression}).raise_for_status().json()
        return {str(each["metric"]): float(each["value"][1]) for each in found["data"]["result"]}

    champion = service.get(f"/v1/models/{model}").json()["champion"]
    assert [*panel("Replicas that answer").values()] == [REPLICAS]
    assert [*panel("Share of anomalies").values()] == [pytest.approx(strange)]
    assert [*panel("Share above the threshold, and near it").values()] == [pytest.approx(strange)]
    assert [*panel("Thresholds").values()] == [pytest.approx(reply["threshold"])]
    assert [*panel("Workers").values()] == [REPLICAS]
    assert [*panel("At work").values()] == [REPLICAS]  # each is at work on the scrape that asks
    (served,) = panel("What is served")
    assert champion["digest"] in served
    for title, expressions in PANELS.items():
        for number in range(len(expressions)):
            panel(title, number)  # Prometheus understands each


def test_alerts_are_loaded_quiet_and_pass_their_own_tests(compose, stack):
    _, prometheus = stack

    (group,) = prometheus.get("/api/v1/rules").raise_for_status().json()["data"]["groups"]
    room = ("-e", "TMPDIR=/prometheus")  # the only place it may write to
    tests = ("promtool", "test", "rules", "/etc/prometheus/alerts.test.yml")
    told = compose("exec", "-T", *room, "prometheus", *tests)

    assert {rule["health"] for rule in group["rules"]} == {"ok"}
    assert [rule["name"] for rule in group["rules"] if rule["state"] == "firing"] == []
    assert "SUCCESS" in told


def test_a_model_trained_in_the_stack_is_served_without_a_restart(compose, stack, hundred_records, figures):
    service, _ = stack
    assert service.get("/v1/models/trained").status_code == 404
    compose("build", "training")

    start = time.monotonic()
    train = ("train", "/data/host/normal.csv", "--name", "trained", "--epochs", "3")
    compose("run", "--rm", "training", *train)
    figures["trained for 3 epochs in a container after s"] = time.monotonic() - start

    # Each replica looks for itself; the gateway asks them in turns.
    wait_until(lambda: all(service.get("/v1/models/trained").status_code == 200 for _ in range(2 * REPLICAS)))
    model, body = hundred_records(service, "trained")
    reply = service.post(f"/v1/models/{model}/score", json=body)
    assert reply.status_code == 200, reply.text
    assert reply.json()["version"] == 1


def query(prometheus: httpx.Client, expression: str) -> float:
    """The one value of a query at this moment; 0 where there is no series."""
    reply = prometheus.get("/api/v1/query", params={"query": expression}).raise_for_status().json()
    values = [float(series["value"][1]) for series in reply["data"]["result"]]
    assert len(values) <= 1, reply
    return values[0] if values else 0.0


def wait_until(condition: Callable[[], bool], timeout: float = 30) -> None:
    until = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.2)
