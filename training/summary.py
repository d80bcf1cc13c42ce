"""Say in a few lines what a training made and what its model will find. Knows manifests, not networks."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.manifest import Manifest, Tried
from models.repository import Reference
from models.sketch import Sketch
from models.windows import Window

DRIFT = (
    "what is normal drifts: a threshold for as long a time again as was recorded, from no held-out rows; "
    "--drift off where the series stands still"
)
UNLIKE = "that is far more than was asked for: the test records are unlike those that set the threshold; "
STRETCHES = "--blocks 5 would give every part some of each stretch of the recording"
LONGER = "a longer recording would hold more of what is normal"
UNLIKELY, FEW = 3, 10  # times the share that was asked for, and flags that chance may raise
MANY = 3  # times the window's length: fewer readings without a window are just the beginning, and a gap


def print_summary(
    console: Console, reference: Reference, manifest: Manifest, champion: Reference | None
) -> None:
    """The version, its rows, its threshold, what it finds, and what to do next."""
    training, threshold = manifest.training, manifest.threshold
    rows = training.rows
    console.print(
        f"[bold]{manifest.model}@{reference.version}[/bold] {manifest.variant}, {_network(manifest)}"
    )
    what = "images" if manifest.columns.images else "windows" if manifest.window else "rows"
    console.print(
        f"{what}: {rows.train} train, {rows.validation} validation, {rows.calibration} calibration, {rows.test} test"
        + (f"; {rows.set_aside} set aside (not finite)" if rows.set_aside else "")
    )
    if manifest.window:
        _print_without_window(console, manifest.window, rows.without_window)
        if training.settings.get("drift") == "on":
            console.print(DRIFT, soft_wrap=True)
    if manifest.columns.passthrough:
        console.print(Text(f"not learned from: {', '.join(manifest.columns.passthrough)}"), soft_wrap=True)
    if training.tried:
        console.print(_tried(training.tried))
    console.print(f"{training.epochs} epochs, {training.seconds:.1f} s")
    console.print(f"threshold {threshold.value:.4g} ({threshold.method} {threshold.parameter:g})")
    _print_quality(console, cast("dict[str, Any]", manifest.quality), what)
    if _is_unlike(manifest):
        console.print(
            UNLIKE + (STRETCHES if training.settings.get("blocks") == 1 else LONGER), soft_wrap=True
        )
    served = champion is not None and champion.version == reference.version
    promote = f"; to serve it: offbeat models promote {manifest.model}@{reference.version}"
    told = f"published as {reference.folder}" + (", champion" if served else promote)
    console.print(Text(told), soft_wrap=True)  # Text: a folder's name may look like markup


def print_sketch(console: Console, sketch: Sketch) -> None:
    """How the anomaly scores of the training file lie, and along it."""
    for line in (*sketch.histogram(), sketch.strip()):
        console.print(line)


def print_classes(console: Console, normal: Sketch, anomalies: Sketch) -> None:
    """How those of either class lie."""
    for name, sketch in (("normal", normal), ("anomalies", anomalies)):
        console.print(f"{name}:")
        for line in sketch.histogram():
            console.print(line)


def print_suspects(console: Console, rows: int, path: Path) -> None:
    """Where the rows are that nothing was learned from."""
    told = f"{rows} training rows were set aside as likely anomalies, the most suspicious first: {path}"
    console.print(Text(told), soft_wrap=True)


def _tried(tried: tuple[Tried, ...]) -> Table:
    table = Table(
        title="tried for a moment: how badly held-out rows are rebuilt from noisy ones", title_justify="left"
    )
    for name in ("code size", "risk", "seconds"):
        table.add_column(name, justify="right")
    table.add_column()
    for each in tried:
        why = "chosen: the narrowest that chance does not tell from the best" if each.chosen else ""
        table.add_row(str(each.code_size), f"{each.risk:.4g}", f"{each.seconds:.1f}", why)
    return table


def _print_without_window(console: Console, window: Window, readings: int) -> None:
    """How many readings no window ends at, when they are more than the beginning of a single series."""
    if readings < (window.length if window.series else window.length * MANY):
        return
    told = f"{readings} readings end no whole window, for want of readings before them"
    if window.series:
        told += "; a series that holds none is left out"
    if window.gap == "break" and window.timestamp:
        told += "; --gaps resample would interpolate"
    console.print(told)


def _network(manifest: Manifest) -> str:
    settings = manifest.training.settings
    hidden = cast("list[int]", settings["hidden"])
    layers = " -> ".join(map(str, [*hidden, manifest.latent_size]))
    return f"{_inputs(manifest)} -> {layers}, loss {settings['loss']}"


def _inputs(manifest: Manifest) -> str:
    for image in manifest.columns.images:
        return f"{image.width} x {image.height} x {image.channels}"
    features = f"{len(manifest.columns.names)} features"
    return f"{manifest.window.length} x {features}" if manifest.window else features


def _is_unlike(manifest: Manifest) -> bool:
    """Whether many more ordinary test records were flagged than the threshold was set for."""
    threshold, quality = manifest.threshold, cast("dict[str, Any]", manifest.quality)
    asked = {"fpr": threshold.parameter, "quantile": 1 - threshold.parameter}.get(threshold.method)
    flagged = quality.get("false_positive_rate", 0.0)
    return asked is not None and flagged > UNLIKELY * asked and flagged * quality["test_rows"] > FEW


def _print_quality(console: Console, quality: dict[str, Any], what: str) -> None:
    for name, value in quality.get("variant", {}).items():
        console.print(f"{name.replace('_', ' ')} {value:.3g}")
    if "test_rows" not in quality:
        console.print(f"no test {what}: nothing evaluated")
        return
    normal = "normal test" if "false_positive_rate" in quality else "test"
    flagged = quality.get("false_positive_rate", quality.get("flagged", 0.0))
    console.print(f"flagged of {quality['test_rows']} {normal} {what}: {flagged:.2%}")
    if "labelled" in quality:
        print_measures(console, quality["labelled"])
    if quality.get("injected_faults"):
        console.print(_faults(quality["injected_faults"]))


def print_measures(console: Console, labelled: dict[str, Any]) -> None:
    """One line of the measures that need labels."""
    anomalies = labelled["anomalies"]
    measures = "  ".join(
        f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}"
        for name, value in labelled.items()
        if name != "anomalies"
    )
    console.print(f"on {anomalies} labelled anomalies: {measures}", soft_wrap=True)


def _faults(found: dict[str, dict[str, float]]) -> Table:
    table = Table(title="faults injected into test rows", title_justify="left")
    table.add_column("fault")
    for name in ("rows", "detected", "by forest", "cause named", "by forest", "by chance"):
        table.add_column(name, justify="right")
    keys = (
        "detected",
        "forest_detected",
        "top_contributor",
        "forest_top_contributor",
        "random_top_contributor",
    )
    for fault, row in found.items():
        table.add_row(fault.replace("_", " "), str(int(row["rows"])), *(f"{row[key]:.0%}" for key in keys))
    return table
