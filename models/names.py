"""Which names models, versions and aliases can have, so that a name is never a path."""

from __future__ import annotations

import re

from models.errors import NameRefused

CHAMPION = "champion"  # the alias that answers unless another is asked for
MODEL_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"
_NAME = re.compile(MODEL_PATTERN.removesuffix("$") + r"\Z")
MOST = 40  # characters of a refused name that are repeated


def is_model_name(text: str) -> bool:
    """Whether a model can have this name."""
    return _NAME.match(text) is not None


def model_name(text: str) -> str:
    """A model's name, or NameRefused."""
    if not is_model_name(text):
        raise NameRefused(
            f"{text[:MOST]!r} is not a model name: a-z, 0-9, _ and -, at most 64, not starting with _ or -"
        )
    return text


def alias_name(text: str) -> str:
    """An alias, or NameRefused: shaped like a model's name, but not all digits, which would be a version."""
    if not is_model_name(text) or text.isdigit():
        raise NameRefused(f"{text[:MOST]!r} is not an alias: a-z, 0-9, _ and -, at most 64, not all digits")
    return text


def version_number(text: str) -> int:
    """A version: a positive integer, or NameRefused."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise NameRefused(f"{text[:MOST]!r} is not a version: a positive whole number")
    return int(text)
