"""Every variant on the data it is made for: how well it finds what is strange, what it costs, and what makes it itself.

    python benchmarks/variants.py --figures docs/variants/figures --pages docs/variants

Scores are the served ones, by ONNX Runtime. Beside each stand as many principal components as the code has numbers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figures import FIGURES
from benchmarks.lines import save
from benchmarks.pages import fill
from benchmarks.reference import COMPARED, Reference, references, sets_of
from benchmarks.tables import markdown, names
from benchmarks.trainings import Training, components, train
from models.repository import Repository
from training.metrics import auprc, auroc
from training.steps.publish import publish
from training.variants import VARIANTS

ROOT = Path(__file__).parents[1]
REPEATS = 7
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
COMMAND = "python benchmarks/variants.py --figures docs/variants/figures --pages docs/variants"


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, measure, draw; print tables and captions, keep every line."""
    options = parser().parse_args(arguments)
    chosen = options.variants or list(VARIANTS)
    captions: dict[str, str] = {}
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as work:
        sets = references(options.host, Path(work))
        if not options.skip_table:
            results = measured(chosen, sets, options.seeds)
            save(options.output / "variants.csv", results)
            print(f"\n{table(results)}\n", flush=True)
        if options.figures:
            captions = drawn(chosen, sets, options.figures, options.seeds[0])
    if options.pages:
        fill(options.pages, captions, {name: table(results, name) for name in chosen} if results else {})
        if results and not options.variants:
            fill(options.pages, {}, {"README": table(results)})


def measured(chosen: Sequence[str], sets: dict[str, Reference], seeds: Sequence[int]) -> list[Result]:
    """Every variant on its sets with every seed."""
    results = []
    for name in chosen:
        for data in sets_of(name, VARIANTS[name]):
            for seed in seeds:
                results.append(measure(name, sets[data], seed))
                print(shown(results[-1]), file=sys.stderr, flush=True)
    return results


def measure(name: str, reference: Reference, seed: int) -> Result:
    """Train once, score the test records as they would be served."""
    told = asked(name, reference)
    training = train(reference.train, variant=name, seed=seed, **reference.told, **told)
    scores = training.score(reference.test)
    known = np.isfinite(scores)
    theirs = components(training, reference.test)
    truth = reference.truth[known]
    return Result(
        variant=name,
        data=reference.name,
        seed=seed,
        options=as_flags(told),
        auroc=auroc(scores[known], truth, 0),
        auprc=auprc(scores[known], truth, 0),
        components_auroc=auroc(theirs, truth, 0),
        components_auprc=auprc(theirs, truth, 0),
        code_size=training.code_size,
        epochs=len(training.watch.losses),
        epoch_seconds=training.watch.epoch_seconds(),
        fit_seconds=training.watch.seconds("fit"),
        export_seconds=training.watch.seconds("export"),
        model_kb=len(training.made.bundle.model) / 1000,
        bundle_kb=bundle_size(training) / 1000,
        sample_microseconds=sample_microseconds(training, reference),
    )


def asked(name: str, reference: Reference) -> dict[str, Any]:
    """What a variant is told beyond its defaults, to be what it is."""
    if name == "conditional":
        return {"condition": reference.condition}
    return {"pretrain": True} if name == "stacked" else {}


def as_flags(told: dict[str, Any]) -> str:
    """As on the command line."""
    values = {
        name: "" if value is True else f" {','.join(value) if isinstance(value, tuple) else value}"
        for name, value in told.items()
    }
    return " ".join(f"--{name.replace('_', '-')}{value}" for name, value in values.items())


def bundle_size(training: Training) -> int:
    """Bytes of all files of the version, as published."""
    with tempfile.TemporaryDirectory() as folder:
        made = training.made
        published = publish(Repository(Path(folder)), made.bundle, made.extras, promote=False)
        return sum(file.stat().st_size for file in published.folder.iterdir())


def sample_microseconds(training: Training, reference: Reference) -> float:
    """Median time of scoring all test samples at once, by one thread, over their number; windows are gathered in it."""
    samples = training.samples(reference.test)
    return median_seconds(lambda: training.scorer.score(samples)) / samples.rows * 1e6


def median_seconds(run: Callable[[], object]) -> float:
    """Of a few runs after a first one."""
    run()
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def drawn(chosen: Sequence[str], sets: dict[str, Reference], folder: Path, seed: int) -> dict[str, str]:
    """Draw the figure of every variant that has one; their captions by variant."""
    folder.mkdir(parents=True, exist_ok=True)
    captions = {}
    for name in chosen:
        if name in FIGURES:
            figure = FIGURES[name](sets, seed)
            (folder / f"{name}.svg").write_text(figure.svg)
            captions[name] = f"{figure.caption} `{COMMAND} {name}`"
            print(f"{name}: {figure.caption}", flush=True)
    return captions


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


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument("variants", nargs="*", metavar="VARIANT", help=f"{', '.join(VARIANTS)}; all unless told")
    top.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="SEED", help="(0)")
    top.add_argument("--figures", type=Path, help="folder to draw in; the first seed's")
    top.add_argument("--pages", type=Path, help="folder of pages whose measured parts are written anew")
    top.add_argument("--skip-table", action="store_true", help="draw only")
    top.add_argument(
        "--host", type=Path, default=ROOT / "examples" / "host", help="folder of normal.csv and faults.csv"
    )
    top.add_argument("--output", type=Path, default=ROOT / "var" / "benchmarks", help="folder for the CSV")
    return top


if __name__ == "__main__":
    main()
