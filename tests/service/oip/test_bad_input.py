"""What is wrong with a request, and exactly what the service says about it, in the protocol's own shape."""

from __future__ import annotations

import copy
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.errors import TooLarge
from models.features import FeatureSchema, ImageFeature
from service.oip.heads import Head
from service.oip.pictures import read_pictures
from service.oip.problems import shaped
from service.oip.tensors import Tensor
from service.problems import refusal
from service.refusals import Busy
from service.verbs import MOST_PIXELS

pytestmark = pytest.mark.anyio
PUMP, MIXER, TILES = "/v2/models/pump/infer", "/v2/models/mixer/versions/2/infer", "/v2/models/tiles/infer"
LENGTH = "inference-header-content-length"
KNOWN = "BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, FP32, FP64, BYTES"
OUTPUTS = (
    "verdict, is_anomaly, anomaly_score, score, reconstruction_error, latent_distance, p_value, severity, latent, "
    "expected, shares"
)
Change = Callable[[dict[str, Any]], object]


def head(**members: Any) -> Change:
    """Change the second tensor, `pressure`."""
    return lambda body: body["inputs"][1].update(members)


def request(**members: Any) -> Change:
    return lambda body: body.update(members)


def without(member: str) -> Change:
    return lambda body: body["inputs"][1].pop(member)


def tensors(*more: dict[str, Any]) -> Change:
    return lambda body: body["inputs"].extend(more)


