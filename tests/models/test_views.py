"""A judgement as columns: the same as is said of each record, in types that a file can hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.bundle import open_bundle
from models.columns import TypedColumn
from models.formats import FORMATS
from models.formats.json_text import JsonPlaces, typed
from models.judgement import Judgement, judge
from models.number_column import NumberColumn
from models.scorer import Scorer
from models.table import Table
from models.views import VIEWS, verdicts

BUNDLES = Path(__file__).parents[1] / "bundles"
TYPED = ("csv", "ndjson", "parquet", "arrow")


def cells(columns: Any) -> dict[str, list[Any]]:
    return {name: list(column.cells) for name, column in columns.items()}


@pytest.fixture(scope="module", params=["pump", "mixer"])
def judged(request: pytest.FixtureRequest) -> Judgement:
    """A hundred records around and far from what is normal, some with a value missing, not finite or never seen."""
    folder = next((BUNDLES / request.param).glob("[0-9]*"))
    scorer = Scorer(open_bundle(folder))
    chance = np.random.default_rng(7)
    columns: dict[str, Any] = {}
    for feature in scorer.columns.numeric:
        values = chance.normal(feature.typical, 2 * (feature.maximum - feature.minimum), 100)
        columns[feature.name] = NumberColumn(values, chance.random(100) < 0.1)
    for each in scorer.columns.categorical:
        source = each.derived.column if each.derived else each.name
        some = [*each.categories, "never seen", None]
        columns[source] = TypedColumn([some[at] for at in chance.integers(len(some), size=100)])
    name = scorer.columns.numeric[0].name
    columns[name].values[::17] = np.inf
    return judge(scorer, Table(columns, 100, JsonPlaces("records", {})))


def test_verdicts_say_what_is_said_of_each_record(judged: Judgement) -> None:
    found = cells(verdicts(judged))

    assert {*judged.verdicts} >= {"unknown", "anomaly"}
    tops = [judged.contributions(row, 1) for row in range(judged.rows)]
    for name, field in (("cause", "feature"), ("actual", "actual"), ("expected", "expected")):
        assert found[name] == [getattr(top[0], field) if top else None for top in tops]
    assert found["verdict"] == judged.verdicts
    assert found["reason"] == judged.reasons
    assert found["imputed"] == ["; ".join(judged.imputed(row)) for row in range(judged.rows)]
    assert found["warnings"] == ["; ".join(judged.warnings(row)) for row in range(judged.rows)]
    for name in ("score", "anomaly_score", "reconstruction_error", "latent_distance", "p_value", "severity"):
        values = getattr(judged, name).tolist()
        assert found[name] == [None if value != value else value for value in values]  # noqa: PLR0124


def test_reconstructions_are_the_expected_values_of_records_with_a_verdict(judged: Judgement) -> None:
    found = cells(VIEWS["reconstruct"](judged))

    for name in judged.columns.names:
        expected = [judged.expected(row)[name] for row in range(judged.rows)]
        reasons = judged.reasons
        assert found[f"expected_{name}"] == [
            None if reason else each for reason, each in zip(reasons, expected, strict=True)
        ]


def test_embeddings_are_a_column_for_each_number_of_the_latent(judged: Judgement) -> None:
    found = VIEWS["embed"](judged)

    assert list(found) == [f"latent_{place}" for place in range(judged.latent.shape[1])]
    read = np.column_stack([column.numbers().values for column in found.values()])
    assert np.array_equal(read, judged.latent, equal_nan=True)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("kind", TYPED)
def test_a_view_is_the_same_in_every_format(judged: Judgement, view: str, kind: str) -> None:
    table = Table(VIEWS[view](judged), judged.rows, JsonPlaces("records", {}))

    read = FORMATS[kind].read(FORMATS[kind].write(table))

    for name, column in table.columns.items():
        other = read.columns[name]
        if isinstance(column, NumberColumn):
            assert np.array_equal(other.numbers().values, column.numbers().values, equal_nan=True)
            assert np.array_equal(other.numbers().missing, column.numbers().missing)
        else:
            told = [None if cell in (None, "") else str(cell) for cell in column.cells]
            assert [None if cell in (None, "") else str(cell) for cell in other.cells] == told


def test_a_picture_is_explained_by_its_regions() -> None:
    scorer = Scorer(open_bundle(next((BUNDLES / "tiles").glob("[0-9]*"))))
    (image,) = scorer.columns.images
    from models.pictures import as_text, encode_png  # noqa: PLC0415

    chance = np.random.default_rng(1)
    pictures = [as_text(encode_png(chance.integers(0, 255, image.shape).astype(np.uint8))) for _ in range(3)]
    judged = judge(scorer, Table(typed({image.name: [*pictures, None]}), 4, JsonPlaces("records", {})))

    found = cells(verdicts(judged))

    assert all(cause.startswith("rows ") for cause in found["cause"][:3])
    assert found["cause"][3] is None
    assert found["imputed"][3] == image.name
    assert cells(VIEWS["reconstruct"](judged))[f"expected_{image.name}"][3] is None
