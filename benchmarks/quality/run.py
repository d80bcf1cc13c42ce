"""Ask every detector about every case of a protocol, with a bar; what the ledger knows is not asked again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.quality.beside import Peers
from benchmarks.quality.case import Case, Detection, Flags
from benchmarks.quality.ledger import Ledger
from benchmarks.quality.options import Options, Ours
from benchmarks.quality.protocol import Protocol
from benchmarks.quality.results import Result, key, measure


@dataclass(frozen=True, slots=True)
class Run:
    """One protocol, and all that it takes."""

    protocol: Protocol
    options: Options
    ledger: Ledger
    peers: Peers | None

    def results(self, console: Console) -> list[Result]:
        """Every line, those of earlier runs among them."""
        cases = list(product(self.protocol.files(self.options).items(), self.options.seeds))
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        found: list[Result] = []
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("", total=len(cases))
            for (name, path), seed in cases:
                bar.update(task, description=f"{name} seed {seed}")
                for case in self.protocol.cases(name, path, seed, self.options):
                    found += self._about(case, console)
                bar.advance(task)
        return found

    def _about(self, case: Case, console: Console) -> Iterator[Result]:
        for ours, more in product(self.options.ours, case.fits):
            yield from self._by_ours(case, ours, more, console)
        if self.peers:
            yield from self._by_peers(case, self.peers, console)

    def _by_ours(self, case: Case, ours: Ours, more: Flags, console: Console) -> list[Result]:
        fit, flags = " ".join(filter(None, [case.learned, *more])), shlex.join([*ours.flags, *more])
        known = self.ledger.lines(key(case, ours.name, fit, flags))
        if known:
            return known
        detection = self.protocol.ask(case, ours.name, (*ours.flags, *more), self.options)
        return self._kept(case, replace(detection, fit=fit, flags=flags), console)

    def _by_peers(self, case: Case, peers: Peers, console: Console) -> Iterator[Result]:
        known = {name: self.ledger.lines(key(case, name, case.learned, "")) for name in self.options.peers}
        missing = [name for name, lines in known.items() if not lines]
        detected = peers.detect(case, missing) if missing else ()
        measured = {each.detector: self._kept(case, each, console) for each in detected}
        for name, lines in known.items():
            yield from lines or measured[name]

    def _kept(self, case: Case, detection: Detection, console: Console) -> list[Result]:
        scored = self.protocol.scored
        smooth = replace(detection, score=scored(detection.score)) if scored else detection
        found = list(measure(case, smooth))
        self.ledger.add(found)
        console.print(shown(found[0]), markup=False, highlight=False, soft_wrap=True)
        return found


def shown(result: Result) -> str:
    """One line while waiting."""
    where = f"{result.set} seed {result.seed} {result.name}"
    return f"{where}: AUROC {result.auroc:.4f} AUPRC {result.auprc:.4f}, {result.fit_seconds:.2f} s"