FLOW = {"name": "flow", "datatype": "FP64", "shape": [4], "data": [1, 2, 3, 4]}
JSON = [
    # the request
    (request(inputs=None), 422, "inputs: expected an array of tensors, got null"),
    (request(inputs=[]), 422, "inputs: there is none"),
    (request(inputs=[7]), 422, "input 0: expected an object, got 7"),
    (request(id=7), 422, "request: id: expected text, got 7"),
    (request(paramters={}), 422,
     'request: unknown key "paramters"; there is: id, inputs, model_name, model_version, outputs, parameters'),
    (request(parameters=[]), 422, "request: parameters: expected an object, got an array"),
    (request(parameters={"threshold": 0}), 422,
     "/parameters/threshold: expected greater than 0, got 0"),
    (request(parameters={"thresold": 1}), 422,
     "/parameters/thresold: unknown; there is: binary_data_output, extra, last_only, nan_is_missing, threshold"),
    (request(parameters={"sequence_id": 5}), 422,
     "/parameters/sequence_id: unknown; there is: binary_data_output, extra, last_only, nan_is_missing, threshold"),
    # the outputs
    (request(outputs={}), 422, "outputs: expected an array, got an object"),
    (request(outputs=["score"]), 422, 'output 0: expected an object, got "score"'),
    (request(outputs=[{"name": ["score"]}]), 422, "output 0: name: expected the name of an output, got an array"),
    (request(outputs=[{"name": "scores"}]), 422, f'output "scores": there is: {OUTPUTS}'),
    (request(outputs=[{"name": "score"}] * 2), 422, 'output "score": is asked for more than once'),
    (request(outputs=[{"name": "score", "parameters": {"binary_data": 1}}]), 422,
     'output "score": binary_data: expected true or false, got 1'),
    (request(outputs=[{"name": "score", "parameters": {"classification": 3}}]), 422,
     'output "score": unknown key "classification"; there is: binary_data'),
    # the head of a tensor
    (without("name"), 422, "input 1: name: expected the name of a tensor, got null"),
    (head(name="x" * 201), 422, f'input 1: name: expected the name of a tensor, got "{"x" * 39}…'),
    (head(size=4), 422,
     'tensor "pressure": unknown key "size"; there is: data, datatype, name, parameters, shape'),
    (head(datatype="float"), 422, f'tensor "pressure": datatype: expected one of {KNOWN}, got "float"'),
    (head(datatype=["FP64"]), 422, f'tensor "pressure": datatype: expected one of {KNOWN}, got an array'),
    (head(shape=4), 422, 'tensor "pressure": shape: expected an array of 1 to 8 lengths, got 4'),
    (head(shape=[-4]), 422, 'tensor "pressure": shape: expected whole numbers above 0, got -4'),
    (head(shape=[0]), 422, 'tensor "pressure": shape: expected whole numbers above 0, got 0'),
    (head(shape=[4.0]), 422, 'tensor "pressure": shape: expected whole numbers above 0, got 4.0'),
    (head(shape=[True]), 422, 'tensor "pressure": shape: expected whole numbers above 0, got true'),
    (head(parameters=3), 422, 'tensor "pressure": parameters: expected an object, got 3'),
    (head(parameters={"shared_memory_region": "a"}), 422,
     'tensor "pressure": unknown key "shared_memory_region"; there is: binary_data_size'),
    # its elements
    (without("data"), 422, 'tensor "pressure": has neither data nor binary_data_size'),
    (head(data="1"), 422, 'tensor "pressure": data: expected an array, got "1"'),
    (head(data=[]), 422, 'tensor "pressure": data has 0 elements, its shape [4] has 4'),
    (head(data=[1, 2, 3]), 422, 'tensor "pressure": data has 3 elements, its shape [4] has 4'),
    (head(shape=[2**63 - 1, 2**63 - 1]), 422,
     'tensor "pressure": data has 4 elements, its shape [9223372036854775807, 9223372036854775807] has '
     "85,070,591,730,234,615,847,396,907,784,232,501,249"),
    (head(data=[[1], [2], [3], [4]]), 422, 'tensor "pressure": element 0: expected a number, got an array'),
    (head(shape=[4, 1], data=[[1], [2], [3, 4], [5]]), 422,
     'tensor "pressure": data is not nested as its shape [4, 1] says'),
    (head(shape=[4, 1], data=[[1], [2], 3, [5]]), 422,
     'tensor "pressure": data is not nested as its shape [4, 1] says'),
    (head(data=[1, "hot", 3, 4]), 422, 'tensor "pressure": element 1: expected a number, got "hot"'),
    (head(data=[1, True, 3, 4]), 422, 'tensor "pressure": element 1: expected a number, got true'),
    (head(datatype="INT64", data=[1, 2.5, 3, 4]), 422,
     'tensor "pressure": element 1: expected a whole number, got 2.5'),
    (head(datatype="INT8", data=[1, 128, 3, 4]), 422,
     'tensor "pressure": expected numbers from -128 to 127, got 128'),
    (head(datatype="UINT8", data=[1, -1, 3, 4]), 422, 'tensor "pressure": expected numbers from 0 to 255, got -1'),
    (head(data=[1, 2**53 + 1, 3, 4]), 422,
     'tensor "pressure", record 1: a whole number beyond 2^53 is not exact; send it as text of a category, or rounded, '
     "such as 1.5e16"),
    (head(datatype="BYTES", data=["1", "2", "3", "4"]), 422,
     'tensor "pressure": expected numbers (FP64, FP32, INT64, …), got BYTES'),
    (head(datatype="BOOL", data=[True] * 4), 422,
     'tensor "pressure": expected numbers (FP64, FP32, INT64, …), got BOOL'),
    # the tensors together
    (head(name="presure"), 422,
     'tensor "presure", record 0: the model knows no column "presure"; did you mean "pressure"? (and 1 more)'),
    (head(name="flow"), 422, 'tensor "flow": holds the column "flow", but another tensor does as well'),
    (head(shape=[3], data=[1, 2, 3]), 422,
     'tensor "pressure": has 3 records by its shape, but tensor "temperature" has 4'),
    (head(shape=[4, 2], data=[1] * 8), 422,
     'tensor "pressure": expected a shape [records] or [records, 1], got [4, 2]'),
    (head(data=[None] * 4), 422, 'tensor "pressure": the feature "pressure" is absent from every record'),
    (lambda body: body["inputs"].pop(1), 422, 'tensor "pressure": the feature "pressure" is absent from every record'),
    (tensors(FLOW), 422, 'tensor "flow": holds the column "flow", but another tensor does as well'),
    (tensors(FLOW | {"name": "numeric", "shape": [4, 3], "data": [1] * 12}), 422,
     'tensor "numeric": holds the column "temperature", but another tensor does as well'),
    (tensors(FLOW | {"name": "numeric"}), 422,
     'tensor "numeric": expected a shape [records, 3], a number for each numeric feature, got [4]'),
    (lambda body: body["inputs"][3].update(datatype="FP64", data=[1, 2, 3, 4]), 422,
     'tensor "valve": expected categories (BYTES, BOOL or whole numbers), got FP64'),
]  # fmt: skip


