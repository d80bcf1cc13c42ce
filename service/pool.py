"""ScorerPool: which loaded version answers a request. Swapped whole, so a request never sees half a change. Knows no HTTP."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from models.columns import SHOWN
from models.errors import AliasNotFound, ModelNotFound, VersionNotFound
from models.names import CHAMPION
from models.scorer import Scorer
from service.loader import Loader, Stamp
from service.refusals import NotServed
from service.repeated import repeated
from service.served import Served, ServedModel
from service.telemetry import Serving

log = logging.getLogger(__name__)
RETRY_SECONDS = 10.0  # a bundle may still be on its way when its journal is there
UNFORESEEN = "unforeseen"  # its place among the faults, whose other names are aliases
LISTED = 20  # names an error repeats


class ScorerPool:
    """Models, their aliases and loaded versions. What a request found stays as it is until the request is done."""

    def __init__(self, loader: Loader, *, refresh_seconds: float, max_loaded: int) -> None:
        self._loader = loader
        self._refresh_seconds = refresh_seconds
        self._max_loaded = max_loaded
        self._models: Mapping[str, ServedModel] = {}
        self._stamps: dict[str, Stamp] = {}
        self._listed: Collection[str] = ()
        self._retry_at = 0.0
        self._pinned: OrderedDict[tuple[str, int], Served] = OrderedDict()
        self._refreshing, self._pinning = asyncio.Lock(), asyncio.Lock()

    @property
    def models(self) -> Mapping[str, ServedModel]:
        """Every model as served now; the mapping is replaced, never changed."""
        return self._models

    def model(self, name: str) -> ServedModel:
        """One model. ModelNotFound lists what there is."""
        found = self._models.get(name)
        if found is None:
            raise ModelNotFound(name[:SHOWN], sorted(self._models)[:LISTED])
        return found

    def lists(self, name: str) -> bool:
        """Whether the repository still has a model. One that it lost is served on, from memory."""
        return name in self._listed

    def alias(self, name: str, alias: str = CHAMPION) -> Served:
        """What an alias serves. NotFound, or NotServed when it points at what could not be loaded."""
        model = self.model(name)
        served = model.aliases.get(alias)
        if served is not None:
            return served
        if alias in model.faults or not model.aliases:
            raise NotServed(f"model {name[:SHOWN]!r} cannot be served as {alias[:SHOWN]!r}; /readyz says why")
        raise AliasNotFound(name[:SHOWN], alias[:SHOWN], sorted(model.aliases)[:LISTED])

    async def version(self, name: str, version: int) -> Served:
        """A version by its number, loaded if need be, with its own threshold. NotFound or BundleRefused."""
        model = self.model(name)
        if version not in model.versions:
            raise VersionNotFound(name[:SHOWN], version, sorted(model.versions)[-LISTED:])
        for served in model.aliases.values():
            if served.version == version:
                own = served.scorer.manifest.threshold
                return replace(served, alias=None, generation=None, threshold=own)
        if (name, version) not in self._pinned:
            async with self._pinning:  # a burst for one version loads it once
                if (name, version) not in self._pinned:
                    found = await asyncio.to_thread(self._loader.version, name, version, self._scorers())
                    self._pinned[name, version] = found
        self._pinned.move_to_end((name, version))
        served = self._pinned[name, version]
        while len(self._pinned) > self._max_loaded:
            self._pinned.popitem(last=False)
        return served

    async def file(self, name: str, version: int, file: str) -> bytes:
        """A file of a version that serving does not read. NotFound or BundleRefused."""
        return await asyncio.to_thread(self._loader.file, await self.version(name, version), file)

    def serving(self) -> Iterator[Serving]:
        """What every alias serves, for whoever shows it."""
        for model in self._models.values():
            for alias, served in model.aliases.items():
                variant, threshold = served.scorer.manifest.variant, served.threshold.value
                yield Serving(model.name, served.version, alias, variant, served.digest, threshold)

    def unready(self) -> list[str]:
        """Why this process should get no requests yet: models without a champion. An old champion is good enough."""
        if not self._models:
            return ["no model is published"]
        return [
            f"model {model.name!r} has no champion: {'; '.join(model.faults.values()) or 'none was promoted'}"
            for model in self._models.values()
            if CHAMPION not in model.aliases
        ]

    async def refresh(self) -> None:
        """Serve what the repository has now. Loads in a thread, then swaps in one step."""
        async with self._refreshing:
            stamps = await asyncio.to_thread(self._loader.stamps)
            self._listed = stamps.keys()
            retry = time.monotonic() >= self._retry_at
            changed = [name for name in stamps if self._is_due(name, stamps[name], retry=retry)]
            if not changed:
                return
            self._retry_at = time.monotonic() + RETRY_SECONDS
            found = await asyncio.gather(*(self._read(name) for name in changed))
            self._models = {**self._models, **{each.name: each for each in found if each is not None}}
            self._stamps |= {name: stamps[name] for name in changed}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load everything, then keep up with the repository until the end."""
        await self.refresh()
        async with repeated(self._follow, self._refresh_seconds):
            yield

    async def _follow(self) -> None:
        try:
            await self.refresh()
        except Exception:  # whatever it was, the next look may succeed, and what is served stays
            log.exception("the repository could not be read")

    def _is_due(self, name: str, stamp: Stamp, *, retry: bool) -> bool:
        faulty = name in self._models and bool(self._models[name].faults)
        return self._stamps.get(name) != stamp or (faulty and retry)

    async def _read(self, name: str) -> ServedModel | None:
        before = self._models.get(name)
        try:
            return await asyncio.to_thread(self._loader.read, name, before, self._scorers())
        except Exception:  # one model's surprise must not keep the others from following
            log.exception("a model could not be read", extra={"model": name})
            return replace(
                before or ServedModel(name), faults={UNFORESEEN: "the log of the service says why"}
            )

    def _scorers(self) -> dict[str, Scorer]:
        """Everything loaded, so that nothing is loaded twice."""
        aliased = (served for model in self._models.values() for served in model.aliases.values())
        return {served.digest: served.scorer for served in (*self._pinned.values(), *aliased)}
