"""Told: kinds of setting that people write in words of their own. Knows no setting."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from models.errors import NameRefused
from models.names import model_name
from models.options import separator

UNITS = {"s": 1, "m": 60, "h": 3600}  # in seconds


def _seconds(told: object) -> object:
    """`60s`, `5m`, `1h`, or a number of seconds."""
    if isinstance(told, str) and told[-1:] in UNITS:
        try:
            return float(told[:-1]) * UNITS[told[-1]]
        except ValueError:
            raise ValueError(f"expected a time such as 60s or 5m, got {told!r}") from None
    return told


def _name(text: str) -> str:
    try:
        return model_name(text)
    except NameRefused as error:
        raise ValueError(str(error)) from None


Name = Annotated[str, AfterValidator(_name)]
Separator = Annotated[str, AfterValidator(separator)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
