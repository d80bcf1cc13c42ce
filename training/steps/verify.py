"""Show that the exported graph scores as the trained one, before anybody can serve it."""

from __future__ import annotations

import numpy as np

from models.bundle import Bundle, Golden, digest_of
from models.encoding import Encoded, encode
from models.features import CategoricalFeature, FeatureSchema
from models.manifest import Manifest
from models.scorer import Scorer, check_scores, golden_table
from models.threshold import Calibration
from training.graph import ScoringGraph

GOLDEN_ROWS = 16
UNSEEN = "never seen in training"


def verify(
    graph: ScoringGraph, model: bytes, manifest: Manifest, calibration: Calibration, held_out: Encoded
) -> Golden:
    """Golden records with their scores. BundleRefused when ONNX Runtime and torch disagree on them or on `held_out`."""
    columns = golden_columns(manifest.columns, seed=manifest.training.seed)
    encoded = encode(golden_table(columns), manifest.columns)
    golden = Golden(columns=columns, scores=tuple(graph.of(encoded).score.double().tolist()))
    bundle = Bundle(manifest, digest_of(b""), model, golden, calibration)
    scorer = Scorer(bundle)  # re-scores the golden records
    check_scores(
        scorer.score(held_out).score, graph.of(held_out).score.double().numpy(), manifest.threshold.value
    )
    return golden


def golden_columns(columns: FeatureSchema, seed: int) -> dict[str, tuple[float | str | None, ...]]:
    """Made-up records from what the schema says, no row of the data: inside the ranges, far outside, missing, unseen."""
    chance = np.random.default_rng(seed)
    made: dict[str, tuple[float | str | None, ...]] = {}
    for feature in columns.features:
        cells: list[float | str | None]
        if isinstance(feature, CategoricalFeature):
            cells = [str(cell) for cell in chance.choice(feature.categories, GOLDEN_ROWS)]
            cells[-1] = UNSEEN
        else:
            cells = [float(cell) for cell in chance.uniform(feature.minimum, feature.maximum, GOLDEN_ROWS)]
            cells[-1] = feature.maximum + 3 * (feature.maximum - feature.minimum)
        cells[0] = feature.typical
        cells[int(chance.integers(1, GOLDEN_ROWS - 1))] = None
        made[feature.name] = tuple(cells)
    return made
