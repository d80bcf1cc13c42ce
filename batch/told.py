"""What is said when a run is over: to a person the verdicts and the strangest records, to a script one JSON object."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from batch.progress import per_second
from batch.strangest import print_strangest
from batch.tally import Tally


class Told(NamedTuple):
    """A run that is over. `model`: NAME@VERSION. output: None for standard output."""

    model: str
    tally: Tally
    seconds: float
    output: Path | None

    def to_script(self) -> str:
        """One JSON object."""
        rows = self.tally.rows
        summary = {
            "model": self.model,
            "rows": rows,
            "verdicts": self.tally.verdicts,
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(rows / max(self.seconds, 1e-9)),
            "output": str(self.output),
        }
        return json.dumps(summary)

    def to_person(self, console: Console) -> None:
        """Nothing where the records themselves go into a pipe: there may be nobody."""
        if self.output is None and not sys.stdout.isatty():
            return
        counts = "  ".join(f"{verdict} {count}" for verdict, count in self.tally.verdicts.items())
        console.print(f"{self.model}: {self.tally.rows} records  {counts}")
        for line in (*self.tally.sketch.histogram(), self.tally.sketch.strip()):
            console.print(line)
        print_strangest(console, self.tally.strangest)
        if self.output is not None:
            console.print(f"written to {self.output}")
            console.print(per_second(self.tally.rows, self.seconds))
