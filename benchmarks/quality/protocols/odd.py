"""Odd: made-up records whose columns are yes or no, rarely yes, counts, or repeat each other; few and many of them.

What is strange is in how columns hang together: each value alone is ordinary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality import tables
from benchmarks.quality.case import Case, Matrix
from benchmarks.quality.files import Files
from benchmarks.quality.options import Options
from benchmarks.quality.protocol import Protocol
from benchmarks.quality.results import Result

FEW, MANY = 300, 3000  # training rows
NORMAL, STRANGE = 500, 100  # test rows
Chance = np.random.Generator
Make = Callable[[Chance, int], tuple[Matrix, Matrix]]  # normal and strange rows, so many of each


def yes_or_no(chance: Chance, rows: int) -> tuple[Matrix, Matrix]:
    """Sixteen answers that one of four kinds decides; strange rows answer half of them as another kind."""
    answers = np.random.default_rng(9).choice([0.03, 0.97], (4, 16))
    kind = chance.integers(0, 4, rows)
    other = (kind + chance.integers(1, 4, rows)) % 4
    first, second = ((chance.random((rows, 16)) < answers[each]).astype(np.float64) for each in (kind, other))
    return first, np.where(np.arange(16) < 8, first, second)  # noqa: PLR2004


def rarely(chance: Chance, rows: int) -> tuple[Matrix, Matrix]:
    """Six flags that one row in a hundred raises, and six of which two follow from others; strange rows break one of the two."""
    normal = (chance.random((rows, 12)) < np.repeat([0.01, 0.5], 6)).astype(np.float64)
    normal[:, 6] = normal[:, 7] * normal[:, 8]
    normal[:, 9] = np.maximum(normal[:, 10], normal[:, 11])
    strange, broken = normal.copy(), chance.choice([6, 9], rows)
    strange[np.arange(rows), broken] = 1 - strange[np.arange(rows), broken]
    return normal, strange


def repeated(chance: Chance, rows: int) -> tuple[Matrix, Matrix]:
    """Twenty-five records again and again; strange rows are halves of two of them."""
    records = np.round(np.random.default_rng(8).standard_normal((25, 6)), 1)
    first = chance.integers(0, 25, rows)
    second = (first + chance.integers(1, 25, rows)) % 25
    return records[first], np.where(np.arange(6) < 3, records[first], records[second])  # noqa: PLR2004


def counts(chance: Chance, rows: int) -> tuple[Matrix, Matrix]:
    """Six counts that grow together; strange rows have each from another row."""
    rates = np.array([0.2, 0.5, 1, 2, 3, 1.5])
    normal = chance.poisson(chance.gamma(2, 1, (rows, 1)) * rates).astype(np.float64)
    return normal, chance.permuted(normal, axis=0)


MADE: dict[str, Make] = {"yes or no": yes_or_no, "rarely": rarely, "repeated": repeated, "counts": counts}


def files(options: Options) -> Files:
    """None: the sets are made up; all of them, or those that were named."""
    unknown = [name for name in options.sets or () if name not in MADE]
    if unknown:
        raise SystemExit(f"odd has no {', '.join(unknown)}; there are: {', '.join(MADE)}")
    return {name: Path() for name in options.sets or MADE}


def cases(name: str, path: Path, seed: int, options: Options) -> list[Case]:  # noqa: ARG001
    """Few rows, and many."""
    return [_case(name, seed, rows) for rows in (FEW, MANY)]


def _case(name: str, seed: int, rows: int) -> Case:
    chance = np.random.default_rng([seed, rows])
    train, _ = MADE[name](chance, rows)
    normal, _ = MADE[name](chance, NORMAL)
    _, strange = MADE[name](chance, STRANGE)
    truth = np.arange(NORMAL + STRANGE) >= NORMAL
    return Case(f"{name}, {rows:,} rows", seed, rows, train, np.concatenate([normal, strange]), truth)


def report(results: Sequence[Result]) -> list[str]:
    """Each set, few rows and many."""
    return [tables.by_set(results)]


PROTOCOL = Protocol(
    says="made-up records: yes or no, rarely yes, counts, repeated; few rows and many",
    files=files,
    cases=cases,
    report=report,
    place=lambda result: result.set,
)
