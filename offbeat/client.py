"""Client: the HTTP interface in Python. Knows addresses and replies; imports no room, so a script needs httpx alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypedDict

import httpx

Cell = str | int | float | bool | None
Option = str | int | float | bool


class Contribution(TypedDict):
    """What one feature adds to a score; `share` is its part, 0 to 1."""

    feature: str
    actual: float | str | None
    expected: float | str | None
    share: float
    direction: Literal["above", "below", "other"]


class Result(TypedDict):
    """The verdict on one record; numbers are None where it is unknown, and `reason` says why."""

    verdict: Literal["normal", "anomaly", "unknown"]
    is_anomaly: bool | None
    anomaly_score: float | None
    score: float | None
    reconstruction_error: float | None
    latent_distance: float | None
    p_value: float | None
    severity: float | None
    contributions: list[Contribution]
    imputed: list[str]
    warnings: list[str]
    reason: str | None
    suppressed: bool
    rules: list[str]


class ScoreReply(TypedDict):
    """A result for each record, in the order they were sent."""

    model: str
    version: int
    digest: str
    generation: int | None
    threshold: float
    threshold_method: str
    results: list[Result]


class Refused(Exception):
    """The service said no. `status` is HTTP's; `errors` say where, when records or options were wrong."""

    def __init__(self, status: int, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        self.status = status
        self.errors = tuple(errors)
        super().__init__(detail)


class Client:
    """One service. Use it as a context manager, or `close` it; safe to share between threads."""

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        *,
        seconds: float = 60,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(base_url=address, timeout=seconds, transport=transport)

    def __enter__(self) -> Self:
        """Open until the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ready(self) -> bool:
        """Whether the service is there and has loaded its models."""
        try:
            return self._http.get("/readyz").is_success
        except httpx.TransportError:
            return False

    def models(self) -> list[dict[str, Any]]:
        """Every model: its name, versions, and which version each alias serves."""
        models: list[dict[str, Any]] = _checked(self._http.get("/v1/models")).json()["models"]
        return models

    def model(self, name: str) -> dict[str, Any]:
        """All about a model: aliases with thresholds, features with kind and range, quality. Refused when there is none."""
        found: dict[str, Any] = _checked(self._http.get(f"/v1/models/{name}")).json()
        return found

    def score(self, model: str, records: Sequence[Mapping[str, Cell]], **options: Option) -> ScoreReply:
        """Verdicts on records. Options are those of the API page, `version` and `alias` among them."""
        return self._score(model, options, json={"records": list(records)})

    def score_csv(self, model: str, data: bytes, **options: Option) -> ScoreReply:
        """Verdicts on the rows of a CSV with a header."""
        return self._score(model, options, content=data, headers={"content-type": "text/csv"})

    def _score(self, model: str, options: Mapping[str, Option], **body: Any) -> ScoreReply:  # noqa: ANN401
        reply = self._http.post(f"/v1/models/{model}/score", params=dict(options), **body)
        scored: ScoreReply = _checked(reply).json()
        return scored


def _checked(reply: httpx.Response) -> httpx.Response:
    if reply.is_success:
        return reply
    if reply.headers.get("content-type") != "application/problem+json":
        raise Refused(reply.status_code, f"{reply.status_code} from {reply.url}: is this offbeat?")
    problem = reply.json()
    raise Refused(reply.status_code, problem["detail"], problem.get("errors", ()))
