"""Bundle: the files of a version and of a journal, from the contracts that read them."""

from __future__ import annotations

from pydantic.json_schema import models_json_schema

from models.bundle import Golden
from models.contract import Contract
from models.journal import Event
from models.manifest import Manifest
from models.operators import ALLOWED
from models.threshold import Calibration
from reference.markdown import joined
from reference.schemas import section, sections

PAGE = "bundle"
FILES: list[type[Contract]] = [Manifest, Golden, Calibration, Event]  # the last one is a line of the journal


def written() -> str:
    """A section a file, then the parts they are made of."""
    _, found = models_json_schema([(kind, "validation") for kind in FILES])
    parts = dict(found["$defs"])
    whole = [section(kind.__name__, parts.pop(kind.__name__), PAGE) for kind in FILES]
    return joined(["## Files", *whole, "## Parts", sections(parts, PAGE)])


def operators() -> str:
    """The operators a graph may use."""
    return ", ".join(f"`{name}`" for name in sorted(ALLOWED))
