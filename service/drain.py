"""Drain: whether this process is on its way out. Knows neither signals nor requests."""

from __future__ import annotations


class Drain:
    """Shared by the server, which starts it, and by everything that answers differently from then on."""

    def __init__(self) -> None:
        self.active = False
