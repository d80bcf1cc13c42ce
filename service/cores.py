"""Cores: how many threads run a graph, given the processors that this process may use."""

from __future__ import annotations

LARGE = 1 << 20  # bytes of a graph; below it a second thread takes processor time and saves none


def threads_of(graph: bytes, *, asked: int, share: int) -> int:
    """Threads that run a graph: as many as asked for; for 0 a worker's share of the processors, if the graph is large."""
    return asked or (share if len(graph) >= LARGE else 1)
