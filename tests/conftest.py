"""What tests of every room share: a repository with a small model that was trained before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.repository import Repository

BUNDLES = Path(__file__).parent / "bundles"


@pytest.fixture
def pump_repository(tmp_path: Path) -> Repository:
    """A fresh repository with model `pump`: versions 1 (champion) and 2; features temperature, pressure, flow, valve."""
    shutil.copytree(BUNDLES / "pump", tmp_path / "repository" / "pump")
    return Repository(tmp_path / "repository")
