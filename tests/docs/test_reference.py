"""What is made from the code names everything there is, and the pages by hand use the words and rooms there are."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import offbeat.client
from models.manifest import Manifest
from offbeat.cli import VERBS
from reference import GENERATORS, filled
from reference.routes import document, operations
from service.counts import OwnCounts
from service.families import Families
from service.settings import Settings

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {page: page.read_text() for page in sorted(DOCS.rglob("*.md"))}


def test_every_verb_and_its_options_are_told() -> None:
    told = GENERATORS["commands"]()

    assert [verb for verb in VERBS if f"## offbeat {verb}\n" not in told] == []
    assert "### offbeat models promote" in told
    assert "`--fpr NUMBER`" in told
    assert str(ROOT) not in told


def test_every_setting_is_told() -> None:
    told = GENERATORS["settings"]()

    for name, field in Settings.model_fields.items():
        assert f"| `{name}` | " in told
        assert f"`OFFBEAT_{name.upper()}`" in told
        assert str(field.description) in told
    assert "--admin-key" not in told


def test_every_metric_is_told() -> None:
    told = GENERATORS["metrics"]()

    assert [family.name for family in Families(OwnCounts()).all() if f"| `{family.name}" not in told] == []
    assert "`offbeat_model_info{model,version,alias,variant,digest}`" in told


def test_every_route_and_shape_is_told() -> None:
    told, found = GENERATORS["routes"](), document()

    routes = [f"### `{method.upper()} {path}`" for path, method, _ in operations(found)]
    assert len(routes) > 20
    assert [route for route in routes if route not in told] == []
    assert [name for name in found["components"]["schemas"] if f"### {name}\n" not in told] == []


def test_every_field_of_a_manifest_is_told() -> None:
    told = GENERATORS["bundle"]()

    assert [name for name in Manifest.model_fields if f"| `{name}` | " not in told] == []


def test_every_class_of_the_client_is_told_with_its_methods() -> None:
    told = GENERATORS["client"]()

    assert [name for name in offbeat.client.__all__ if f":: offbeat.client.{name}" not in told] == []
    assert "automethod:: offbeat.client.Client.score\n" in told
    assert "automethod:: offbeat.client.ScoreReply.plot\n" in told
    assert "answered" not in told


def test_an_environment_of_the_builder_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = GENERATORS["commands"]()
    monkeypatch.setenv("OFFBEAT_REPOSITORY", "/somewhere/else")
    monkeypatch.setenv("OFFBEAT_PORT", "1234")

    assert GENERATORS["commands"]() == before


def test_every_generator_has_a_page_and_every_region_a_generator() -> None:
    regions = [name for text in PAGES.values() for name in re.findall(r"<!-- generated: (\w+) -->", text)]

    assert sorted(regions) == sorted(GENERATORS)
    with pytest.raises(KeyError):
        filled("<!-- generated: nothing -->\n<!-- /generated -->")


def test_the_house_is_drawn_with_all_its_rooms() -> None:
    rooms = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    drawn = (DOCS / "figures" / "house.svg").read_text()

    assert [room for room in rooms if f">{room}</text>" not in drawn] == []
    assert "http" not in drawn.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_the_glossary_has_every_word_of_the_house() -> None:
    line = (ROOT / "CONTRIBUTING.md").read_text().partition("One word per thing:")[2].partition("\n\n")[0]
    words = re.findall(r"\*(\w[\w ]*)\*", line.replace("\n", " "))
    glossary = (DOCS / "glossary.md").read_text()

    assert len(words) > 15
    explained = {word.lower() for word in re.findall(r"(?m)^### (.+)$", glossary)} | {
        word.lower() for word in re.findall(r"\*(\w[\w ]*)\*", glossary)
    }
    assert [word for word in words if word.lower() not in explained] == []
