"""The client that awaits: the one that blocks, with every verb awaited."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx

from offbeat.client.connecting import ADDRESS, MOST_ROWS, RETRIES, SECONDS, scoring, timeout
from offbeat.client.descriptions import Alias, Model, ModelSummary, Version
from offbeat.client.documents import ColumnsReply, EmbedReply, ReconstructReply, ScoreReply
from offbeat.client.options import FrameOptions, ReadOptions, Reference, ScoreOptions, SeriesOptions
from offbeat.client.replies import Result, SampleReply
from offbeat.client.retrying import Retries
from offbeat.client.runners import AsyncRunner
from offbeat.client.streams import Reading, Stream
from offbeat.client.tables import DataFrame, Records

Frame = TypeVar("Frame", bound=DataFrame)


class AsyncClient:
    """One service, for the tasks of one event loop. Use it as a context manager, or `close` it.

    `seconds` is the longest a reply may take. What meets a full service (429, 503) or a broken connection is sent again
    up to `retries` times within half a minute; 0 is never, and Retries(…) says more. `admin_key` is for what changes an alias.
    More than `most_rows` records go in several requests, and so do fewer where the service takes no more.
    Every verb raises Refused for what the service says no to, and Unreachable when there is no reply.
    """

    def __init__(
        self,
        address: str = ADDRESS,
        *,
        admin_key: str | None = None,
        seconds: float = SECONDS,
        retries: int | Retries = RETRIES,
        most_rows: int = MOST_ROWS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(base_url=address, timeout=timeout(seconds), transport=transport)
        self._run = AsyncRunner(self._http)
        self._scoring = scoring(retries, admin_key, most_rows)
        self._control = self._scoring.control

    async def __aenter__(self) -> Self:
        """Open until the end of the block."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def score(
        self,
        model: str,
        records: Records,
        *,
        features: Sequence[str] | None = None,
        **options: Unpack[ScoreOptions],
    ) -> ScoreReply:
        """A result for each record. `features` name the columns of an array."""
        return await self._run(self._scoring.score(model, records, features, options))

    async def score_columns(
        self,
        model: str,
        records: Records,
        *,
        features: Sequence[str] | None = None,
        **options: Unpack[ScoreOptions],
    ) -> ColumnsReply:
        """The same with an array a field: cheaper for many records."""
        return await self._run(self._scoring.score_columns(model, records, features, options))

    async def score_frame(self, model: str, frame: Frame, **options: Unpack[FrameOptions]) -> Frame:
        """Verdicts on a data frame as another of its kind, row by row; its columns are those of `offbeat score`."""
        return await self._run(self._scoring.score_frame(model, frame, options))

    async def score_csv(self, model: str, data: bytes, **options: Unpack[ScoreOptions]) -> ScoreReply:
        """Verdicts on the rows of a CSV with a header, in one request."""
        return await self._run(self._scoring.score_csv(model, data, options))

    async def score_picture(self, model: str, data: bytes, **options: Unpack[ScoreOptions]) -> ScoreReply:
        """The verdict on a PNG or JPEG, with what was expected and where it is strange."""
        return await self._run(self._scoring.score_picture(model, data, options))

    async def embed(
        self,
        model: str,
        records: Records,
        *,
        features: Sequence[str] | None = None,
        **options: Unpack[ReadOptions],
    ) -> EmbedReply:
        """The latent embedding of each record."""
        return await self._run(self._scoring.embed(model, records, features, options))

    async def reconstruct(
        self,
        model: str,
        records: Records,
        *,
        features: Sequence[str] | None = None,
        **options: Unpack[ReadOptions],
    ) -> ReconstructReply:
        """Each record as the model would have it."""
        return await self._run(self._scoring.reconstruct(model, records, features, options))

    async def sample(
        self,
        model: str,
        n: int = 1,
        *,
        seed: int | None = None,
        condition: Mapping[str, Any] | None = None,
        **reference: Unpack[Reference],
    ) -> SampleReply:
        """Made-up records, of variational models."""
        return await self._run(self._scoring.sample(model, n, seed, condition, reference))

    def series(self, model: str, **options: Unpack[SeriesOptions]) -> AsyncSeries:
        """A place to push readings into, one at a time; it keeps what the model's window reaches back to."""
        return AsyncSeries(self._run, Stream(self._scoring, model, options))

    async def ready(self) -> bool:
        """Whether the service is there and has loaded its models; asked once, whatever `retries` says."""
        return await self._run(self._control.ready())

    async def models(self) -> list[ModelSummary]:
        """Every model: its name, versions, and which version each alias serves."""
        return await self._run(self._control.models())

    async def model(self, name: str) -> Model:
        """All about a model: aliases with thresholds, features with kind and range, quality."""
        return await self._run(self._control.model(name))

    async def version(self, name: str, number: int) -> Version:
        """All about one version."""
        return await self._run(self._control.version(name, number))

    async def promote(self, name: str, version: int, *, alias: str = "champion") -> Alias:
        """Point an alias at a version. Needs the admin key, as the next two do; sent again only if it never arrived."""
        return await self._run(self._control.promote(name, version, alias))

    async def rollback(self, name: str, *, alias: str = "champion") -> Alias:
        """Return an alias to what it was before its last change, threshold included."""
        return await self._run(self._control.rollback(name, alias))

    async def set_threshold(self, name: str, threshold: float | None, *, alias: str = "champion") -> Alias:
        """Override the threshold behind an alias; None returns to the version's own."""
        return await self._run(self._control.set_threshold(name, threshold, alias))


class AsyncSeries:
    """Readings of one model, pushed one after the other: await each; several series go by the model's column."""

    def __init__(self, run: AsyncRunner, stream: Stream) -> None:
        self._run, self._stream = run, stream

    async def push(self, reading: Reading) -> Result:
        """The verdict on a reading, `unknown` until a whole window is there. One that raises was not kept: push it again."""
        return await self._run(self._stream.push(reading))

    async def fill(self, readings: Iterable[Reading]) -> None:
        """Keep earlier readings without asking for verdicts, such as those from before a restart."""
        await self._run(self._stream.fill(readings))

    def forget(self, series: Hashable = None) -> None:
        """Keep nothing of a series that has ended, by its name; by nothing where the model tells none apart."""
        self._stream.forget(series)
