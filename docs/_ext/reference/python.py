"""Python: the classes of the client, each in its group, for autodoc to tell. Knows their names from `__all__` alone."""

from __future__ import annotations

from dataclasses import is_dataclass
from inspect import isfunction
from typing import is_typeddict

import offbeat.client
from reference.markdown import joined

PLACE = "offbeat.client"
WITHOUT_START = ("Series", "AsyncSeries")  # a client makes them


def client() -> str:
    """Clients, then what they answer, then what can go wrong."""
    kinds = {name: getattr(offbeat.client, name) for name in offbeat.client.__all__}
    for kind in kinds.values():
        kind.__module__ = PLACE  # where it is imported from, whichever file it stands in
    errors = [kind for kind in kinds.values() if issubclass(kind, Exception)]
    replies = [kind for kind in kinds.values() if is_typeddict(kind) or issubclass(kind, dict)]
    clients = [kind for kind in kinds.values() if kind not in (*errors, *replies)]
    return joined(
        [
            "## Clients",
            *(_told(kind, "()" if kind.__name__ in WITHOUT_START else "") for kind in clients),
            "## Replies",
            *(_told(kind, "()") for kind in replies),
            "## Errors",
            *(_told(kind, "()") for kind in errors),
        ]
    )


def _told(kind: type, start: str) -> str:
    directive = "autoexception" if issubclass(kind, Exception) else "autoclass"
    name = f"{PLACE}.{kind.__name__}"
    keys = ["   :members:", "   :undoc-members:"] if is_typeddict(kind) else []
    verbs = [f"\n   .. automethod:: {name}.{each}" for each in _methods(kind)]
    return "\n".join(["```{eval-rst}", f".. {directive}:: {name}{start}", *keys, *verbs, "```"])


def _methods(kind: type) -> list[str]:
    """Its own before those it has from others, as they stand in the file; those of plain values are nobody's to call."""
    ours = [each for each in kind.__mro__ if each.__module__.startswith(PLACE) and not is_dataclass(each)]
    found = [name for each in ours for name, value in vars(each).items() if isfunction(value)]
    return [name for name in dict.fromkeys(found) if name[0] != "_"]
