"""Options: what was asked for. Reads no command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.bench import Plan


@dataclass(frozen=True, slots=True)
class Options:
    """verb: `setup`, `run` or `show`. command, folder: how ours is started, and where. peers: the folder of environments.

    work: where the model is. output: the JSON of the results. page: where the tables are written, too.
    """

    verb: str
    servers: list[str]
    parts: list[str]
    peers: Path
    command: tuple[str, ...]
    folder: Path
    work: Path
    output: Path
    page: Path | None
    plan: Plan
