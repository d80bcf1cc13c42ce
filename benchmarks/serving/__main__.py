"""Our service beside its peers: speed, large bodies, waiting, memory, cold start. README.md has the commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.pages import fill
from benchmarks.serving.cli import read
from benchmarks.serving.environments import Environments
from benchmarks.serving.measure import PARTS, measure
from benchmarks.serving.options import Options
from benchmarks.serving.results import Figure, Results, load, save
from benchmarks.serving.servers import PEERS
from benchmarks.serving.servers.offbeat import OURS
from benchmarks.serving.table import asked, report


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the verb says."""
    options, console = read(arguments, [OURS, *PEERS], PARTS), Console(stderr=True)
    if options.verb == "setup":
        setup(options, console)
    elif options.verb == "run":
        tell(run(options, console), options.page)
    else:
        tell(load(options.output), options.page)


def setup(options: Options, console: Console) -> None:
    """Install the peers. SystemExit 1 with a line for each that cannot be installed here."""
    environments, failed = Environments(options.peers), []
    for peer in (PEERS[name] for name in options.servers if name in PEERS):
        with console.status(f"installing {peer.name}"):
            why = environments.install(peer)
        console.print(f"{peer.name}: {why or 'ready'}", markup=False, highlight=False, soft_wrap=True)
        failed += [peer.name] if why else []
    if failed:
        raise SystemExit(f"not installed: {'; '.join(failed)}")


def run(options: Options, console: Console) -> Results:
    """Measure; what there is so far is kept whatever happens."""
    results = Results()
    try:
        with console.status("starting") as status:
            for figure in measure(options, results.notes):
                results.add(figure)
                status.update(shown(figure))
                if not console.is_terminal:
                    console.print(shown(figure), markup=False, highlight=False, soft_wrap=True)
    finally:
        save(options.output, results)
    return results


def tell(results: Results, page: Path | None) -> None:
    """Print the tables, and write them into the page."""
    text = report(results)
    if page:
        fill(page.parent, {}, {page.stem: text})
    print(text)


def shown(figure: Figure) -> str:
    """One line while waiting."""
    return f"{figure.key.server}: {asked(figure.key)}: {figure.value:,.2f} {figure.key.what}"


if __name__ == "__main__":
    main()