async def test_wrong_requests_are_refused_and_name_their_tensor(client, pump):
    assert (await client.post(PUMP, json={"inputs": pump()})).status_code == 200
    found = []
    for change, _, _ in JSON:
        body = copy.deepcopy({"inputs": pump()})
        change(body)
        reply = await client.post(PUMP, json=body)
        assert reply.headers["content-type"] == "application/json"
        found.append((reply.status_code, reply.json()))

    assert found == [(status, {"error": message}) for _, status, message in JSON]


TWO = np.array([[20.0, 3.0, 6.0], [81.0, 6.1, 49.0]])


def text(*lengths: int) -> bytes:
    """Elements of BYTES that say how long they are, with three bytes each."""
    return b"".join(struct.pack("<I", length) + b"abc" for length in lengths)


BINARY = [
    ({"shape": [2, 3]}, TWO.tobytes(), "0", 400, "not JSON at byte 0"),
    ({"shape": [2, 3]}, TWO.tobytes(), "10", 400, "not JSON at byte 10"),
    ({"shape": [2, 3]}, TWO.tobytes(), "+1", 400, f'{LENGTH} is "+1"'),
    ({"shape": [2, 3]}, TWO.tobytes(), "-1", 400, f'{LENGTH} is "-1"'),
    ({"shape": [2, 3]}, TWO.tobytes(), "²", 400, f'{LENGTH} is "\\u00b2"'),
    ({"shape": [2, 3]}, TWO.tobytes(), "9" * 30, 400, f'{LENGTH} is "{"9" * 30}"'),
    ({"shape": [2, 3]}, TWO.tobytes(), "1000", 400, "but a body of 148 bytes cannot begin with so much JSON"),
    ({"shape": [2, 3]}, TWO.tobytes(), None, 400, "not JSON at byte 0: str is not valid UTF-8"),
    ({"shape": [2, 3]}, TWO.tobytes()[:-1], True, 422,
     'tensor "numeric": binary_data_size is 48, but only 47 bytes are left in the body'),
    ({"shape": [2, 3]}, TWO.tobytes() + b"\0\0", True, 422,
     "inputs: 2 bytes at the end of the body belong to no tensor"),
    ({"shape": [3, 3]}, TWO.tobytes(), True, 422,
     'tensor "numeric": 48 bytes, but 9 elements of FP64 take 72'),
    ({"shape": [2, 3], "datatype": "FP32"}, TWO.tobytes(), True, 422,
     'tensor "numeric": 48 bytes, but 6 elements of FP32 take 24'),
    ({"shape": [3, 2]}, TWO.tobytes(), True, 422,
     'tensor "numeric": expected a shape [records, 3], a number for each numeric feature, got [3, 2]'),
    ({"shape": [2, 3], "datatype": "INT64"}, np.full(6, 2**53 + 1).tobytes(), True, 422,
     'tensor "numeric": element 0: a whole number beyond 2^53 is not exact'),
    ({"shape": [48, 1], "datatype": "BOOL", "name": "id"}, b"\2" * 48, True, 422,
     'tensor "id": a BOOL is a byte of 0 or 1'),
    ({"shape": [2], "datatype": "BYTES", "name": "mode"}, text(3, 4), True, 422,
     'tensor "mode": element 1 runs over the end of its 14 bytes'),
    ({"shape": [2], "datatype": "BYTES", "name": "mode"}, text(3, 2**32 - 1), True, 422,
     'tensor "mode": element 1 runs over the end of its 14 bytes'),
    ({"shape": [2], "datatype": "BYTES", "name": "mode"}, text(3)[:6], True, 422,
     'tensor "mode": element 0 runs over the end of its 6 bytes'),
    ({"shape": [2], "datatype": "BYTES", "name": "mode"}, text(3) + b"\1", True, 422,
     'tensor "mode": element 1 runs over the end of its 8 bytes'),
    ({"shape": [2], "datatype": "BYTES", "name": "mode"}, text(3, 3, 3), True, 422,
     'tensor "mode": 3 elements of BYTES, but the shape has 2'),
    ({"shape": [1], "datatype": "BYTES", "name": "mode"}, b"\1\0\0\0\xff", True, 422,
     'tensor "mode": element 0 is not UTF-8'),
]  # fmt: skip


