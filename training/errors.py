"""What training refuses, each with one clear line."""

from __future__ import annotations

from models.errors import ContractError


class TrainingRefused(ContractError):
    """Data or settings from which no trustworthy model can be made."""
