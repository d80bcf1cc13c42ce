"""Single: one record of numbers that are all there, from its body to its reply in the fewest steps. Knows no HTTP.

Most requests of a sensor are like this, and what a table, arrays and masks cost is many times what judging one record
does. Whatever else a body holds is not answered here; where it is, the bytes are those that `verbs.score` would send.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from heapq import nlargest
from math import isfinite
from operator import itemgetter, le
from typing import Any, NamedTuple

import numpy as np
import orjson

from models.columns import EXACT
from models.encoding import encode_matrix
from models.explanation import RecordExplanation, direction
from models.features import FeatureSchema
from models.formats.json_document import may_hold_long_integer
from models.scorer import OUTPUTS, VECTORS, Outputs, Scores
from models.threshold import VERDICTS
from service.gathering import Found, Gathering, Row, pays
from service.options import ScoreOptions
from service.payloads import contributions, head
from service.served import Served
from service.settings import Gather
from service.telemetry import Tally

log = logging.getLogger(__name__)
NUMBERS = {float, int}
FLOATS = {float}
LONGEST_CELL = 30  # bytes of a number, and what stands around it
Then = Callable[[bytes | None], None]
IS_ANOMALY = (None, False, True)  # by the verdict's code


class Read(NamedTuple):
    """One record: its numbers, and what the reply holds beside its verdict."""

    row: Row
    beside: Mapping[str, Any]


class Single:
    """One version under one threshold. Thread-safe."""

    def __init__(self, served: Served, tally: Tally, gather: Gather) -> None:
        """`served` must pass `fits`."""
        self.model = served.model
        self._served, self._tally, columns = served, tally, served.scorer.columns
        self._columns, self._names = columns, list(columns.names)
        self._cells: Callable[[Mapping[str, Any]], Row] = itemgetter(*self._names)
        self._lowest = [feature.minimum for feature in columns.numeric]
        self._highest = [feature.maximum for feature in columns.numeric]
        self._gathering = {
            outputs: Gathering(served.scorer, outputs)
            for outputs in (VECTORS, OUTPUTS)
            if gather == "on" or (gather == "auto" and pays(served.scorer, outputs))
        }
        names = sum(len(name.encode()) for name in self._names)
        self.longest = 2 * names + LONGEST_CELL * (len(self._names) + 2)  # bytes; more are more records
        self._head = orjson.dumps(head(served, served.threshold))[:-1] + b',"results":'

    @staticmethod
    def fits(columns: FeatureSchema, *, windowed: bool) -> bool:
        """Whether a version judges records, each alone, of nothing but numbers; two at least, or a getter gets no tuple."""
        return not windowed and len(columns.numeric) == len(columns.features) > 1

    def ask(self, body: bytes, options: ScoreOptions, then: Then) -> bool:
        """Whether a JSON body holds one such record; then, now or at the end of this turn of the loop, its reply.

        None in place of a reply, as False, leaves the body to be read the other way.
        """
        read = self.read(body)
        if read is None:
            return False
        began = time.perf_counter()
        outputs = OUTPUTS if options.top_contributors else VECTORS
        gathering = self._gathering.get(outputs)
        if gathering is None:
            then(self._replied(read, self._run(read.row, outputs), options, began))
        else:
            gathering.ask(read.row, lambda found: then(self._replied(read, found, options, began)))
        return True

    def _replied(self, read: Read, found: Found | None, options: ScoreOptions, began: float) -> bytes | None:
        try:
            return self.reply(read, found, options, began) if found else None
        except (
            Exception
        ):  # of others who wait for the same run none may suffer; the other way will say what it is
            log.exception("the short way failed")
            return None

    def _run(self, row: Row, outputs: Outputs) -> Found:
        return self._served.scorer.run({"numeric": np.array([row], np.float64)}, outputs)

    def reply(self, read: Read, found: Found, options: ScoreOptions, began: float) -> bytes | None:
        """The verdict on what the graph found, counted and written; None where the graph found no finite score."""
        score: float = found[0].item()
        if not score < np.inf:
            return None
        code, ratio = self._served.threshold.of_one(score)
        p_value, severity = self._served.scorer.calibration.of_one(score)
        explained = self._explained(read.row, found, options.top_contributors)
        result = {
            "verdict": VERDICTS[code],
            "is_anomaly": IS_ANOMALY[code],
            "anomaly_score": ratio,
            "score": score,
            "reconstruction_error": found[1].item(),
            "latent_distance": found[2].item(),
            "p_value": p_value,
            "severity": severity,
            **explained,
            "reason": None,
            "suppressed": False,
            "rules": (),
            **read.beside,
        }
        columns = options.orient == "columns"
        written = orjson.dumps({name: (value,) for name, value in result.items()} if columns else result)
        self._tally.one(code, ratio, time.perf_counter() - began, severity, explained["contributions"])
        return b"".join((self._head, written, b"}") if columns else (self._head, b"[", written, b"]}"))

    def read(self, body: bytes) -> Read | None:
        """The numbers in the order of the graph's input, and what is passed through."""
        if may_hold_long_integer(body):
            return None
        try:
            read = self._read(orjson.loads(body))
        except (orjson.JSONDecodeError, TypeError, KeyError):
            return None
        if read is None or len(read.row) != len(self._names):
            return None
        kinds = {*map(type, read.row)}
        exact = kinds == FLOATS or (kinds <= NUMBERS and max(map(abs, read.row)) <= EXACT)
        return read if exact else None

    def _read(self, document: Any) -> Read | None:  # noqa: ANN401
        if len(document) == 1:
            (record,) = document["records"] if len(document["records"]) == 1 else ({},)
            beside = {} if len(record) == len(self._names) else self._passed(record)
            return Read(self._cells(record), beside) if beside is not None else None
        if len(document) == 2 and document["features"] == self._names and len(document["rows"]) == 1:  # noqa: PLR2004
            return Read(document["rows"][0], {})
        return None

    def _passed(self, record: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What a record holds beside its features; None where the model knows something of it not."""
        there = {name: record[name] for name in self._columns.passthrough if name in record}
        return {"passthrough": there} if len(record) == len(self._names) + len(there) else None

    def _explained(self, row: Row, found: Found, top: int) -> dict[str, Any]:
        named = self._contributions(row, found, top) if top else ()
        inside = all(map(le, self._lowest, row)) and all(map(le, row, self._highest))
        return {
            "contributions": named,
            "imputed": (),
            "warnings": () if inside else self._warnings(row, found),
        }

    def _contributions(self, row: Row, found: Found, top: int) -> list[dict[str, Any]]:
        """What `RecordExplanation` says, of one record: the same sums, without arrays for each step."""
        _, _, _, _, expected, attribution = (each[0] for each in found)
        if not np.isfinite(attribution).all():
            return contributions(self._explanation(row, found).contributions_of(slice(0, 1), top))[0]
        whole, terms, wanted = attribution.sum().item(), attribution.tolist(), expected.tolist()
        ranked = nlargest(
            top, range(len(terms)), terms.__getitem__
        )  # the first of equals first, as in the arrays
        return [
            contribution(self._names[place], float(row[place]), wanted[place], terms[place] / whole)
            for place in ranked
            if terms[place] > 0
        ]

    def _warnings(self, row: Row, found: Found) -> list[str]:
        return self._explanation(row, found).warnings(0)

    def _explanation(self, row: Row, found: Found) -> RecordExplanation:
        scores = Scores(*found, *[np.empty((1, 0))] * (len(OUTPUTS) - len(found)))
        return RecordExplanation(self._columns, encode_matrix(np.array([row], np.float64)), scores)


def contribution(name: str, actual: float, expected: float, share: float) -> dict[str, Any]:
    """One contribution as an object."""
    wanted = expected if isfinite(expected) else None
    return {
        "feature": name,
        "actual": actual,
        "expected": wanted,
        "share": share,
        "direction": direction(actual, wanted),
    }
