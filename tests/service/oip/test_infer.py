"""The same verdicts as /v1, whichever way the tensors come and go."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from models.pictures import as_text, encode_png

pytestmark = pytest.mark.anyio
PUMP, MIXER, VIBRATION, TILES = (
    f"/v2/models/{name}/infer" for name in ("pump", "mixer/versions/2", "vibration", "tiles")
)
NUMBERS = ["anomaly_score", "score", "reconstruction_error", "latent_distance", "p_value", "severity"]
ALL = ["verdict", "is_anomaly", *NUMBERS, "latent", "expected", "shares"]
SINGLE = ["latent", "shares"]  # as float32; JSON has them with no more digits than that
MIXED = {"speed": [20.0, 81.0, 55.0], "torque": [3.0, 6.1, 9.0], "power": [6.0, 49.0, 1.0]}
MATRIX = np.array([*MIXED.values()]).T.copy()


async def v1(client, model: str, **body: Any) -> dict[str, Any]:
    """The results as columns."""
    reply = await client.post(
        f"/v1/models/{model}", json={"orient": "columns", "embedding": True, "expected": True, **body}
    )
    assert reply.status_code == 200, reply.text
    return reply.json()["results"]


async def test_a_reply_holds_what_v1_says_of_the_same_records(client, pump, records, outputs):
    there = await v1(client, "pump/score", records=records, top_contributors=4)

    reply = await client.post(PUMP, json={"id": "a-1", "inputs": pump()})
    found = outputs(reply)

    assert list(found) == ALL
    assert {name: found[name] for name in ALL[:8]} == {name: there[name] for name in ALL[:8]}
    assert np.allclose(np.reshape(found["latent"], (4, -1)), there["embedding"])
    expected = [[row[name] for name in ("temperature", "pressure", "flow")] for row in there["expected"]]
    assert np.allclose(np.reshape(found["expected"], (4, -1))[:, :3], expected)
    shares = [{each["feature"]: each["share"] for each in row} for row in there["contributions"]]
    assert [row.get("temperature", 0) for row in shares] == pytest.approx(found["shares"][::4])
    assert reply.json()["id"] == "a-1"


async def test_a_reply_says_what_decided(client, pump):
    there = (await client.get("/v1/models/pump")).json()

    champion = (await client.post(PUMP, json={"inputs": pump()})).json()
    pinned = (await client.post("/v2/models/pump/versions/2/infer", json={"inputs": pump()})).json()

    [alias] = there["aliases"]
    assert (champion["model_name"], champion["model_version"]) == ("pump", "1")
    assert champion["parameters"] == {
        name: alias[name] for name in ("threshold", "threshold_method", "digest", "generation")
    }
    assert pinned["model_version"] == "2"
    assert set(pinned["parameters"]) == {"threshold", "threshold_method", "digest"}
    assert "id" not in pinned


async def test_the_outputs_that_are_asked_for_come_in_that_order_and_as_they_are_asked_for(
    client, pump, outputs
):
    asked = [{"name": "score", "parameters": {"binary_data": True}}, {"name": "verdict"}, {"name": "p_value"}]
    whole = outputs(await client.post(PUMP, json={"inputs": pump()}))

    reply = await client.post(PUMP, json={"inputs": pump(), "outputs": asked})

    found = outputs(reply)
    assert found == {name: whole[name] for name in ("score", "verdict", "p_value")}
    assert list(found) == ["score", "verdict", "p_value"]
    assert reply.headers["content-type"] == "application/octet-stream"


async def test_every_output_is_the_same_in_binary(client, pump, outputs):
    json = outputs(await client.post(PUMP, json={"inputs": pump()}))

    reply = await client.post(PUMP, json={"inputs": pump(), "parameters": {"binary_data_output": True}})

    found = outputs(reply)
    assert {name: found[name] for name in found if name not in SINGLE} == {
        name: json[name] for name in json if name not in SINGLE
    }
    for name in SINGLE:
        assert np.array_equal(np.float32(found[name]), np.float32(json[name]))


async def test_an_output_may_say_otherwise_than_the_request(client, pump):
    body = {
        "inputs": pump(),
        "parameters": {"binary_data_output": True},
        "outputs": [{"name": "verdict", "parameters": {"binary_data": False}}],
    }

    reply = await client.post(PUMP, json=body)

    assert reply.json()["outputs"][0]["data"][:2] == ["normal", "anomaly"]
    assert "inference-header-content-length" not in reply.headers


async def test_tensors_are_the_same_flat_nested_and_of_one_column(client, pump, outputs):
    flat = outputs(await client.post(PUMP, json={"inputs": pump()}))
    flow = {"name": "flow", "datatype": "FP64", "shape": [4, 1]}

    nested = pump(flow=flow | {"data": [[46.0], [46.0], [None], [46.0]]})
    of_one_column = pump(flow=flow | {"data": [46.0, 46.0, None, 46.0]})

    for inputs in (nested, of_one_column, pump()[::-1]):
        assert outputs(await client.post(PUMP, json={"inputs": inputs})) == flat


async def test_binary_columns_of_every_kind_are_read(client, binary, outputs, records):
    there = await v1(client, "pump/score", records=[records[0], records[1]])

    sent = binary(
        ("valve", np.array(["open", "open"], dtype=object)),
        ("flow", np.array([46, 46], dtype=np.int64)),
        ("temperature", np.array([31.0, 90.0], dtype=np.float32)),
        ("pressure", np.array([[4.1], [4.1]])),
        ("id", np.array(["ä", ""], dtype=object)),
    )

    assert outputs(await client.post(PUMP, **sent))["score"] == there["score"]


async def test_a_tensor_may_hold_all_numbers_in_the_order_of_the_metadata(every, tensor, binary, outputs):
    there = await v1(every, "mixer/score?version=2", columns=MIXED)
    described = (await every.get("/v2/models/mixer/versions/2")).json()
    names = [each["name"] for each in described["inputs"]]
    assert names == [*MIXED]

    sent = {
        "columns": {"json": {"inputs": [tensor(name, cells) for name, cells in MIXED.items()]}},
        "matrix": {"json": {"inputs": [tensor("numeric", MATRIX)]}},
        "binary matrix": binary(("numeric", MATRIX)),
        "beside another": binary(("numeric", MATRIX), ("mode", np.array(["stir"] * 3, dtype=object))),
        "binary columns": binary(*((name, np.array(cells)) for name, cells in MIXED.items())),
    }
    found = {name: outputs(await every.post(MIXER, **each)) for name, each in sent.items()}

    for each in found.values():
        assert each["verdict"] == there["verdict"]
        assert each["score"] == pytest.approx(there["score"], rel=1e-6)


async def test_float32_is_what_float32_holds(every, binary, outputs):
    rounded = MATRIX.astype(np.float32)

    single = outputs(await every.post(MIXER, **binary(("numeric", rounded))))
    double = outputs(await every.post(MIXER, **binary(("numeric", rounded.astype(np.float64)))))

    assert single == double


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
async def test_a_number_that_is_not_finite_makes_its_record_unknown(every, binary, outputs, value):
    wild = MATRIX.copy()
    wild[1, 2] = value
    clean = outputs(await every.post(MIXER, **binary(("numeric", MATRIX))))

    as_matrix = outputs(await every.post(MIXER, **binary(("numeric", wild))))
    as_columns = outputs(
        await every.post(MIXER, **binary(*((name, wild[:, at].copy()) for at, name in enumerate(MIXED))))
    )
    in_binary = outputs(
        await every.post(MIXER, **binary(("numeric", wild), parameters={"binary_data_output": True}))
    )

    assert as_matrix == as_columns
    assert [as_matrix["verdict"][row] for row in (0, 2)] == [clean["verdict"][row] for row in (0, 2)]
    assert (as_matrix["verdict"][1], as_matrix["is_anomaly"][1]) == ("unknown", None)
    assert [as_matrix[name][1] for name in NUMBERS] == [None] * 6
    assert as_matrix["expected"][3:6] == as_matrix["shares"][3:6] == [None] * 3
    assert (in_binary["verdict"][1], in_binary["is_anomaly"][1]) == ("unknown", False)
    assert all(math.isnan(in_binary[name][1]) for name in NUMBERS)


async def test_nan_is_missing_where_the_request_says_so(every, tensor, binary, outputs):
    lost = MATRIX.copy()
    lost[1, 2] = math.nan
    cells: list[list[float | None]] = MATRIX.tolist()
    cells[1][2] = None

    null = outputs(await every.post(MIXER, json={"inputs": [tensor("numeric", cells)]}))
    nan = outputs(await every.post(MIXER, **binary(("numeric", lost), parameters={"nan_is_missing": True})))
    infinite = MATRIX.copy()
    infinite[1, 2] = math.inf
    beyond = outputs(
        await every.post(MIXER, **binary(("numeric", infinite), parameters={"nan_is_missing": True}))
    )

    assert nan == null
    assert "unknown" not in nan["verdict"]
    assert beyond["verdict"][1] == "unknown"


async def test_an_empty_text_is_a_missing_category(client, pump, tensor, outputs):
    null = outputs(
        await client.post(
            PUMP, json={"inputs": pump(valve=tensor("valve", [None, None, "open", "open"], "BYTES"))}
        )
    )
    empty = outputs(
        await client.post(PUMP, json={"inputs": pump(valve=tensor("valve", ["", "", "open", "open"]))})
    )

    assert empty == null
    assert "unknown" not in empty["verdict"]


async def test_a_threshold_of_the_request_decides(client, pump, outputs):
    reply = await client.post(PUMP, json={"inputs": pump(), "parameters": {"threshold": 1e9}})

    assert set(outputs(reply)["verdict"]) == {"normal"}
    assert reply.json()["parameters"]["threshold_method"] == "manual"


async def test_an_unknown_column_is_left_out_where_the_request_says_so(client, pump, tensor, outputs):
    body = {"inputs": pump(colour=tensor("colour", ["red"] * 4))}

    refused = await client.post(PUMP, json=body)
    ignored = await client.post(PUMP, json={**body, "parameters": {"extra": "ignore"}})

    assert refused.status_code == 422
    assert outputs(ignored) == outputs(await client.post(PUMP, json={"inputs": pump()}))


def series(readings: int) -> dict[str, list[Any]]:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    return {
        "timestamp": [(start + timedelta(seconds=second)).isoformat() for second in range(readings)],
        "machine": ["m1"] * readings,
        "left": [math.sin(0.4 * second) for second in range(readings)],
        "right": [math.cos(0.4 * second) for second in range(readings)],
        "mode": ["slow"] * readings,
    }


async def test_of_windows_every_reading_has_a_verdict(every, tensor, binary, outputs):
    columns = series(9)
    there = await v1(every, "vibration/score", columns=columns)
    words = [(name, np.array(columns[name], dtype=object)) for name in ("timestamp", "machine", "mode")]
    both = np.array([columns["left"], columns["right"]]).T.copy()

    json = outputs(
        await every.post(VIBRATION, json={"inputs": [tensor(name, cells) for name, cells in columns.items()]})
    )
    matrix = outputs(await every.post(VIBRATION, **binary(("numeric", both), *words)))
    last = outputs(
        await every.post(VIBRATION, **binary(("numeric", both), *words, parameters={"last_only": True}))
    )

    assert json == matrix
    assert json["verdict"] == ["unknown"] * 5 + ["normal"] * 4
    assert json["score"] == there["score"]
    assert last["score"] == pytest.approx(json["score"][-1:], rel=1e-6)


async def test_pictures_are_tensors_of_pixels(every, tensor, binary, outputs):
    chance = np.random.default_rng(1)
    tiles = chance.integers(0, 256, (3, 10, 12, 1), dtype=np.uint8)
    tiles[0] = 60
    records = [{"image": as_text(encode_png(tile))} for tile in tiles]
    there = await v1(every, "tiles/score", records=records)

    sent = binary(("image", tiles), ("file", np.array(["a", "b", "c"], dtype=object)))
    reply = await every.post(TILES, **sent)
    json = outputs(await every.post(TILES, json={"inputs": [tensor("image", tiles, "UINT8")]}))
    found = outputs(reply)

    assert found == json
    assert found["score"] == there["score"]
    shapes = {each["name"]: each["shape"] for each in reply.json()["outputs"]}
    assert (shapes["expected"], shapes["shares"]) == ([3, 10, 12, 1], [3, 10, 12])
    assert np.reshape(found["shares"], (3, -1)).sum(axis=1) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("row", range(3))
async def test_one_record_alone_is_judged_and_counted_as_it_is_in_a_table(
    every, tensor, binary, outputs, row
):
    one, asked = MATRIX[row : row + 1].copy(), [{"name": name} for name in ALL[:8]]
    columns = [tensor(name, [cells[row]]) for name, cells in MIXED.items()]

    table = outputs(await every.post(MIXER, json={"inputs": columns, "outputs": asked}))
    first = counted((await every.get("/metrics")).text)
    alone = outputs(await every.post(MIXER, **binary(("numeric", one), outputs=asked)))
    json = outputs(await every.post(MIXER, json={"inputs": [tensor("numeric", one)], "outputs": asked}))
    last = outputs(
        await every.post(
            MIXER,
            **binary(("numeric", MATRIX[: row + 1].copy()), outputs=asked, parameters={"last_only": True}),
        )
    )

    assert alone == json == last
    assert (alone["verdict"], alone["is_anomaly"]) == (table["verdict"], table["is_anomaly"])
    for name in NUMBERS:
        assert alone[name] == pytest.approx(table[name], rel=1e-6)
    again = counted((await every.get("/metrics")).text)
    assert again == pytest.approx({name: 4 * value for name, value in first.items()}, rel=1e-6)


async def test_a_long_body_is_answered_like_a_short_one(every, binary, outputs):
    many = np.tile(MATRIX, (12_000, 1))
    short = outputs(await every.post(MIXER, **binary(("numeric", MATRIX))))

    long = outputs(await every.post(MIXER, **binary(("numeric", many), outputs=[{"name": "score"}])))

    assert long["score"][-3:] == pytest.approx(short["score"], rel=1e-6)


async def test_records_are_counted_as_those_of_v1(client, pump, records):
    await client.post("/v1/models/pump/score", json={"records": records})
    first = counted((await client.get("/metrics")).text)
    await client.post(PUMP, json={"inputs": pump()})
    second = counted((await client.get("/metrics")).text)

    assert second == {name: 2 * value for name, value in first.items()}
    assert sum(value for name, value in first.items() if "scored_total" in name) == 4
    assert first['offbeat_values_imputed_total{feature="flow",model="pump"}'] == 1


async def test_records_of_a_matrix_are_counted_too(every, binary):
    await every.post(MIXER, **binary(("numeric", MATRIX)))

    found = counted((await every.get("/metrics")).text)
    assert sum(value for name, value in found.items() if "scored_total" in name) == 3
    assert found['offbeat_anomaly_score_count{model="mixer",version="2"}'] == 3


async def test_where_no_verdict_is_told_none_is_counted(client, pump):
    await client.post(PUMP, json={"inputs": pump(), "outputs": [{"name": "latent"}, {"name": "expected"}]})

    assert not any("scored_total" in name for name in counted((await client.get("/metrics")).text))


async def test_refused_records_are_counted_by_their_reason(client, pump, tensor):
    await client.post(PUMP, json={"inputs": pump(colour=tensor("colour", ["red"] * 4))})
    await client.post(PUMP, content=b"{")

    metrics = (await client.get("/metrics")).text
    assert 'offbeat_records_rejected_total{model="pump",reason="TableMismatch"} 4.0' in metrics
    assert 'offbeat_records_rejected_total{model="pump",reason="FormatRefused"} 1.0' in metrics
    assert 'route="/v2/models/{model}/infer",status="422"' in metrics


def counted(metrics: str) -> dict[str, float]:
    """What is counted of records, but for times."""
    lines = (line.rpartition(" ") for line in metrics.splitlines() if not line.startswith("#"))
    names = ("offbeat_records_scored_total", "offbeat_anomaly_score", "offbeat_values_imputed_total")
    return {name: float(value) for name, _, value in lines if name.startswith(names) and float(value)}
