"""Show that the exported graph scores as the trained one, before anybody can serve it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from models.bundle import Bundle, Golden, digest_of
from models.features import CategoricalFeature, ImageFeature, NumericFeature
from models.feed import Feed
from models.manifest import Manifest
from models.pictures import as_text, encode_png
from models.scorer import Scorer, check_scores, golden_samples
from models.threshold import Calibration
from training.graph import ScoringGraph

GOLDEN_ROWS = 16
GOLDEN_PICTURES = 4
BLOCKS = 8  # along a side of a golden picture
START = datetime(2026, 1, 1, tzinfo=UTC)
UNSEEN = "never seen in training"
# Both sum float32 in an order of their own. Where a feature is rebuilt well a small error is weighed heavily, and of
# thousands of rows the worst has been seen 1.7e-5 apart; a graph that computes something else is apart by far more.
AGREEMENT = 1e-4


def verify(
    graph: ScoringGraph, model: bytes, manifest: Manifest, calibration: Calibration, held_out: Feed
) -> Golden:
    """Golden records with their scores. BundleRefused when ONNX Runtime and torch disagree on them or on `held_out`."""
    columns = golden_columns(manifest, seed=manifest.training.seed)
    scores = graph.of(golden_samples(columns, manifest)).score.double().tolist()
    golden = Golden(columns=columns, scores=tuple(scores))
    bundle = Bundle(manifest, digest_of(b""), model, golden, calibration)
    scorer = Scorer(bundle)  # re-scores the golden records
    found, wanted = scorer.score(held_out).score, graph.of(held_out).score.double().numpy()
    check_scores(found, wanted, manifest.threshold.value, AGREEMENT)
    return golden


def golden_columns(manifest: Manifest, seed: int) -> dict[str, tuple[float | str | None, ...]]:
    """Made-up records from what the schema says, no row of the data: inside the ranges, far outside, missing, unseen."""
    chance = np.random.default_rng(seed)
    schema = manifest.columns
    rows = GOLDEN_ROWS + (manifest.window.length - 1 if manifest.window else 0)
    made: dict[str, tuple[float | str | None, ...]] = {}
    for feature in schema.features:
        if isinstance(feature, ImageFeature):
            made[feature.name] = tuple(_picture(feature, chance) for _ in range(GOLDEN_PICTURES))
        elif isinstance(feature, CategoricalFeature) and feature.derived:
            moments = (START + timedelta(hours=37 * row) for row in range(rows))
            made[feature.derived.column] = tuple(moment.isoformat() for moment in moments)
        else:
            made[feature.name] = _cells(feature, rows, chance)
    return made


def _cells(
    feature: NumericFeature | CategoricalFeature, rows: int, chance: np.random.Generator
) -> tuple[float | str | None, ...]:
    cells: list[float | str | None]
    if isinstance(feature, CategoricalFeature):
        cells = [str(cell) for cell in chance.choice(feature.categories, rows)]
        cells[-1] = UNSEEN
    else:
        cells = [float(cell) for cell in chance.uniform(feature.minimum, feature.maximum, rows)]
        cells[-1] = feature.maximum + 3 * (feature.maximum - feature.minimum)
    cells[0] = feature.typical
    cells[int(chance.integers(1, rows - 1))] = None
    return tuple(cells)


def _picture(feature: ImageFeature, chance: np.random.Generator) -> str:
    """Blocks of chance, which a PNG keeps small, as base64."""
    down, across = (
        np.minimum(np.arange(side) * BLOCKS // side, BLOCKS - 1) for side in (feature.height, feature.width)
    )
    blocks = chance.integers(0, 256, (BLOCKS, BLOCKS, feature.channels), dtype=np.uint8)
    return as_text(encode_png(blocks[down][:, across]))
