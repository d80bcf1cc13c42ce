"""`offbeat score`, `embed` and `reconstruct`: a file in, the same file with the model's columns out. Pictures by the folder."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from batch.arguments import parser
from batch.clerk import Asked
from batch.crew import KEPT
from batch.progress import shown
from batch.run import Run, Source
from batch.told import Told
from batch.writing import Written, output_for
from models.cores import cores
from models.errors import ModelNotFound
from models.memory import keep_memory
from models.repository import Reference, Repository, shipped
from models.scorer import Scorer

LARGE = 1 << 27  # bytes of a file; below it a process would take longer to start than it saves


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
    asking = parser(view, str(globals()[view].__doc__))
    options = asking.parse_args(arguments)
    if options.json and options.output is None:
        asking.error("--json prints to standard output: name a file for the records with -o")
    console = Console(stderr=True, markup=False, emoji=False)
    repository = Repository(options.repository, below=shipped())
    output = output_for(view, options.data, options.output, options.separator)
    reference = repository.find(options.model) if options.model else only_model(repository)
    run = _made(Scorer(repository.open(reference)), _asked(view, output, reference, options), output, options)
    keep_memory(KEPT)
    begun = time.monotonic()
    with shown(console, options.data.name, quiet=options.quiet or options.json) as show:
        tally = run.go(show)
    called = f"{reference.model}@{reference.version}"
    told = Told(called, tally, time.monotonic() - begun, options.output)
    if options.json:
        print(told.to_script())
    elif not options.quiet:
        told.to_person(console)
    return 0


def _asked(view: str, output: Written, reference: Reference, options: argparse.Namespace) -> Asked:
    return Asked(
        folder=reference.folder,
        digest=reference.digest,
        view=view,
        form=output.form,
        threshold=reference.threshold,
        ignore_unknown=options.extra == "ignore" or options.data.is_dir(),  # which has a column of names
        causes=view == "score" and bool(options.top_contributors),
        last_only=options.last_only,
    )


def _made(scorer: Scorer, asked: Asked, output: Written, options: argparse.Namespace) -> Run:
    rows = scorer.run_rows if scorer.columns.images else options.chunk_rows
    source = Source(options.data, rows, options.separator, scorer.columns.inputs)
    return Run(scorer, asked, source, output, options.workers or _workers(options.data))


def _workers(data: Path) -> int:
    """One for every core but one, which reads and writes, where the file is long enough to make up for their start."""
    return max(1, cores() - 1) if data.is_file() and data.stat().st_size >= LARGE else 1


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
