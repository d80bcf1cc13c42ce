"""What one should know first."""

from __future__ import annotations

from typing import Any, cast

from training.report.markup import percent, said, tiles
from training.report.shown import Shown

OF_METHOD = {
    "quantile": "this quantile of the calibration scores",
    "fpr": "promises at most this rate of false alarms",
    "robust": "so many spreads above the median of the log score",
    "manual": "set by a person",
}


def glance(shown: Shown) -> str:
    """Network, rows, threshold, false alarms, and what is known of its quality."""
    manifest, training = shown.manifest, shown.manifest.training
    quality = cast("dict[str, Any]", manifest.quality)
    rows, threshold = training.rows, manifest.threshold
    judged = f"{rows.train:,} {shown.what} trained on"
    told = [
        ("Variant", manifest.variant, f"head {manifest.head}, latent of {manifest.latent_size}"),
        (
            "Data",
            training.data,
            f"{judged}; {rows.calibration:,} for calibration, {rows.test:,} for the test",
        ),
        (
            "Threshold",
            f"{threshold.value:.4g}",
            f"{threshold.method} {threshold.parameter:g}: {OF_METHOD[threshold.method]}",
        ),
        *_alarms(quality),
        *_found(quality),
    ]
    return tiles(told) + (_aside(shown) or "")


def _alarms(quality: dict[str, Any]) -> list[tuple[str, str, str]]:
    if "test_rows" not in quality:
        return [("False alarms", "unknown", "no rows were kept for a test")]
    flagged = quality.get("false_positive_rate", quality.get("flagged", 0.0))
    kind = "ordinary" if "false_positive_rate" in quality else "held-out"
    return [("Flagged", percent(flagged), f"of {quality['test_rows']:,} {kind} test samples")]


def _found(quality: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = []
    if "labelled" in quality:
        measured = quality["labelled"]
        found.append(
            (
                "AUROC",
                f"{measured['auroc']:.3f}",
                f"on {measured['anomalies']:,} known anomalies; 0.5 is guessing",
            )
        )
        found.append(
            (
                "Recall",
                percent(measured["recall"]),
                f"of them flagged, with precision {percent(measured['precision'])}",
            )
        )
    faults = quality.get("injected_faults") or {}
    if faults:
        mean = sum(each["detected"] for each in faults.values()) / len(faults)
        found.append(("Injected faults", percent(mean), f"found, over {len(faults)} kinds"))
    return found


def _aside(shown: Shown) -> str | None:
    rows = shown.manifest.training.rows
    told = []
    if rows.set_aside:
        told.append(f"{rows.set_aside:,} rows with nan or inf were set aside.")
    if rows.suspects:
        told.append(
            f"{rows.suspects:,} rows were set aside as likely anomalies; nothing was learned from them."
        )
    if rows.without_window:
        told.append(f"At {rows.without_window:,} readings no whole window ends.")
    if shown.manifest.columns.passthrough:
        told.append(f"Not learned from: {', '.join(shown.manifest.columns.passthrough)}.")
    return said(*told) if told else None