async def test_binary_bodies_that_lie_are_refused(every, framed):
    found = []
    for members, behind, length, _, _ in BINARY:
        size = 48 if members.get("datatype") != "BYTES" else len(behind)
        tensor = {"name": "numeric", "datatype": "FP64", **members, "parameters": {"binary_data_size": size}}
        sent = framed({"inputs": [tensor]}, behind)
        if length is None:
            del sent["headers"][LENGTH]
        elif length is not True:
            sent["headers"][LENGTH] = length.encode("latin-1")
        reply = await every.post(MIXER, **sent)
        found.append((reply.status_code, reply.json()["error"]))

    assert [status for status, _ in found] == [status for *_, status, _ in BINARY]
    missed = [
        (error, message)
        for (_, error), (*_, message) in zip(found, BINARY, strict=True)
        if message.lower() not in error.lower()
    ]
    assert missed == []


async def test_elements_stand_in_one_place(every, framed):
    tensor = {"name": "numeric", "datatype": "FP64", "shape": [1, 1], "data": [1]}

    both = await every.post(
        MIXER, **framed({"inputs": [tensor | {"parameters": {"binary_data_size": 8}}]}, b"\0" * 8)
    )
    negative = await every.post(
        MIXER, **framed({"inputs": [tensor | {"parameters": {"binary_data_size": -8}}]}, b"")
    )

    assert both.json() == {"error": 'tensor "numeric": has both data and binary_data_size'}
    assert negative.json() == {
        "error": 'tensor "numeric": binary_data_size: expected a number of bytes, got -8'
    }


async def test_json_has_no_nan(client, pump):
    body = b'{"inputs":[{"name":"flow","datatype":"FP64","shape":[1],"data":[NaN]}]}'

    reply = await client.post(PUMP, content=body)

    assert (reply.status_code, reply.json()) == (400, {"error": "not JSON at byte 64: JSON has no NaN"})


@pytest.mark.parametrize(
    ("shape", "kind", "message"),
    [
        ((1, 12, 10, 1), np.uint8, 'tensor "image": UINT8 of shape [1, 12, 10, 1], but the model takes UINT8 of shape [-1, 10, 12, 1]'),
        ((1, 10, 12, 3), np.uint8, 'tensor "image": UINT8 of shape [1, 10, 12, 3], but the model takes UINT8 of shape [-1, 10, 12, 1]'),
        ((1, 10, 12, 1), np.float32, 'tensor "image": FP32 of shape [1, 10, 12, 1], but the model takes UINT8 of shape [-1, 10, 12, 1]'),
    ],
)  # fmt: skip
async def test_pictures_of_another_size_or_kind_are_refused(every, binary, shape, kind, message):
    reply = await every.post(TILES, **binary(("image", np.zeros(shape, kind))))

    assert (reply.status_code, reply.json()) == (422, {"error": message})


