"""What was measured of a variant, and the table of it. Measures nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.reference import COMPARED
from benchmarks.tables import markdown, names

HEADER = [
    "variant",
    "data",
    "AUROC / AUPRC %",
    "principal components",
    "code",
    "epochs",
    "s an epoch",
    "export s",
    "model kB",
    "bundle kB",
    "µs a sample",
]


@dataclass(frozen=True, slots=True)
class Result:
    """One training of a variant. The second pair of measures is that of principal components; kB are thousands of bytes."""

    variant: str
    data: str
    seed: int
    options: str
    auroc: float
    auprc: float
    components_auroc: float
    components_auprc: float
    code_size: int
    epochs: int
    epoch_seconds: float
    fit_seconds: float
    export_seconds: float
    model_kb: float
    bundle_kb: float
    sample_microseconds: float


def table(results: Sequence[Result], only: str | None = None) -> str:
    """A line for each variant on each set, means over the seeds; of one variant its own, and the one it stands beside."""
    lines = [HEADER]
    for data in names(each.data for each in results if only in (None, each.variant)):
        here = [each for each in results if each.data == data and only in (None, each.variant, beside(only))]
        lines += [
            line([each for each in here if each.variant == name]) for name in names(e.variant for e in here)
        ]
    seeds = sorted({each.seed for each in results})
    return f"{markdown(lines)}\n\nSeed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}."


def beside(variant: str | None) -> str:
    """What a variant is compared with on its own page."""
    return "vanilla" if variant == COMPARED else COMPARED


def line(results: Sequence[Result]) -> list[str]:
    """Means over the seeds of one variant on one set."""
    first = results[0]
    variant = f"`{first.variant}{' ' * bool(first.options)}{first.options}`"
    ours, theirs = (
        " / ".join(f"{100 * mean(results, f'{prefix}{of}'):.1f}" for of in ("auroc", "auprc"))
        for prefix in ("", "components_")
    )
    sizes = [f"{mean(results, name):.0f}" for name in ("code_size", "epochs")]
    times = [f"{mean(results, 'epoch_seconds'):.3f}", f"{mean(results, 'export_seconds'):.1f}"]
    kilobytes = [f"{mean(results, name):.0f}" for name in ("model_kb", "bundle_kb")]
    return [
        variant,
        first.data,
        ours,
        theirs,
        *sizes,
        *times,
        *kilobytes,
        f"{mean(results, 'sample_microseconds'):.1f}",
    ]


def mean(results: Sequence[Result], name: str) -> float:
    """Of one field."""
    return float(np.mean([getattr(each, name) for each in results]))


def shown(result: Result) -> str:
    """One line while waiting."""
    where = f"{result.variant} on {result.data}, seed {result.seed}"
    beside = f"principal components {result.components_auroc:.4f} {result.components_auprc:.4f}"
    return f"{where}: AUROC {result.auroc:.4f} AUPRC {result.auprc:.4f}, {beside}, {result.fit_seconds:.1f} s"
