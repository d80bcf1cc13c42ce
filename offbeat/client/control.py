"""Control: what models there are, and what their aliases serve, as steps. Scores nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from offbeat.client.descriptions import Alias, Model, ModelSummary, Version
from offbeat.client.errors import checked, document_of
from offbeat.client.options import Reference
from offbeat.client.retrying import Retries
from offbeat.client.steps import Call, Steps
from offbeat.client.wire import JSON, written

MODELS = "/v1/models"


def path_of(model: str, *parts: object) -> str:
    """The address of a model, or of something below it."""
    return "/".join([MODELS, *(quote(str(part), safe="") for part in (model, *parts))])


@dataclass(frozen=True, slots=True)
class Control:
    """Reads are repeated; a change is not, once it was sent: the service may have made it."""

    retries: Retries
    admin_key: str | None

    def ready(self) -> Steps[bool]:
        """Whether the service is there and has loaded its models; asked once."""
        outcome = yield Call("GET", "/readyz")
        return isinstance(outcome, httpx.Response) and outcome.is_success

    def models(self) -> Steps[list[ModelSummary]]:
        """Every model."""
        found: dict[str, list[ModelSummary]] = yield from self._read(MODELS)
        return found["models"]

    def model(self, name: str) -> Steps[Model]:
        """All about a model."""
        found: Model = yield from self._read(path_of(name))
        return found

    def version(self, name: str, number: int) -> Steps[Version]:
        """All about a version."""
        found: Version = yield from self._read(path_of(name, "versions", number))
        return found

    def served(self, name: str, reference: Reference) -> Steps[Version | None]:
        """All about the version that answers to a reference; None when the model says that there is none."""
        number = reference.get("version")
        if number is None:
            model = yield from self.model(name)
            alias = reference.get("alias", "champion")
            found = [each["version"] for each in model["aliases"] if each["alias"] == alias]
            if not found:
                return None
            number = found[0]
        return (yield from self.version(name, number))

    def promote(self, name: str, version: int, alias: str) -> Steps[Alias]:
        """Point an alias at a version."""
        return self._changed("PUT", path_of(name, "aliases", alias), {"version": version})

    def rollback(self, name: str, alias: str) -> Steps[Alias]:
        """Return an alias to what it was."""
        return self._changed("POST", path_of(name, "aliases", alias, "rollback"))

    def set_threshold(self, name: str, threshold: float | None, alias: str) -> Steps[Alias]:
        """Override the threshold behind an alias."""
        return self._changed("PATCH", path_of(name, "aliases", alias, "threshold"), {"threshold": threshold})

    def _read(self, path: str) -> Steps[Any]:
        return document_of(checked((yield from self.retries.answered(Call("GET", path)))))

    def _changed(self, method: str, path: str, change: dict[str, object] | None = None) -> Steps[Alias]:
        headers = {"content-type": JSON}
        if self.admin_key is not None:
            headers["authorization"] = f"Bearer {self.admin_key}"
        content = None if change is None else written(change)
        call = Call(method, path, headers=headers, content=content, repeatable=False)
        alias: Alias = document_of(checked((yield from self.retries.answered(call))))
        return alias