async def test_a_tensor_that_is_no_picture_is_refused(every, binary, tensor):
    tile = ("image", np.zeros((1, 10, 12, 1), np.uint8))
    dark = tensor("image", np.full((1, 10, 12, 1), None), "UINT8")

    unknown = await every.post(TILES, **binary(tile, ("colour", np.zeros(1))))
    alone = await every.post(TILES, **binary(("file", np.zeros(1))))
    twice = await every.post(TILES, **binary(tile, tile))
    null = await every.post(TILES, json={"inputs": [dark]})

    assert unknown.json() == {"error": 'tensor "colour": the model takes tensor "image", and beside it file'}
    assert alone.json() == {"error": 'tensor "image": is not there'}
    assert twice.json() == {"error": 'tensor "image": is there more than once'}
    assert null.json() == {"error": 'tensor "image": null is no pixel'}


async def test_more_records_than_a_call_may_hold_are_too_many(running, pump):
    async with running(max_rows=3) as client:
        reply = await client.post(PUMP, json={"inputs": pump()})

    assert (reply.status_code, reply.json()) == (
        413,
        {"error": "more than 3 records, which is the most one call may hold"},
    )


async def test_more_pixels_than_a_call_may_hold_are_too_many():
    columns = FeatureSchema(features=(ImageFeature(name="image", height=1000, width=1000, channels=1),))
    shape = (MOST_PIXELS // 10**6 + 1, 1000, 1000, 1)
    tensor = Tensor(Head(0, "image", "UINT8", shape, None), np.zeros(shape, np.uint8).ravel())

    with pytest.raises(TooLarge, match="21 pictures of 1000 x 1000 pixels are too many for one call"):
        read_pictures([tensor], columns)


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/v2/model", 404, 'nothing is at "/v2/model"; /docs shows what there is'),
        ("GET", "/v2/models", 404, 'nothing is at "/v2/models"; /docs shows what there is'),
        ("GET", "/v2/models/pump/", 404, 'nothing is at "/v2/models/pump/"; /docs shows what there is'),
        ("POST", "/v2/repository/models/pump/load", 404, 'nothing is at "/v2/repository/models/pump/load"; /docs shows what there is'),
        ("GET", "/v2/models/turbine", 404, "no model 'turbine'; there is: pump"),
        ("POST", "/v2/models/turbine/infer", 404, "no model 'turbine'; there is: pump"),
        ("POST", "/v2/models/pump/versions/9/infer", 404, "model 'pump' has no version 9; published: 1, 2"),
        ("GET", "/v2/models/pump/versions/01", 404, "'01' is not a version: a positive whole number"),
        ("GET", "/v2/models/pump/infer", 405, "only POST is possible here"),
        ("POST", "/v2", 405, "only GET is possible here"),
    ],
)  # fmt: skip
async def test_a_path_that_leads_nowhere_says_so(client, method, path, status, message):
    reply = await client.request(method, path)

    assert (reply.status_code, reply.json()) == (status, {"error": message})
    assert ("allow" in reply.headers) == (status == 405)


async def test_bodies_of_other_types_are_refused(client, pump):
    wrong = await client.post(PUMP, content=b"a,b\n1,2\n", headers={"content-type": "text/csv"})
    index = await client.post("/v2/repository/index", json={"ready": "yes"})

    assert wrong.status_code == 415
    assert wrong.json() == {
        "error": "cannot read 'text/csv'; known: application/json, application/octet-stream"
    }
    assert index.json() == {"error": 'request: ready: expected true or false, got "yes"'}


def test_what_the_gate_refuses_looks_like_the_rest_of_its_path():
    busy = refusal(Busy("in flight", "too much at once"))

    ours, other = shaped("/v2/models/pump/infer", busy), shaped("/v22", busy)

    assert ours.body == b'{"error":"too much at once"}'
    assert ours.status == 503
    assert set(ours.headers) == {(b"content-type", b"application/json"), (b"retry-after", b"1")}
    assert other == busy
