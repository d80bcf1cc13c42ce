"""Detection quality beside peers on the same rows, one protocol after the other. README.md has the commands."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from rich.console import Console

from benchmarks.quality.beside import Peers
from benchmarks.quality.cli import read
from benchmarks.quality.figure import drawn
from benchmarks.quality.ledger import Ledger
from benchmarks.quality.options import Options
from benchmarks.quality.protocols import PROTOCOLS
from benchmarks.quality.results import Result
from benchmarks.quality.run import Run
from benchmarks.quality.tables import costs

DIGITS = 12


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the protocols asked for; keep every line, print the tables, draw the figures."""
    options = read(arguments, {name: each.says for name, each in PROTOCOLS.items()})
    peers = Peers(options.peers_python).versions() if options.peers_python else ""
    for name in options.protocols:
        PROTOCOLS[name].files(options)  # what is not there is said before hours of work, not after
    for name in options.protocols:
        results = run(name, options)
        keep_figure(name, options, results)
        print(report(name, results, peers), flush=True)


def run(name: str, options: Options) -> list[Result]:
    """Every line of a protocol."""
    protocol, python = PROTOCOLS[name], options.peers_python
    ledger = Ledger(options.output / f"quality-{name}.csv", resume=options.resume)
    peers = Peers(python, protocol.folds) if python else None
    return Run(protocol, options, ledger, peers).results(Console(stderr=True))


def report(name: str, results: Sequence[Result], peers: str) -> str:
    """The tables, a digest of those that another run must repeat, and what it cost."""
    seeds = sorted({each.seed for each in results})
    told = ", ".join(
        [f"seed{'s' if len(seeds) > 1 else ''} {' '.join(map(str, seeds))}", *filter(None, [peers])]
    )
    figures = "\n\n".join(PROTOCOLS[name].report(results))
    digest = sha256(figures.encode()).hexdigest()[:DIGITS]
    return f"\n## {name}\n{told}\n\n{figures}\n\ndigest of the above: {digest}\n\n{costs(results)}"


def keep_figure(name: str, options: Options, results: Sequence[Result]) -> None:
    """Beside the CSV, and where else it was asked for."""
    protocol = PROTOCOLS[name]
    shown = [each for each in results if protocol.in_figure(each)]
    svg = drawn(name, shown, protocol.measure, protocol.place)
    for folder in filter(None, (options.output, options.figures)):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"quality-{name}.svg").write_text(svg)


if __name__ == "__main__":
    main()
