"""The dashboard and the alerts speak of metrics and labels that exist, and every alert has a runbook and a test of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.counts import OwnCounts
from service.families import Families
from service.series import Histogram

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "docker/grafana/dashboards/offbeat.json").read_text())
PROMETHEUS = ROOT / "docker" / "prometheus"
RULES = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"][0]["rules"]
TESTS = yaml.safe_load((PROMETHEUS / "alerts.test.yml").read_text())["tests"]
RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text()
SCRAPED = {"job", "instance"}  # labels that Prometheus adds
# What is shown of the state at every scrape, as docs/metrics.md has it.
STATE = {
    "up": set(),
    "offbeat_model_info": {"model", "version", "alias", "variant", "digest"},
    "offbeat_threshold": {"model", "version", "alias"},
    "offbeat_workers": set(),
}


def known() -> dict[str, set[str]]:
    """The labels of every series by its name."""
    found = {name: {*labels, *SCRAPED} for name, labels in STATE.items()}
    for family in Families(OwnCounts()).all():
        labels = {*family._labels, *SCRAPED}
        names = [family.name]
        if isinstance(family, Histogram):
            names = [family.name + end for end in ("_bucket", "_count", "_sum")]
        found |= {name: labels | ({"le"} if name.endswith("_bucket") else set()) for name in names}
    return found


def panels() -> Iterator[tuple[str, str]]:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def queries() -> list[tuple[str, str]]:
    return [*panels(), *((rule["alert"], rule["expr"]) for rule in RULES)]


@pytest.mark.parametrize(("where", "query"), queries())
def test_queries_ask_for_what_there_is(where, query):
    series = known()

    names = re.findall(r"\b(offbeat_\w+|up)\b(?=[{\[)])", query)
    assert names
    for name, labels in re.findall(r"\b(offbeat_\w+|up)\{(.*?)\}(?=[\[)\s]|$)", query):
        assert name in series, where
        for label in re.findall(r"(\w+)(?:=~|!=|=)", re.sub(r'"[^"]*"', '""', labels)):
            assert label in series[name], (where, name, label)
    every = set.union(*(series[name] for name in names))
    for group in re.findall(r"\b(?:by|on|ignoring) \((.*?)\)", query):
        assert {label.strip() for label in group.split(",")} <= every | {"le"}, where


def test_a_metric_that_is_not_there_is_noticed():
    with pytest.raises(AssertionError):
        test_queries_ask_for_what_there_is("control", 'sum(rate(offbeat_nothing{job="offbeat"}[5m]))')
    with pytest.raises(AssertionError):
        test_queries_ask_for_what_there_is(
            "control", 'sum by (colour) (rate(offbeat_model_loads_total{job="offbeat"}[5m]))'
        )


def test_panels_are_told_apart_and_ask_the_source_that_is_provisioned():
    source = yaml.safe_load((ROOT / "docker/grafana/provisioning/datasources/prometheus.yml").read_text())

    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len({*ids}) == len(ids)
    assert {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} == {source["datasources"][0]["uid"]}
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]}) == len(ids)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_has_a_runbook_a_test_that_fires_and_one_that_does_not(rule: dict[str, Any]):
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    checks = [
        check for test in TESTS for check in test["alert_rule_test"] if check["alertname"] == rule["alert"]
    ]
    fired = [alert["exp_labels"] for check in checks for alert in check["exp_alerts"]]

    assert (ROOT / page).exists()
    assert f"## {rule['alert']}\n" in RUNBOOKS
    assert anchor == rule["alert"].lower()
    assert fired
    assert all(labels["severity"] == rule["labels"]["severity"] for labels in fired)


def test_runbooks_speak_of_no_alert_that_is_not_there():
    assert re.findall(r"^## (\w+)", RUNBOOKS, re.MULTILINE) == [rule["alert"] for rule in RULES]


def test_the_threshold_of_the_dashboard_is_a_bound_of_the_histogram():
    bounds = {float(bound) for _, query in panels() for bound in re.findall(r'le="([\d.]+)"', query)}

    family = next(each for each in Families(OwnCounts()).all() if each.name == "offbeat_anomaly_score")
    assert bounds
    assert bounds <= {*family._bounds}
