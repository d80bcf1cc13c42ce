"""The command `offbeat <verb>`. Knows which room answers to a verb, and opens that room only when the verb is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from offbeat import __version__


class Verb(NamedTuple):
    """Where a verb lives, which extra it needs, and what it does."""

    module: str
    function: str
    extra: str
    purpose: str


VERBS = {
    "record": Verb("offbeat.record", "main", "record", "sample this machine's own telemetry into a CSV"),
    "train": Verb("training.cli", "train", "training", "fit an autoencoder and publish it"),
    "evaluate": Verb("training.cli", "evaluate", "training", "measure a model on labelled records"),
    "report": Verb("training.cli", "report", "training", "write the training report of a model"),
    "score": Verb("batch.cli", "score", "", "give every record of a file a verdict"),
    "embed": Verb("batch.cli", "embed", "", "the latent of every record of a file"),
    "reconstruct": Verb("batch.cli", "reconstruct", "", "the expected values of every record of a file"),
    "serve": Verb("service.cli", "main", "service", "answer over HTTP"),
    "demo": Verb("offbeat.demo", "main", "service", "serve, post example readings, show the strangest"),
    "models": Verb("models.cli", "main", "", "list, show, verify, copy, promote, roll back, diff"),
}
ROOMS = {"batch", "models", "offbeat", "service", "training"}
REFUSED, MISUSED, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 0 done, 1 refused with one line, 2 wrong usage."""
    verb, *rest = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if verb in {"-h", "--help"}:
        print(overview())
        return 0
    if verb == "--version":
        print(f"offbeat {__version__}")
        return 0
    if verb not in VERBS:
        print(f"offbeat: no verb {verb!r}; there is: {', '.join(VERBS)}", file=sys.stderr)
        return MISUSED
    return _run(verb, rest)


def overview() -> str:
    """What `offbeat --help` prints."""
    lines = [f"  {name:<12} {verb.purpose}" for name, verb in VERBS.items()]
    return "\n".join(["usage: offbeat VERB …", "", *lines, "", "offbeat VERB --help tells more."])


def _run(name: str, arguments: Sequence[str]) -> int:
    from models.errors import ContractError, TableMismatch  # noqa: PLC0415  # the front door opens no room before it is asked to

    verb = VERBS[name]
    try:
        return int(getattr(import_module(verb.module), verb.function)(arguments))
    except ModuleNotFoundError as error:
        if not verb.extra or (error.name or "").split(".")[0] in ROOMS:
            raise
        print(f"offbeat {name}: needs {error.name}; pip install 'offbeat[{verb.extra}]'", file=sys.stderr)
    except TableMismatch as error:
        print(f"offbeat {name}: {error.placed}", file=sys.stderr)
    except ContractError as error:
        print(f"offbeat {name}: {error}", file=sys.stderr)
    except BrokenPipeError:
        return REFUSED
    except KeyboardInterrupt:
        print(f"offbeat {name}: stopped", file=sys.stderr)
        return INTERRUPTED
    return REFUSED
