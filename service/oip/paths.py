"""Paths: what lies under /v2. Knows no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

PREFIX = "/v2"
MODEL, VERSION = "/models/{model}", "/versions/{version}"


@dataclass(frozen=True, slots=True)
class Route:
    """A documented path; the gate names it in the metrics. `verb` is what is asked there."""

    path: str
    method: str
    verb: str


class Found(NamedTuple):
    """What a path leads to; `model` and `version` as they stand in it."""

    route: Route
    model: str = ""
    version: str | None = None


OF_SERVER: Mapping[str, Route] = {
    "": Route(PREFIX, "GET", "server"),
    "health/live": Route(f"{PREFIX}/health/live", "GET", "live"),
    "health/ready": Route(f"{PREFIX}/health/ready", "GET", "ready"),
    "repository/index": Route(f"{PREFIX}/repository/index", "POST", "index"),
}
METHODS = {"model": "GET", "model_ready": "GET", "infer": "POST"}
ENDS = {"model": "", "model_ready": "/ready", "infer": "/infer"}
OF_CHAMPION = {verb: Route(f"{PREFIX}{MODEL}{end}", METHODS[verb], verb) for verb, end in ENDS.items()}
OF_VERSION = {
    verb: Route(f"{PREFIX}{MODEL}{VERSION}{end}", METHODS[verb], verb) for verb, end in ENDS.items()
}
VERBS = {end.removeprefix("/"): verb for verb, end in ENDS.items()}
ROUTES = (*OF_SERVER.values(), *OF_CHAMPION.values(), *OF_VERSION.values())


def is_ours(path: str) -> bool:
    """Whether a path lies under /v2, whatever may be there."""
    return path.startswith(f"{PREFIX}/") or path == PREFIX


def find(path: str) -> Found | None:
    """What a path of ours leads to; None where nothing is."""
    rest = path[len(PREFIX) + 1 :]
    if rest in OF_SERVER:
        return Found(OF_SERVER[rest])
    match rest.split("/"):
        case ["models", model]:
            return Found(OF_CHAMPION["model"], model)
        case ["models", model, "versions", version]:
            return Found(OF_VERSION["model"], model, version)
        case ["models", model, end] if end and end in VERBS:
            return Found(OF_CHAMPION[VERBS[end]], model)
        case ["models", model, "versions", version, end] if end and end in VERBS:
            return Found(OF_VERSION[VERBS[end]], model, version)
    return None
