"""Streams: readings one at a time, each judged with those before it, as steps. The service keeps nothing; this does."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from offbeat.client.descriptions import Version, Window
from offbeat.client.errors import Refused
from offbeat.client.options import reference_of
from offbeat.client.past import Past
from offbeat.client.pieces import shifted
from offbeat.client.replies import Result
from offbeat.client.scoring import Scoring
from offbeat.client.steps import Steps

Reading = Mapping[str, Any]


class Stream:
    """The last readings of every series of one model, as many as its window reaches back to.

    A reading is kept when it has got its result, so that one that was refused or lost can be pushed again. When another
    version answers, the stream asks how long its window is, and keeps what it has.
    """

    def __init__(self, scoring: Scoring, model: str, options: Mapping[str, object]) -> None:
        self._scoring, self._control = scoring, scoring.control
        self._model, self._options = model, options
        self._version: int | None = None
        self._window: Window | None = None
        self._past: Past[Reading] = Past(None)

    def push(self, reading: Reading) -> Steps[Result]:
        """The verdict on a reading: `unknown` until a whole window is there."""
        if self._version is None:
            yield from self._learn()
        before = self._past.before(self._cell(reading, "series"))
        options = {**self._options, "last_only": True}
        try:
            reply = yield from self._scoring.score(self._model, [*before, reading], None, options)
        except Refused as refused:
            raise shifted(refused, -len(before)) from None
        self._keep(reading)
        if reply["version"] != self._version:
            self._version = None
        return reply["results"][0]

    def fill(self, readings: Iterable[Reading]) -> Steps[None]:
        """Keep earlier readings without asking for verdicts, so that the next one has its whole window."""
        if self._version is None:
            yield from self._learn()
        for reading in readings:
            self._keep(reading)

    def forget(self, series: Hashable) -> None:
        """Keep nothing of a series that has ended."""
        self._past.forget(series)

    def _learn(self) -> Steps[None]:
        served: Version | None = yield from self._control.served(self._model, reference_of(self._options))
        kept = self._past.all()
        self._window = served["window"] if served else None
        self._version = served["version"] if served else None
        self._past = Past(self._window)
        for reading in kept:
            self._keep(reading)

    def _keep(self, reading: Reading) -> None:
        series, moment = self._cell(reading, "series"), self._cell(reading, "timestamp")
        self._past.add(series, dict(reading), moment)

    def _cell(self, reading: Reading, role: str) -> Any:  # noqa: ANN401
        """The name of a reading's series, or its time; None where the model tells none."""
        name = self._window.get(role) if self._window else None
        return reading.get(str(name)) if name is not None else None
