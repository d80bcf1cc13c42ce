"""Show a training go on: a bar with both losses on a terminal, plain lines in a pipe. Knows no step by name."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

LINES = 5  # lines about losses that a pipe gets


class Quiet:
    """For scripts that only want the result."""

    def step(self, name: str) -> None:
        """Nothing."""

    def epoch(self, epoch: int, epochs: int, loss: float, held_out: float) -> None:
        """Nothing."""

    def tried(self, number: int, of: int, code_size: int, risk: float) -> None:
        """Nothing."""


class Lines:
    """A line a step, and a few about the losses."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def step(self, name: str) -> None:
        """Name the step."""
        self._console.print(name)

    def epoch(self, epoch: int, epochs: int, loss: float, held_out: float) -> None:
        """Say the losses now and then."""
        if epoch % max(epochs // LINES, 1) == 0:
            self._console.print(f"  epoch {epoch}/{epochs}  loss {loss:.4g}  held out {held_out:.4g}")

    def tried(self, number: int, of: int, code_size: int, risk: float) -> None:
        """Say what came of it."""
        self._console.print(f"  {number}/{of}  code {code_size}  risk {risk:.4g}")


class Bar:
    """One bar for the epochs, with both losses; the step's name before it."""

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[losses]}"),
        )
        self._progress = Progress(*columns, TimeRemainingColumn(), console=console, transient=True)
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take it away."""
        self._progress.stop()

    def step(self, name: str) -> None:
        """The name goes before the bar."""
        if self._task is None:
            self._task = self._progress.add_task(name, total=None, losses="")
        self._progress.update(self._task, description=name)

    def epoch(self, epoch: int, epochs: int, loss: float, held_out: float) -> None:
        """Move the bar."""
        if self._task is not None:
            losses = f"loss {loss:.4g}  held out {held_out:.4g}"
            self._progress.update(self._task, completed=epoch, total=epochs, losses=losses)

    def tried(self, number: int, of: int, code_size: int, risk: float) -> None:
        """Move the bar."""
        if self._task is not None:
            losses = f"code {code_size}  risk {risk:.4g}"
            self._progress.update(self._task, completed=number, total=of, losses=losses)
