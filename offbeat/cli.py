"""The command `offbeat <verb>`. Knows which room answers to a verb, and opens that room only when the verb is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

VERBS = {
    "record": ("offbeat.record", "sample this machine's own telemetry into a CSV"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 0 done, 1 refused, 2 wrong usage."""
    verb, *rest = [*(sys.argv[1:] if arguments is None else arguments), "--help"][:] or ["--help"]
    return int(import_module(VERBS[verb][0]).main(rest[:-1]))
