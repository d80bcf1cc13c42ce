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
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figures import FIGURES
from benchmarks.lines import save
from benchmarks.pages import fill
from benchmarks.reference import Reference, references, sets_of
from benchmarks.trainings import Training, components, train
from benchmarks.variant_results import Result, shown, table
from models.repository import Repository
from training.metrics import auprc, auroc
from training.steps.publish import publish
from training.variants import VARIANTS

ROOT = Path(__file__).parents[1]
REPEATS = 7
COMMAND = "python benchmarks/variants.py --figures docs/variants/figures --pages docs/variants"


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
