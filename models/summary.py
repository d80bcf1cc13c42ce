"""What a person reads about versions: tables for a terminal, and where two manifests differ. Knows no command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from models.features import Feature, ImageFeature, NumericFeature
from models.manifest import Manifest

NOTHING = "—"


class Difference(NamedTuple):
    """A field of two manifests; NOTHING where one has no such field."""

    field: str
    left: Any
    right: Any


def table_of(names: Sequence[str], rows: Sequence[Sequence[object]], title: str | None = None) -> Table:
    """A table; numbers to the right, everything else to the left."""
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(names):
        numbers = [isinstance(row[place], int | float) for row in rows]
        table.add_column(name, justify="right" if any(numbers) else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(cell, row))
    return table


def cell(value: object) -> Text:
    """A value as a table shows it. Names come from manifests: they are text, never mark-up and never control codes."""
    return Text(plain(_short(value)))


def plain(text: str) -> str:
    """Text in which nothing moves the cursor."""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)


def described(name: str, digest: str, manifest: Manifest) -> Iterator[RenderableType]:
    """All that a person asks about one version."""
    training, threshold, rows = manifest.training, manifest.threshold, manifest.training.rows
    yield f"{name}  {manifest.variant}, {manifest.head} head, latent of {manifest.latent_size}"
    yield f"digest {digest}"
    yield f"threshold {threshold.value:.6g} ({threshold.method} {threshold.parameter:g})"
    aside = f"; {rows.set_aside} set aside" if rows.set_aside else ""
    yield (
        f"trained {training.created} on {training.data}: rows {rows.train} train, {rows.validation} validation, "
        f"{rows.calibration} calibration, {rows.test} test{aside}; {training.epochs} epochs, seed {training.seed}"
    )
    yield table_of(
        ["feature", "kind", "typical", "trained on"], list(map(_feature, manifest.columns.features))
    )
    if manifest.columns.passthrough:
        yield f"echoed, not read: {', '.join(manifest.columns.passthrough)}"
    yield from _quality(manifest.quality)


def differences(left: Manifest, right: Manifest) -> list[Difference]:
    """Every field that is not the same, by its path; a feature goes by its name."""
    one, other = (dict(_fields(each)) for each in (left, right))
    pairs = (Difference(name, one.get(name, NOTHING), other.get(name, NOTHING)) for name in {**one, **other})
    return [pair for pair in pairs if pair.left != pair.right]


def difference_table(left: str, right: str, found: Sequence[Difference]) -> Table:
    """Both sides, with as many digits as tell them apart."""
    short = [(_short(each.left), _short(each.right)) for each in found]
    exact = [(str(each.left), str(each.right)) for each in found]
    sides = [few if few[0] != few[1] else all_ for few, all_ in zip(short, exact, strict=True)]
    return table_of(
        ["field", left, right], [(each.field, *pair) for each, pair in zip(found, sides, strict=True)]
    )


def _fields(manifest: Manifest) -> Iterator[tuple[str, Any]]:
    for feature in manifest.columns.features:
        yield from _leaves(f"features.{feature.name}", feature.model_dump(mode="json", exclude={"name"}))
    yield "passthrough", list(manifest.columns.passthrough)
    rest = manifest.model_dump(mode="json", exclude={"columns", "files", "format"})
    for name, value in rest.items():
        yield from _leaves(name, value)


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    if not isinstance(value, Mapping):
        yield path, value
        return
    for name, each in value.items():
        yield from _leaves(f"{path}.{name}", each)


def _feature(feature: Feature) -> tuple[str, ...]:
    if isinstance(feature, NumericFeature):
        trained = f"{feature.minimum:.6g} to {feature.maximum:.6g}"
        return feature.name, feature.kind, f"{feature.typical:.6g}", trained
    if isinstance(feature, ImageFeature):
        size = f"{feature.width} x {feature.height}, {'colour' if feature.channels > 1 else 'grey'}"
        return feature.name, feature.kind, NOTHING, size
    return feature.name, feature.kind, feature.typical, ", ".join(feature.categories)


def _quality(quality: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Whatever was measured: single figures in a line, a group of them in a table."""
    single = [f"{name} {_rate(value)}" for name, value in quality.items() if not isinstance(value, Mapping)]
    yield ", ".join(single).replace("_", " ") or "nothing was evaluated"
    for name, group in quality.items():
        if isinstance(group, Mapping) and group:
            yield _group(name.replace("_", " "), group)


def _group(title: str, group: Mapping[str, Any]) -> Table:
    if not all(isinstance(row, Mapping) for row in group.values()):
        return table_of(["measure", "value"], [(name, _rate(value)) for name, value in group.items()], title)
    columns = list(dict.fromkeys(name for row in group.values() for name in row))
    rows = [[name, *(_rate(row.get(column)) for column in columns)] for name, row in group.items()]
    return table_of(["", *(column.replace("_", " ") for column in columns)], rows, title)


def _rate(value: object) -> object:
    return float(f"{value:.3g}") if isinstance(value, float) else value


def _short(value: object) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:.6g}"
    return ", ".join(map(_short, value)) if isinstance(value, list | tuple) else str(value)
