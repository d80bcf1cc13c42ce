"""Environments: a virtual environment for each kind of peer, so that none of them is a dependency of ours."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.servers.server import Server

READY = "packages.txt"  # written last: what is installed beside it


@dataclass(frozen=True, slots=True)
class Environments:
    """A folder of virtual environments, each named as the server that needs it says."""

    folder: Path

    def python(self, server: Server) -> Path:
        """The Python of a server's environment; this one's for ours."""
        if not server.environment:
            return Path(sys.executable)
        return self.folder.resolve() / server.environment / "bin" / "python"

    def is_ready(self, server: Server) -> bool:
        """Whether all it needs, in these very versions, is installed."""
        ready = self.folder / server.environment / READY
        return not server.environment or (ready.exists() and ready.read_text() == _wanted(server))

    def install(self, server: Server) -> str:
        """Build what is missing. Empty, or pip's last line where it cannot be installed here."""
        if self.is_ready(server):
            return ""
        place = self.folder / server.environment
        _run(sys.executable, "-m", "venv", "--clear", str(place))
        done = _run(str(self.python(server)), "-m", "pip", "install", "--quiet", *server.packages)
        if done.returncode:
            return done.stderr.strip().rpartition("\n")[2]
        (place / READY).write_text(_wanted(server))
        return ""


def _wanted(server: Server) -> str:
    return "\n".join(server.packages)


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)
