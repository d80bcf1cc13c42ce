"""Shown: what a page is made of."""

from __future__ import annotations

from dataclasses import dataclass

from models.manifest import Manifest
from training.report.facts import Facts


@dataclass(frozen=True, slots=True)
class Shown:
    """A version and its facts. name: `host@3`, or `host` before it has a number; digest: the version's, where it is known."""

    manifest: Manifest
    facts: Facts
    name: str
    digest: str | None = None

    @property
    def what(self) -> str:
        """What one sample is."""
        if self.manifest.columns.images:
            return "images"
        return "windows" if self.manifest.window else "rows"
