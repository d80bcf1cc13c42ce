"""The model card: the same facts as text, for whoever keeps models beside each other (Mitchell et al. 2019)."""

from __future__ import annotations

from typing import Any, cast

from models.features import NumericFeature
from training.report.markup import percent
from training.report.shown import Shown

NAMED = 20  # features


def card(shown: Shown) -> str:
    """Markdown."""
    parts = [f"# {shown.name}", _what(shown), "## Data", _data(shown), "## How good it is", *_quality(shown)]
    parts += ["## What it does not know", _limits(shown), "## To do it again", _again(shown)]
    return "\n\n".join(parts) + "\n"


def _what(shown: Shown) -> str:
    manifest = shown.manifest
    judged = {"images": "images", "windows": "windows of readings, each at its last one", "rows": "records"}[
        shown.what
    ]
    return (
        f"An autoencoder that finds unusual {judged}. Variant {manifest.variant}, head {manifest.head}, latent of "
        f"{manifest.latent_size}. A score above {manifest.threshold.value:.6g} is an anomaly ({manifest.threshold.method} "
        f"{manifest.threshold.parameter:g}). Each verdict names the features that made it, with the values that were expected."
    )


def _data(shown: Shown) -> str:
    training, columns = shown.manifest.training, shown.manifest.columns
    rows = training.rows
    names = ", ".join(f"`{each.name}`{_range(each)}" for each in columns.features[:NAMED])
    more = len(columns.features) - NAMED
    return (
        f"`{training.data}` ({training.data_digest}): {rows.train:,} {shown.what} to train on, {rows.validation:,} for "
        f"validation, {rows.calibration:,} for calibration, {rows.test:,} for the test; {rows.set_aside:,} set aside.\n\n"
        f"Features: {names}{f' and {more} more' if more > 0 else ''}."
    )


def _range(feature: object) -> str:
    return f" ({feature.minimum:.4g} to {feature.maximum:.4g})" if isinstance(feature, NumericFeature) else ""


def _quality(shown: Shown) -> list[str]:
    quality = cast("dict[str, Any]", shown.manifest.quality)
    if "test_rows" not in quality:
        return ["No rows were kept for a test, so nothing is known of it."]
    flagged = quality.get("false_positive_rate", quality.get("flagged", 0.0))
    told = [f"- flagged of {quality['test_rows']:,} test {shown.what}: {percent(flagged)}"]
    if "labelled" in quality:
        measures = ", ".join(
            f"{name} {value:.3f}" for name, value in quality["labelled"].items() if name != "anomalies"
        )
        told.append(f"- on {quality['labelled']['anomalies']:,} known anomalies: {measures}")
    for name, each in (quality.get("injected_faults") or {}).items():
        told.append(
            f"- {name.replace('_', ' ')} put into {int(each['rows']):,} records: {percent(each['detected'])} flagged, "
            f"{percent(each['top_contributor'])} with the right cause first"
        )
    return ["\n".join(told)]


def _limits(shown: Shown) -> str:
    kept = "no single training record" if shown.facts.private else "traces of its training records"
    return (
        "It calls strange what does not resemble its training data, whether or not that is a fault; what was strange there, too, "
        "is ordinary to it. Values beyond the trained ranges are flagged with a warning. When the machine or the process changes, "
        f"train again. The file holds {kept}."
    )


def _again(shown: Shown) -> str:
    training = shown.manifest.training
    versions = ", ".join(f"{name} {version}" for name, version in sorted(training.libraries.items()))
    return f"Seed {training.seed}, created {training.created}; {versions}. `report.html` has every setting."
