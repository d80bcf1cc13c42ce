"""Loader: repository to Served values. The only reader of the repository; knows neither requests nor threads.

What cannot be loaded never takes the place of what could: the version before stays, beside the reason.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from models.bundle import read_extra
from models.errors import ContractError, FileNotListed, ModelNotFound, NameRefused
from models.names import model_name
from models.repository import JOURNAL, Reference, Repository, shipped
from models.scorer import Scorer
from service.served import Served, ServedModel
from service.telemetry import Telemetry

log = logging.getLogger(__name__)
Stamp = tuple[tuple[int, int, int], ...]
Scorers = Mapping[str, Scorer]  # by digest
JOURNAL_FAULT = "journal"  # its place among the faults, whose other names are aliases


def repository_of(root: Path) -> Repository:
    """The models in a folder, above the shipped ones."""
    return Repository(root, below=shipped())


class Loader:
    """Reads journals and loads versions; counts what it loads. `threads`: how many run a graph."""

    def __init__(self, repository: Repository, telemetry: Telemetry, threads: Callable[[bytes], int]) -> None:
        self.repository = repository
        self._telemetry = telemetry
        self._threads = threads

    def stamps(self) -> dict[str, Stamp]:
        """Every model's journals as file numbers, sizes and times: what differs was written since."""
        found: dict[str, Stamp] = {}
        layer: Repository | None = self.repository
        while layer is not None:
            for path in layer.root.glob(f"*/{JOURNAL}"):
                # Between glob and stat a journal can go; a folder can have a name no model has.
                with suppress(OSError, NameRefused):
                    name, stat = model_name(path.parent.name), path.stat()
                    found[name] = (*found.get(name, ()), (stat.st_ino, stat.st_size, stat.st_mtime_ns))
            layer = layer.below
        return found

    def read(self, name: str, before: ServedModel | None, loaded: Scorers) -> ServedModel | None:
        """A model as its journal has it now; of `before` it keeps what cannot be replaced, of `loaded` what it can use.

        None while the journal holds no event: somebody is about to publish.
        """
        try:
            state = self.repository.state(name)
        except ModelNotFound:
            return before
        except ContractError as error:
            before = before or ServedModel(name)
            return ServedModel(name, before.versions, before.aliases, {JOURNAL_FAULT: str(error)})
        before = before or ServedModel(name)
        aliases: dict[str, Served] = {}
        faults: dict[str, str] = {}
        for alias in state.aliases:
            try:
                aliases[alias] = self._served(self.repository.resolve(name, alias=alias), loaded)
            except ContractError as error:
                faults[alias] = str(error)
                if alias in before.aliases:
                    aliases[alias] = before.aliases[alias]
        return ServedModel(name, state.versions, aliases, faults)

    def version(self, name: str, version: int, loaded: Scorers) -> Served:
        """A version by its number. ContractError when there is none or it is damaged."""
        return self._served(self.repository.resolve(name, version), loaded)

    def file(self, served: Served, name: str) -> bytes:
        """A file of a version that serving does not read. FileNotListed when it has none, BundleRefused when it is damaged."""
        folder = self.repository.resolve(served.model, served.version).folder
        data = read_extra(folder, served.scorer.manifest, name)
        if data is None:
            raise FileNotListed(served.model, served.version, name)
        return data

    def _served(self, reference: Reference, loaded: Scorers) -> Served:
        scorer = loaded.get(reference.digest) or self._load(reference)
        return Served(
            model=reference.model,
            version=reference.version,
            digest=reference.digest,
            scorer=scorer,
            threshold=scorer.manifest.threshold.overridden(reference.threshold),
            alias=reference.alias,
            generation=reference.generation,
        )

    def _load(self, reference: Reference) -> Scorer:
        told = {"model": reference.model, "version": reference.version}
        try:
            bundle = self.repository.open(reference)
            scorer = Scorer(bundle, threads=self._threads(bundle.model))
        except ContractError as error:
            self._telemetry.loaded(reference.model, "refused")
            log.warning("a version is refused", extra={**told, "reason": str(error)})
            raise
        self._telemetry.loaded(reference.model, "loaded")
        log.info("a version is loaded", extra={**told, "alias": reference.alias})
        return scorer
