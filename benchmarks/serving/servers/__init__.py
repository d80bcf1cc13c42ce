"""Every server that is compared: ours first, a file each."""

from __future__ import annotations

from pathlib import Path

from benchmarks.serving.servers.bento import BENTOML
from benchmarks.serving.servers.fastapi import PLAIN, TEXTBOOK
from benchmarks.serving.servers.mlserver import MLSERVER, MLSERVER_DEFAULT
from benchmarks.serving.servers.offbeat import offbeat
from benchmarks.serving.servers.server import Server
from benchmarks.serving.servers.triton import TRITON

PEERS = {each.name: each for each in (MLSERVER, MLSERVER_DEFAULT, TEXTBOOK, TRITON, BENTOML, PLAIN)}


def servers(command: tuple[str, ...], folder: Path) -> dict[str, Server]:
    """Ours, as this command starts it in this folder, and the peers."""
    ours = offbeat(command, folder)
    return {ours.name: ours, **PEERS}
