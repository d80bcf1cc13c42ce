"""Sampler: chance to made-up records in their own units, by the graph that a generative model brings. Knows no ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.columns import shown
from models.encoding import UNSEEN, Encoded, encode
from models.errors import BundleRefused, Mismatch, refuse_any
from models.features import CategoricalFeature, FeatureSchema, NumericFeature
from models.feed import Inputs, run_rows, runs
from models.formats.json_text import typed
from models.manifest import Manifest
from models.table import Table, escaped

SHOWN = 200  # characters of what a graph's failure says that an error repeats
NAMED = 20  # categories that an error lists
TESTED = 3  # records made up when a version is loaded
Columns = dict[str, list[float | str]]


class Session(Protocol):
    """A graph that runs: names of outputs, inputs by their names -> the outputs."""

    def run(self, names: Sequence[str], inputs: dict[str, NDArray[Any]], /) -> list[NDArray[Any]]:
        """Run it."""
        ...


@dataclass(frozen=True, slots=True)
class ConditionPlaces:
    """A condition stands by its name in what was asked."""

    def pointer(self, row: int | None, column: str | None) -> str:
        """`/condition/mode`, or all of them where one is not there."""
        return "/condition" if row is None or column is None else f"/condition/{escaped(column)}"

    def words(self, row: int | None, column: str | None) -> str:  # noqa: ARG002
        """The pointer says it all."""
        return ""


class Sampler:
    """A graph that makes up single records. Thread-safe: sampling changes nothing."""

    def __init__(self, session: Session, manifest: Manifest) -> None:
        self._session, self._columns = session, manifest.columns
        self._given = _as_named(manifest.columns)
        self._latent, self._width = manifest.latent_size, width(manifest.columns)
        self._test()

    def sample(self, n: int, seed: int, condition: Mapping[str, object]) -> Columns:
        """`n` records, at least one, the same ones for the same seed, all inside the trained range; each feature by its name.

        `condition` gives every condition of the model its value. TableMismatch for one that is not there, unknown, or
        was not seen in training.
        """
        given = self._encoded(condition)
        made = self._run(n, seed, given)
        return {
            name: self._cells(place, made[:, place], given) for place, name in enumerate(self._columns.names)
        }

    def _run(self, n: int, seed: int, given: Encoded) -> NDArray[np.float64]:
        """(n, features); numbers in their own units, categories as codes. The first records do not depend on `n`.

        Run by run, for the chance of a category has as many numbers as there are categories.
        """
        chance = np.random.default_rng(seed)
        record = given.feed(slice(0, 1)) if self._columns.conditions else {}
        parts = runs(n, run_rows(self._latent + self._width))
        return np.concatenate([self._made(part.stop - part.start, chance, record) for part in parts])

    def _made(self, n: int, chance: np.random.Generator, record: Inputs) -> NDArray[np.float64]:
        """One run. What is drawn from `chance` is the same in several runs as in one."""
        drawn = chance.standard_normal((n, self._latent + self._width), dtype=np.float32)
        parts = {"latent": drawn[:, : self._latent], "noise": drawn[:, self._latent :]}
        inputs: dict[str, NDArray[Any]] = {name: np.ascontiguousarray(part) for name, part in parts.items()}
        inputs |= {name: values.repeat(n, axis=0) for name, values in record.items()}
        return np.asarray(self._session.run(["expected"], inputs)[0])

    def _cells(self, place: int, made: NDArray[np.float64], given: Encoded) -> list[float | str]:
        """A column; a condition is exactly what was asked for."""
        numbers, is_condition = len(self._columns.numeric), place in self._columns.condition_places
        if place >= numbers:
            feature = self._columns.categorical[place - numbers]
            codes = np.repeat(given.categorical[:, place - numbers], len(made)) if is_condition else made
            return [feature.categories[code - 1] for code in _whole(codes, len(feature.categories))]
        if is_condition:
            return [float(given.numeric[0, place])] * len(made)
        # The graph computes in float32, and so may end a hair beyond.
        number = self._columns.numeric[place]
        return made.clip(number.minimum, number.maximum).tolist()  # type: ignore[no-any-return]

    def _encoded(self, condition: Mapping[str, object]) -> Encoded:
        """What is given, as a record that holds nothing else."""
        table = Table(typed({name: [value] for name, value in condition.items()}), 1, ConditionPlaces())
        refuse_any(self._unknown(table))
        encoded = encode(table, self._given)
        refuse_any(self._unfit(table, encoded))
        return encoded

    def _unknown(self, table: Table) -> Iterator[Mismatch]:
        known = ", ".join(self._columns.conditions) or "none"
        for name in table.columns:
            if name not in self._columns.conditions:
                yield table.mismatch(
                    0, name, f"the model knows no condition {shown(name)}; there is: {known}"
                )

    def _unfit(self, table: Table, encoded: Encoded) -> Iterator[Mismatch]:
        numbers = len(self._columns.numeric)
        for place in self._columns.condition_places:
            name = self._columns.names[place]
            if encoded.missing[0, place]:
                yield table.mismatch(
                    None, name, f"the condition {name} is missing; what is normal depends on it"
                )
            elif place < numbers:
                feature, value = self._columns.numeric[place], float(encoded.numeric[0, place])
                if not feature.minimum <= value <= feature.maximum:
                    yield table.mismatch(0, name, _beyond(value, feature))
            elif encoded.categorical[0, place - numbers] == UNSEEN:
                category = self._columns.categorical[place - numbers]
                yield table.mismatch(0, name, _unseen(encoded.texts[place - numbers][0], category))

    def _test(self) -> None:
        """BundleRefused unless a few records come out whole and finite."""
        columns = self._columns
        typical = {
            each.name: each.typical
            for each in columns.features
            if isinstance(each, NumericFeature | CategoricalFeature)
        }
        try:
            found = self._run(TESTED, 0, self._encoded({name: typical[name] for name in columns.conditions}))
        except Exception as error:  # ONNX Runtime's exceptions share no base of their own
            said = " ".join(str(error).split())[:SHOWN]
            raise BundleRefused(f"sampler.onnx does not make up records: {said}") from None
        if found.shape != (TESTED, len(columns.names)) or not np.isfinite(found).all():
            raise BundleRefused("sampler.onnx makes up what are not records of the manifest's features")


def width(columns: FeatureSchema) -> int:
    """Values in the encoding of a record: a number each, and for a category one for each it can be, one for unseen."""
    return len(columns.numeric) + sum(len(each.categories) + 1 for each in columns.categorical)


def _as_named(columns: FeatureSchema) -> FeatureSchema:
    """The same features, each a column of its own: who asks for an hour gives the hour, and no time it is read from."""
    own = [
        each.model_copy(update={"derived": None}) if isinstance(each, CategoricalFeature) else each
        for each in columns.features
    ]
    return FeatureSchema(features=tuple(own), conditions=columns.conditions)


def _whole(codes: NDArray[Any], most: int) -> list[int]:
    return np.nan_to_num(codes, nan=1).clip(1, most).astype(np.int64).tolist()  # type: ignore[no-any-return]


def _beyond(value: float, feature: NumericFeature) -> str:
    return f"{value:g} is outside the trained range {feature.minimum:g} to {feature.maximum:g}"


def _unseen(text: str | None, feature: CategoricalFeature) -> str:
    more = ", …" if len(feature.categories) > NAMED else ""
    return f"{shown(text)} was never seen in training; there is: {', '.join(map(shown, feature.categories[:NAMED]))}{more}"
