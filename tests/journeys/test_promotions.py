"""Promotions and roll-backs while eight clients score: no request fails, and no reply mixes two versions."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.formats import FORMATS
from models.judgement import judge
from models.repository import Repository
from models.scorer import Scorer
from offbeat.cli import main

CHANGES = int(os.environ.get("OFFBEAT_PROMOTIONS", "12"))
CLIENTS = 8
ADMIN = {"authorization": "Bearer an admin key"}
RECORDS = {
    "records": [
        {"temperature": 30 + row, "pressure": 4, "flow": 40 + row, "valve": "open"} for row in range(5)
    ]
}
Serve = Callable[[Path], str]


@dataclass
class Tally:
    """What the clients saw."""

    replies: list[dict[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def take(self, reply: httpx.Response) -> None:
        """Remember a reply, or that it failed."""
        if reply.status_code == httpx.codes.OK:
            self.replies.append(reply.json())
        else:
            self.failures.append(reply.text)


def expected(repository: Repository) -> dict[int, tuple[str, list[float]]]:
    """Digest and scores of each version, from the library."""
    table = FORMATS["json"].read(
        b'{"records": ' + httpx.Response(200, json=RECORDS["records"]).content + b"}"
    )
    found = {}
    for version in (1, 2):
        scorer = Scorer(repository.open(repository.resolve("pump", version)))
        found[version] = scorer.digest, list(judge(scorer, table).score)
    return found


def disagreements(replies: list[dict[str, Any]], truth: dict[int, tuple[str, list[float]]]) -> int:
    """Replies whose digest or scores are not those of the version they name."""
    wrong = 0
    for reply in replies:
        digest, scores = truth[reply["version"]]
        found = [result["score"] for result in reply["results"]]
        wrong += reply["digest"] != digest or found != pytest.approx(scores, rel=1e-5)
    return wrong


def change(number: int, address: str, repository: Path) -> None:
    """One promotion or roll-back, by HTTP and by the command line in turn."""
    alias = f"{address}/v1/models/pump/aliases/champion"
    if number % 4 == 0:
        httpx.put(alias, json={"version": 2}, headers=ADMIN).raise_for_status()
    elif number % 4 == 1:
        httpx.post(f"{alias}/rollback", headers=ADMIN).raise_for_status()
    elif number % 4 == 2:
        assert main(["models", "promote", "pump@2", "--repository", str(repository)]) == 0
    else:
        assert main(["models", "rollback", "pump", "--repository", str(repository)]) == 0


def test_no_request_is_lost_and_no_reply_mixes_versions_while_versions_change(
    pump_repository: Repository, serve: Serve
) -> None:
    address = serve(pump_repository.root)
    truth = expected(pump_repository)
    tally, over = Tally(), threading.Event()

    def client() -> None:
        with httpx.Client() as session:
            while not over.is_set():
                try:
                    tally.take(session.post(f"{address}/v1/models/pump/score", json=RECORDS))
                except httpx.HTTPError as error:
                    tally.failures.append(repr(error))

    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in clients:
        thread.start()
    try:
        for number in range(CHANGES):
            change(number, address, pump_repository.root)
            over.wait(0.15)
    finally:
        over.set()
        for thread in clients:
            thread.join()

    versions = Counter(reply["version"] for reply in tally.replies)
    print(f"{CHANGES} changes, {len(tally.replies)} replies {dict(versions)}, {len(tally.failures)} failed")
    assert tally.failures == []
    assert disagreements(tally.replies, truth) == 0
    assert min(versions[1], versions[2]) > 0
    # The control: the same count notices one reply that names the other version.
    mixed = {**tally.replies[0], "version": 3 - tally.replies[0]["version"]}
    assert disagreements([*tally.replies, mixed], truth) == 1


def test_a_promotion_by_another_process_is_picked_up_without_restart(
    pump_repository: Repository, serve: Serve
) -> None:
    address = serve(pump_repository.root)
    score = f"{address}/v1/models/pump/score"
    assert httpx.post(score, json=RECORDS).json()["version"] == 1

    main(["models", "promote", "pump@2", "--repository", str(pump_repository.root)])

    seen = set()
    for _ in range(200):
        seen.add(httpx.post(score, json=RECORDS).json()["version"])
        if 2 in seen:
            break
    assert 2 in seen


def test_a_damaged_version_is_not_promoted_and_the_old_one_goes_on(
    pump_repository: Repository, serve: Serve
) -> None:
    address = serve(pump_repository.root)
    model = pump_repository.root / "pump" / "2" / "model.onnx"
    model.write_bytes(model.read_bytes()[:-1] + b"\0")

    refused = httpx.put(f"{address}/v1/models/pump/aliases/champion", json={"version": 2}, headers=ADMIN)

    assert refused.status_code >= httpx.codes.BAD_REQUEST
    assert "model.onnx is damaged" in refused.json()["detail"]
    assert httpx.post(f"{address}/v1/models/pump/score", json=RECORDS).json()["version"] == 1
