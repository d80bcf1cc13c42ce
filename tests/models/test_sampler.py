"""Making records up: what a graph must be to be trusted with it, and what it may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.bundle import Bundle, open_bundle
from models.errors import BundleRefused, TableMismatch
from models.features import CategoricalFeature, Derived, FeatureSchema, NumericFeature
from models.manifest import Manifest
from models.sampler import Sampler
from models.scorer import Scorer

MIXER = Path(__file__).parents[1] / "bundles" / "mixer"
LOAD = NumericFeature(name="load", typical=5.0, minimum=0.0, maximum=10.0, lowest=-90.0, highest=90.0)
HOUR = CategoricalFeature(
    name="time.hour", typical="7", categories=("7", "13"), derived=Derived(column="time", part="hour")
)
HEAT = NumericFeature(name="heat", typical=20.0, minimum=10.0, maximum=30.0, lowest=-90.0, highest=90.0)


class Graph:
    """Whatever it is given, the same record comes out again and again."""

    def __init__(self, *record: float) -> None:
        self.record = record
        self.inputs: dict[str, NDArray[Any]] = {}
        self.runs: list[dict[str, NDArray[Any]]] = []

    def run(self, names: Sequence[str], inputs: dict[str, NDArray[Any]]) -> list[NDArray[Any]]:
        assert names == ["expected"]
        self.inputs = inputs
        self.runs.append(inputs)
        return [np.tile(np.array(self.record), (len(inputs["latent"]), 1))]


@pytest.fixture
def bundle() -> Bundle:
    return open_bundle(MIXER / "1")


@pytest.fixture
def manifest(bundle: Bundle) -> Manifest:
    """Heat is judged; the load and the hour are given. `expected` is load, heat, hour."""
    columns = FeatureSchema(features=(LOAD, HOUR, HEAT), conditions=("load", "time.hour"))
    return bundle.manifest.model_copy(update={"columns": columns, "latent_size": 2})


def test_conditions_are_given_to_the_graph_as_a_record_that_holds_nothing_else(manifest: Manifest) -> None:
    graph = Graph(5.0, 20.0, 1.0)

    Sampler(graph, manifest).sample(2, 7, {"load": 3, "time.hour": 13})

    assert {name: (each.shape, each.dtype) for name, each in graph.inputs.items()} == {
        "latent": ((2, 2), np.float32),
        "noise": ((2, 5), np.float32),
        "numeric": ((2, 2), np.float64),
        "categorical": ((2, 1), np.int64),
    }
    assert graph.inputs["numeric"][:, 0].tolist() == [3.0, 3.0]
    assert np.isnan(graph.inputs["numeric"][:, 1]).all()
    assert graph.inputs["categorical"].tolist() == [[2], [2]]


def test_a_condition_comes_back_as_it_was_given(manifest: Manifest) -> None:
    made = Sampler(Graph(5.0, 20.0, 1.0), manifest).sample(2, 7, {"load": 0.1, "time.hour": "13"})

    assert made == {"load": [0.1, 0.1], "heat": [20.0, 20.0], "time.hour": ["13", "13"]}


def test_what_ends_a_hair_beyond_the_trained_range_ends_at_it(manifest: Manifest) -> None:
    made = Sampler(Graph(5.0, 30.0000007, 1.0), manifest).sample(1, 7, {"load": 5, "time.hour": "7"})

    assert made["heat"] == [30.0]


def test_the_seed_is_all_the_chance_there_is_and_more_records_begin_with_the_same(manifest: Manifest) -> None:
    graph, given = Graph(5.0, 20.0, 1.0), {"load": 5.0, "time.hour": "7"}
    sampler = Sampler(graph, manifest)
    drawn = []
    for n, seed in ((5, 7), (50, 7), (5, 8)):
        sampler.sample(n, seed, given)
        drawn.append(graph.inputs["noise"][:5].tolist())

    assert drawn[0] == drawn[1] != drawn[2]


def test_many_records_are_made_run_by_run_of_the_same_chance(
    manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"load": 5.0, "time.hour": "7"}
    whole, pieces = Graph(5.0, 20.0, 1.0), Graph(5.0, 20.0, 1.0)
    Sampler(whole, manifest).sample(50, 7, given)
    monkeypatch.setattr("models.feed.RUN_VALUES", 8 * 7 + 1)  # of a latent of 2 and noise of 5: eight records

    made = Sampler(pieces, manifest).sample(50, 7, given)

    runs = pieces.runs[1:]  # after the test of what was loaded
    assert [len(each["latent"]) for each in runs] == [8] * 6 + [2]
    assert {name: len(cells) for name, cells in made.items()} == {"load": 50, "heat": 50, "time.hour": 50}
    for name, values in whole.inputs.items():
        np.testing.assert_array_equal(np.concatenate([each[name] for each in runs]), values)


@pytest.mark.parametrize(
    ("condition", "pointer", "detail"),
    [
        ({}, "/condition", "the condition load is missing; what is normal depends on it"),
        ({"load": 5}, "/condition", "the condition time.hour is missing; what is normal depends on it"),
        ({"load": 11, "time.hour": "7"}, "/condition/load", "11 is outside the trained range 0 to 10"),
        ({"load": "5", "time.hour": "7"}, "/condition/load", 'expected a number, got "5"'),
        ({"load": float("nan"), "time.hour": "7"}, "/condition/load", "expected a number, got NaN"),
        (
            {"load": 5, "time.hour": "8"},
            "/condition/time.hour",
            '"8" was never seen in training; there is: "7", "13"',
        ),
        (
            {"load": 5, "time.hour": "7", "a/b": 1},
            "/condition/a~1b",
            'the model knows no condition "a/b"; there is: load, time.hour',
        ),
    ],
)
def test_every_condition_is_given_and_was_seen(
    manifest: Manifest, condition: dict[str, Any], pointer: str, detail: str
) -> None:
    sampler = Sampler(Graph(5.0, 20.0, 1.0), manifest)

    with pytest.raises(TableMismatch) as refused:
        sampler.sample(1, 7, condition)

    assert (refused.value.mismatches[0].pointer, refused.value.mismatches[0].detail) == (pointer, detail)


@pytest.mark.parametrize(
    "record", [(5.0, np.nan, 1.0), (5.0, np.inf, 1.0), (5.0, 20.0), (5.0, 20.0, 1.0, 1.0)]
)
def test_a_graph_that_makes_no_records_is_refused(manifest: Manifest, record: tuple[float, ...]) -> None:
    with pytest.raises(BundleRefused, match="makes up what are not records"):
        Sampler(Graph(*record), manifest)


def test_a_code_that_no_category_has_is_the_nearest_that_there_is(manifest: Manifest) -> None:
    columns = FeatureSchema(features=(LOAD, HOUR, HEAT), conditions=("load",))
    plain = manifest.model_copy(update={"columns": columns})

    made = Sampler(Graph(5.0, 20.0, 99.0), plain).sample(1, 7, {"load": 5})

    assert made["time.hour"] == ["13"]


def test_a_scorer_brings_the_sampler_of_its_bundle(bundle: Bundle) -> None:
    sampler = Scorer(bundle).sampler

    assert sampler is not None
    assert sampler.sample(3, 7, {"mode": "stir"})["mode"] == ["stir"] * 3
    assert Scorer(replace(bundle, sampler=None)).sampler is None


def test_a_sampler_of_another_model_is_refused(bundle: Bundle) -> None:
    other = open_bundle(MIXER / "2")

    for sampler, why in (
        (bundle.model, "sampler.onnx does not take the manifest's features"),
        (other.sampler, "sampler.onnx does not take the manifest's features"),
        (b"junk", "sampler.onnx does not load"),
    ):
        with pytest.raises(BundleRefused, match=why):
            Scorer(replace(bundle, sampler=sampler))
