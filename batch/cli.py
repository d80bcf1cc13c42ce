"""`offbeat score`, `embed` and `reconstruct`: a file in, the same file with the model's columns out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from batch.output import write
from batch.score import scored
from batch.strangest import print_strangest
from models.errors import ModelNotFound
from models.formats import of_file, read_file
from models.judgement import Judgement
from models.options import separator
from models.repository import Reference, Repository, shipped
from models.scorer import Scorer


def score(arguments: Sequence[str]) -> int:
    """Verdicts, scores, causes and warnings of every record."""
    return _run("score", arguments)


def embed(arguments: Sequence[str]) -> int:
    """The latent of every record."""
    return _run("embed", arguments)


def reconstruct(arguments: Sequence[str]) -> int:
    """The expected values of every record."""
    return _run("reconstruct", arguments)


def _run(view: str, arguments: Sequence[str]) -> int:
    options = _parser(view).parse_args(arguments)
    form = of_file(options.output or options.data, options.separator)
    repository = Repository(options.repository, below=shipped())
    reference = repository.find(options.model) if options.model else only_model(repository)
    scorer = Scorer(repository.open(reference))
    table = read_file(options.data, options.separator)
    scorer.columns.check(table, ignore_unknown=options.extra == "ignore")
    threshold = scorer.manifest.threshold.overridden(reference.threshold)
    judged, result = scored(scorer, table, view, threshold)
    write(result, form, options.output)
    _tell(Console(stderr=True, markup=False, emoji=False), reference, judged, options)
    return 0


def only_model(repository: Repository) -> Reference:
    """The one model there is; the shipped ones count only where nobody published any. ModelNotFound lists several."""
    own = Repository(repository.root).models()
    models = own or repository.models()
    if len(models) != 1:
        raise ModelNotFound("", models) if not models else _Several(models)
    return repository.resolve(models[0])


class _Several(ModelNotFound):
    """More than one model, and none was named."""

    def __init__(self, models: list[str]) -> None:
        super().__init__("", models)
        self.args = (f"there are several models: {', '.join(models)}; name one with --model",)


def _tell(console: Console, reference: Reference, judged: Judgement, options: argparse.Namespace) -> None:
    if options.output is None and not sys.stdout.isatty():
        return
    counts = "  ".join(
        f"{verdict} {judged.verdicts.count(verdict)}" for verdict in ("normal", "anomaly", "unknown")
    )
    console.print(f"{reference.model}@{reference.version}: {judged.rows} records  {counts}")
    print_strangest(console, judged)
    if options.output is not None:
        console.print(f"written to {options.output}")


def _parser(view: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"offbeat {view}", description=globals()[view].__doc__)
    parser.add_argument("data", type=Path, metavar="FILE", help="records, .csv or .json")
    parser.add_argument(
        "-o", "--output", type=Path, help="file to write, .csv or .json; standard output unless told"
    )
    parser.add_argument("--model", help="NAME, NAME@VERSION or NAME@ALIAS; the only model unless told")
    default = os.environ.get("OFFBEAT_REPOSITORY", "var/repository")
    parser.add_argument("--repository", type=Path, default=Path(default), help="where models are")
    parser.add_argument("--separator", type=separator, default=",", help="between the cells of a CSV")
    parser.add_argument("--extra", choices=["reject", "ignore"], default="reject", help="unknown columns")
    return parser
