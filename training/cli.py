"""`offbeat train`, `offbeat evaluate` and `offbeat report`."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from models.errors import FormatRefused, TableMismatch
from models.options import read_options, separator
from models.repository import Repository, shipped
from training.config import TrainingConfig
from training.progress import Bar, Lines, Quiet
from training.summary import print_classes, print_measures, print_sketch, print_summary, print_suspects

# `from` is no name a setting could have in Python, and the word a person would use.
_WARM = re.compile(r"^--from(?==|$)")


def train(arguments: Sequence[str]) -> int:
    """Train and publish; shows a bar on a terminal, lines in a pipe, one JSON object with `--json`."""
    as_json = "--json" in arguments
    told = [each for each in arguments if each != "--json"]
    config = read_options(TrainingConfig, [_WARM.sub("--warm-start", each) for each in told], "offbeat train")
    from training.pipeline import train as fit_and_publish  # noqa: PLC0415  # torch takes seconds: not for --help

    console = Console(stderr=as_json)
    repository = Repository(config.repository)
    watcher = Quiet() if as_json else Bar(console) if console.is_terminal else Lines(console)
    with watcher if isinstance(watcher, Bar) else nullcontext():
        published = fit_and_publish(config, watcher, repository)
    if as_json:
        print(
            json.dumps(
                {
                    "version": published.reference.version,
                    "digest": published.reference.digest,
                    "quality": published.manifest.quality,
                    "tried": [each.model_dump(mode="json") for each in published.manifest.training.tried],
                    **({} if published.suspects is None else {"suspects": str(published.suspects)}),
                }
            )
        )
        return 0
    model = published.manifest.model
    champion = repository.resolve(model) if "champion" in repository.state(model).aliases else None
    if published.sketch is not None:
        print_sketch(console, published.sketch)
    print_summary(console, published.reference, published.manifest, champion)
    if published.suspects is not None:
        print_suspects(console, published.manifest.training.rows.suspects, published.suspects)
    return 0


def evaluate(arguments: Sequence[str]) -> int:
    """Measure a model on a file with known anomalies."""
    from training.evaluation import evaluate_file  # noqa: PLC0415

    options = _evaluate_parser().parse_args(arguments)
    repository = Repository(options.repository, below=shipped())
    try:
        found = evaluate_file(repository, options.model, options.data, options.label, options.separator)
    except TableMismatch as error:
        raise FormatRefused(f"{options.data}: {error.placed}") from error
    if options.json:
        print(json.dumps(found.measures))
    else:
        console = Console()
        print_classes(console, found.normal, found.anomalies)
        print_measures(console, found.measures)
    return 0


def report(arguments: Sequence[str]) -> int:
    """Write the report of a version: one page that needs no network, or with --card a few lines of Markdown."""
    from models.bundle import CARD, PAGE  # noqa: PLC0415
    from training.report.drawn import drawn, stored  # noqa: PLC0415

    options = _report_parser().parse_args(arguments)
    repository = Repository(options.repository, below=shipped())
    reference = repository.find(options.model)
    name = CARD if options.card else PAGE
    known = f"{reference.model}@{reference.version}"
    manifest = repository.open(reference).manifest
    data = drawn(stored(reference.folder, manifest, known, reference.digest))[name]
    path = options.output or Path(f"{reference.model}-{reference.version}-{name}")
    try:
        path.write_bytes(data)
    except OSError as error:
        raise FormatRefused(f"cannot write {path}: {error.strerror}") from None
    print(f"{path} ({len(data):,} bytes)")
    return 0


def _report_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="offbeat report", description=report.__doc__)
    parser.add_argument("model", help="NAME, NAME@VERSION or NAME@ALIAS")
    parser.add_argument(
        "-o", "--output", type=Path, help="file to write; NAME-VERSION-report.html unless told"
    )
    parser.add_argument("--card", action="store_true", help="the model card in its place, Markdown")
    _add_repository(parser)
    return parser


def _add_repository(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("OFFBEAT_REPOSITORY", "var/repository")
    parser.add_argument("--repository", type=Path, default=Path(default), help="where models are")


def _evaluate_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="offbeat evaluate", description=evaluate.__doc__)
    parser.add_argument("model", help="NAME, NAME@VERSION or NAME@ALIAS")
    parser.add_argument("data", type=Path, help="file of records, .csv or .json")
    parser.add_argument("--label", default="label", help="column of known anomalies (0 and 1)")
    parser.add_argument("--separator", type=separator, default=",", help="between the cells of a CSV")
    _add_repository(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser
