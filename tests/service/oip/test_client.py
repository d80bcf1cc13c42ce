"""An unmodified client of the protocol drives the service over a socket."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import numpy as np
import pytest
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

from models.repository import Repository
from service.app import create_app
from service.listener import listen
from service.server import Server
from service.settings import Settings

BUNDLES = Path(__file__).parents[2] / "bundles"
NUMBERS = ["temperature", "pressure", "flow"]
READINGS = np.array([[31.0, 4.1, 46.0], [90.0, 4.1, 46.0], [31.0, 4.1, 20.0]])
VALVES = np.array([b"open", b"open", b"closed"], dtype=np.object_)
SCORES = ["anomaly_score", "score", "reconstruction_error", "latent_distance", "p_value", "severity"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a service listens that serves records, windows and images."""
    root = tmp_path_factory.mktemp("served")
    for name in ("pump", "mixer", "tiles"):
        shutil.copytree(BUNDLES / name, root / name)
    settings = Settings(repository=root, drain_seconds=0, refresh_seconds=3600)
    server = Server(create_app(settings, Repository(root)), listen("127.0.0.1", 0))
    thread = Thread(target=server.stay)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield server.address
    server.stop()
    thread.join(10)


@pytest.fixture
def client(address: str) -> Iterator[InferenceServerClient]:
    with InferenceServerClient(address.removeprefix("http://")) as client:
        yield client


def sent(name: str, array: np.ndarray, datatype: str, *, binary: bool) -> InferInput:
    found = InferInput(name, array.shape, datatype)
    return found.set_data_from_numpy(array, binary_data=binary)


def pump(*, binary: bool) -> list[InferInput]:
    columns = [sent(name, READINGS[:, at].copy(), "FP64", binary=binary) for at, name in enumerate(NUMBERS)]
    return [*columns, sent("valve", VALVES, "BYTES", binary=binary)]


@pytest.fixture
def there(address: str) -> dict[str, Any]:
    """What /v1 says of the same records, as columns."""
    rows = [[*row, valve.decode()] for row, valve in zip(READINGS.tolist(), VALVES, strict=True)]
    body = {"features": [*NUMBERS, "valve"], "rows": rows, "orient": "columns"}
    reply = httpx.post(f"{address}/v1/models/pump/score", json=body).json()
    return reply["results"] | {"threshold": reply["threshold"]}


def test_health_and_metadata(client):
    server, model = client.get_server_metadata(), client.get_model_metadata("pump", "2")

    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("pump")
    assert client.is_model_ready("pump", "2")
    assert not client.is_model_ready("pump", "3")
    assert not client.is_model_ready("turbine")
    assert server["name"] == "offbeat"
    assert (model["versions"], model["properties"]["version"]) == (["1", "2"], "2")
    assert [each["name"] for each in model["inputs"]] == [*NUMBERS, "valve"]


def test_the_index(client):
    found = client.get_model_repository_index()

    assert {(each["name"], each["version"]) for each in found} == {
        ("mixer", "1"), ("mixer", "2"), ("pump", "1"), ("pump", "2"), ("tiles", "1"),
    }  # fmt: skip
    assert {each["state"] for each in found} == {"READY"}


@pytest.mark.parametrize("binary", [False, True], ids=["json", "binary"])
def test_scores_are_those_of_v1(client, there, binary):
    reply = client.infer("pump", pump(binary=binary), request_id="7")

    assert [text.decode() for text in reply.as_numpy("verdict")] == there["verdict"]
    assert reply.as_numpy("is_anomaly").tolist() == there["is_anomaly"]
    assert set(there["verdict"]) == {"normal", "anomaly"}  # else equal verdicts would say little
    close = 1e-6 * np.maximum(there["score"], there["threshold"])
    assert np.all(np.abs(reply.as_numpy("score") - there["score"]) <= close)
    for name in SCORES:
        assert np.allclose(reply.as_numpy(name), there[name], rtol=1e-5)
    assert reply.as_numpy("expected").shape == (3, 4)
    assert reply.get_response()["id"] == "7"


@pytest.mark.parametrize("binary", [False, True], ids=["json", "binary"])
def test_outputs_come_as_they_are_asked_for(client, there, binary):
    asked = [InferRequestedOutput(name, binary_data=binary) for name in ("verdict", "anomaly_score")]

    reply = client.infer("pump", pump(binary=True), outputs=asked)

    assert np.allclose(reply.as_numpy("anomaly_score"), there["anomaly_score"], rtol=1e-5)
    assert reply.as_numpy("verdict").astype(str).tolist() == there["verdict"]
    assert reply.as_numpy("latent") is None


@pytest.mark.parametrize("algorithm", ["gzip", "deflate"])
def test_compressed_requests_are_read(client, there, algorithm):
    reply = client.infer("pump", pump(binary=True), request_compression_algorithm=algorithm)

    assert np.allclose(reply.as_numpy("score"), there["score"], rtol=1e-5)


def test_a_version_is_asked_by_its_number(client):
    matrix = np.array([[20.0, 3.0, 6.0]], dtype=np.float32)

    reply = client.infer("mixer", [sent("numeric", matrix, "FP32", binary=True)], model_version="2")

    assert reply.get_response()["model_version"] == "2"


def test_nan_is_unknown_or_missing_as_the_client_says(client):
    matrix = sent("numeric", np.array([[20.0, np.nan, 6.0], [20.0, 3.0, 6.0]]), "FP64", binary=True)

    unknown = client.infer("mixer", [matrix], "2")
    missing = client.infer("mixer", [matrix], "2", parameters={"nan_is_missing": True})

    assert unknown.as_numpy("verdict")[0] == b"unknown"
    assert np.isnan(unknown.as_numpy("score")).tolist() == [True, False]
    assert np.isfinite(missing.as_numpy("score")).all()


def test_pictures(client):
    tiles = np.full((2, 10, 12, 1), 60, dtype=np.uint8)

    reply = client.infer("tiles", [sent("image", tiles, "UINT8", binary=True)])

    assert reply.as_numpy("expected").shape == tiles.shape
    assert reply.as_numpy("expected").dtype == np.uint8


def test_refusals_are_exceptions_of_the_client(client):
    cases = {
        "[404] no model 'turbine'; there is: mixer, pump, tiles": lambda: client.infer(
            "turbine", pump(binary=True)
        ),
        '[422] tensor "valve": the feature "valve" is absent from every record': lambda: client.infer(
            "pump", pump(binary=True)[:-1]
        ),
        '[404] nothing is at "/v2/repository/models/pump/load"; /docs shows what there is': lambda: (
            client.load_model("pump")
        ),
    }
    for message, ask in cases.items():
        with pytest.raises(InferenceServerException) as refused:
            ask()
        assert str(refused.value) == message
