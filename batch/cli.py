"""`offbeat score`, `embed` and `reconstruct`: a file in, the same file with the model's columns out. Pictures by the folder."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from batch.output import output_for
from batch.score import Result, scored
from batch.strangest import print_strangest
from models.errors import FormatRefused, ModelNotFound, TableMismatch
from models.formats import read_file
from models.formats.folder import FILE
from models.options import separator
from models.repository import Reference, Repository, shipped
from models.scorer import Scorer

AS_TABLE = "file to write, .csv or .json; standard output unless told"
WRITTEN = {
    "score": AS_TABLE,
    "embed": AS_TABLE,
    "reconstruct": f"{AS_TABLE}. Of a picture a .png, of a folder of pictures a folder",
}


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
    output = output_for(view, options.data, options.output, options.separator)
    repository = Repository(options.repository, below=shipped())
    reference = repository.find(options.model) if options.model else only_model(repository)
    scorer = Scorer(repository.open(reference))
    table = read_file(options.data, options.separator)
    threshold = scorer.manifest.threshold.overridden(reference.threshold)
    ignore_unknown = options.extra == "ignore" or options.data.is_dir()  # which has a column of names
    try:
        scorer.columns.check(table, ignore_unknown=ignore_unknown, ignore="--extra ignore")
        result = scored(scorer, table, view, threshold, last_only=options.last_only)
    except TableMismatch as error:
        raise FormatRefused(f"{options.data}: {error.placed}") from error
    output.write(result)
    files = table.columns[FILE].cells if options.data.is_dir() else None
    _tell(Console(stderr=True, markup=False, emoji=False), reference, result, files, options)
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


def _tell(
    console: Console,
    reference: Reference,
    result: Result,
    files: Sequence[str] | None,
    options: argparse.Namespace,
) -> None:
    seen = result.seen
    if options.output is None and not sys.stdout.isatty():
        return
    counts = "  ".join(
        f"{verdict} {seen.verdicts.count(verdict)}" for verdict in ("normal", "anomaly", "unknown")
    )
    console.print(f"{reference.model}@{reference.version}: {result.records.rows} records  {counts}")
    print_strangest(console, seen.strangest, files)
    if options.output is not None:
        console.print(f"written to {options.output}")


def _parser(view: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"offbeat {view}", description=globals()[view].__doc__)
    parser.add_argument(
        "data",
        type=Path,
        metavar="FILE",
        help="records (.csv, .json), a picture (.png, .jpg), or a folder of pictures",
    )
    parser.add_argument("-o", "--output", type=Path, help=WRITTEN[view])
    parser.add_argument("--model", help="NAME, NAME@VERSION or NAME@ALIAS; the only model unless told")
    default = os.environ.get("OFFBEAT_REPOSITORY", "var/repository")
    parser.add_argument("--repository", type=Path, default=Path(default), help="where models are")
    parser.add_argument("--separator", type=separator, default=",", help="between the cells of a CSV")
    parser.add_argument(
        "--last-only", action="store_true", help="only the last record; of windows, the last of each series"
    )
    parser.add_argument("--extra", choices=["reject", "ignore"], default="reject", help="unknown columns")
    return parser
