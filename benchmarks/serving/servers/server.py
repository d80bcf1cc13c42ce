"""What a server is to the benchmark: how it is installed, started and asked. Starts nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.serving.bundle import Graph
from benchmarks.serving.records import Matrix

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Post:
    """One request; `path` begins with a slash and holds the query."""

    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reply says of each row."""

    scores: list[float]
    flags: list[bool]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to ask a server: from rows to a request, and from its reply to scores and flags."""

    ask: Callable[[Matrix], Post]
    read: Callable[[httpx.Response], Answer]


@dataclass(frozen=True, slots=True)
class Site:
    """Where a server runs: the Python of its environment, an empty folder, the port it answers on, others it may take."""

    python: Path
    folder: Path
    graph: Graph
    port: int
    spare: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Launch:
    """A command, what it finds in its environment beside the benchmark's own, and the folder it starts in."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path


@dataclass(frozen=True, slots=True)
class Server:
    """One of those compared. `packages`: what pip installs into `environment`, a folder; none where it is ours."""

    name: str
    launch: Callable[[Site], Launch]
    forms: Mapping[str, Form]
    environment: str = ""
    packages: tuple[str, ...] = ()
