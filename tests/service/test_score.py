"""Records in, verdicts out."""

from __future__ import annotations

import json
import math

import pytest

from models.formats.json_text import JsonFormat
from models.judgement import judge
from models.repository import Repository
from models.scorer import Scorer

pytestmark = pytest.mark.anyio
KEYS = [
    "verdict",
    "is_anomaly",
    "anomaly_score",
    "score",
    "reconstruction_error",
    "latent_distance",
    "p_value",
    "severity",
    "contributions",
    "imputed",
    "warnings",
    "reason",
    "suppressed",
    "rules",
]


async def test_a_reply_has_its_keys_in_the_documented_order(score, typical):
    reply = (await score(typical | {"id": 7}, embedding=True, expected=True)).json()

    assert list(reply) == [
        "model", "version", "digest", "generation", "threshold", "threshold_method", "results",
    ]  # fmt: skip
    assert list(reply["results"][0]) == [*KEYS, "embedding", "expected", "passthrough"]


async def test_what_was_not_asked_for_is_not_there(score, typical):
    reply = (await score(typical)).json()

    assert list(reply["results"][0]) == KEYS


async def test_verdicts_are_those_of_the_model_itself(score, typical, strange, pump_repository: Repository):
    scorer = Scorer(pump_repository.open(pump_repository.resolve("pump")))
    body = json.dumps({"records": [typical, strange]}).encode()
    judgement = judge(scorer, JsonFormat().read(body))

    results = (await score(typical, strange)).json()["results"]

    assert [result["verdict"] for result in results] == judgement.verdicts == ["normal", "anomaly"]
    assert [result["anomaly_score"] for result in results] == judgement.anomaly_score.tolist()
    assert [result["severity"] for result in results] == judgement.severity.tolist()
    assert [result["is_anomaly"] for result in results] == [False, True]


async def test_an_anomaly_is_a_score_above_the_threshold(score, strange):
    reply = (await score(strange)).json()

    [result] = reply["results"]
    assert result["score"] > reply["threshold"]
    assert result["anomaly_score"] == pytest.approx(result["score"] / reply["threshold"])


async def test_the_planted_cause_comes_first_and_shares_sum_to_one(score, strange):
    [result] = (await score(strange, top_contributors=10)).json()["results"]

    cause = result["contributions"][0]
    assert (cause["feature"], cause["actual"], cause["direction"]) == ("temperature", 90.0, "above")
    assert cause["expected"] < 90
    assert sum(each["share"] for each in result["contributions"]) == pytest.approx(1)


async def test_no_contributors_when_none_are_asked_for(score, strange):
    [result] = (await score(strange, top_contributors=0)).json()["results"]

    assert result["contributions"] == []


async def test_column_order_never_matters(score, typical):
    turned = dict(reversed(typical.items()))

    assert (await score(typical)).json() == (await score(turned)).json()


async def test_the_three_shapes_and_csv_get_the_same_results(client, typical, strange):
    records = [typical, strange]
    shapes = [
        {"records": records},
        {"columns": {name: [record[name] for record in records] for name in typical}},
        {"features": list(typical), "rows": [list(record.values()) for record in records]},
    ]
    lines = [",".join(typical), *(",".join(map(str, record.values())) for record in records)]

    replies = [await client.post("/v1/models/pump/score", json=shape) for shape in shapes]
    replies.append(
        await client.post(
            "/v1/models/pump/score",
            content="\n".join(lines),
            headers={"content-type": "text/csv; charset=utf-8"},
        )
    )

    assert all(reply.json() == replies[0].json() for reply in replies)


async def test_missing_is_imputed_and_listed(score, typical):
    absent = {name: value for name, value in typical.items() if name != "flow"}

    results = (await score(typical, typical | {"flow": None}, absent)).json()["results"]

    assert [result["imputed"] for result in results] == [[], ["flow"], ["flow"]]
    assert results[1]["score"] == results[2]["score"]


async def test_a_record_without_any_value_is_unknown_and_says_why(score, typical):
    results = (await score(typical, {}, embedding=True, expected=True)).json()["results"]

    unknown = results[1]
    assert (unknown["verdict"], unknown["is_anomaly"]) == ("unknown", None)
    assert unknown["reason"] == "no feature has a value"
    numbers = ["anomaly_score", "score", "reconstruction_error", "latent_distance", "p_value", "severity"]
    assert [unknown[name] for name in [*numbers, "embedding", "expected"]] == [None] * 8


async def test_the_record_as_it_was_read(score, client, typical):
    results = (await score(typical, typical | {"flow": None, "valve": "stuck"}, {}, actual=True)).json()[
        "results"
    ]
    body = "temperature,pressure,flow,valve\nnan,4.1,007,open\n"
    url = "/v1/models/pump/score?actual=true"
    of_csv = await client.post(url, content=body, headers={"content-type": "text/csv"})

    assert results[0]["actual"] == typical
    assert results[1]["actual"] == typical | {"flow": None, "valve": "stuck"}
    assert results[2]["actual"] == dict.fromkeys(typical)
    assert "actual" not in (await score(typical)).json()["results"][0]
    read = {"temperature": None, "pressure": 4.1, "flow": 7.0, "valve": "open"}
    assert of_csv.json()["results"][0]["actual"] == read


async def test_a_literal_nan_in_csv_is_unknown_never_normal(client):
    body = "temperature,pressure,flow,valve\n31,4.1,46,open\nnan,4.1,46,open\n31,inf,46,open\n"

    reply = await client.post("/v1/models/pump/score", content=body, headers={"content-type": "text/csv"})

    results = reply.json()["results"]
    assert [result["verdict"] for result in results] == ["normal", "unknown", "unknown"]
    assert results[1]["reason"] == "not a finite number: temperature"


async def test_warnings_name_what_training_never_saw(score, typical):
    [result] = (await score(typical | {"pressure": 9.0, "valve": "stuck"})).json()["results"]

    assert result["warnings"] == [
        "pressure: 9 is outside the trained range 3.232 to 4.683",
        'valve: unseen category "stuck"',
    ]


async def test_orient_columns_is_the_same_as_one_object_of_arrays(score, typical, strange):
    asked = {"embedding": True, "expected": True, "top_contributors": 2}
    records = (await score(typical | {"id": 1}, {}, strange, **asked)).json()["results"]

    columns = (await score(typical | {"id": 1}, {}, strange, **asked, orient="columns")).json()["results"]

    assert list(columns) == list(records[0])
    assert columns == {name: [record[name] for record in records] for name in columns}


async def test_passthrough_columns_are_echoed(score, client, typical):
    [result] = (await score(typical | {"id": "r-7", "timestamp": None})).json()["results"]
    assert result["passthrough"] == {"timestamp": None, "id": "r-7"}

    body = "id,temperature,pressure,flow,valve\na;b,31,4.1,46,open\n,31,4.1,46,open\n"
    reply = await client.post("/v1/models/pump/score", content=body, headers={"content-type": "text/csv"})
    assert [each["passthrough"] for each in reply.json()["results"]] == [{"id": "a;b"}, {"id": None}]


async def test_what_cannot_be_echoed_is_the_clients_fault(client, typical):
    deep = "[" * 500 + "]" * 500
    body = json.dumps({"records": [typical | {"id": "@"}]}).replace('"@"', deep)

    reply = await client.post(
        "/v1/models/pump/score", content=body, headers={"content-type": "application/json"}
    )

    assert reply.status_code == 400
    assert reply.json()["detail"].startswith("the body holds what JSON cannot repeat")


async def test_unknown_columns_can_be_left_out(score, typical):
    reply = await score(typical | {"weather": "fine"}, extra="ignore")

    assert reply.status_code == 200
    assert reply.json()["results"] == (await score(typical)).json()["results"]


async def test_a_what_if_threshold_decides_for_this_request_only(score, strange):
    before = (await score(strange)).json()
    reply = (await score(strange, threshold=1e9)).json()

    assert (reply["threshold"], reply["threshold_method"]) == (1e9, "manual")
    assert reply["results"][0]["verdict"] == "normal"
    assert reply["results"][0]["score"] == before["results"][0]["score"]
    assert (await score(strange)).json() == before


async def test_options_may_stand_in_the_query(score, strange):
    body = (await score(strange, top_contributors=1, expected=True)).json()

    assert (await score(strange, query="?top_contributors=1&expected=true")).json() == body


async def test_a_version_is_pinned_by_its_number_and_has_no_generation(score, typical, pump_repository):
    reply = (await score(typical, query="?version=2")).json()

    assert (reply["version"], reply["generation"]) == (2, None)
    assert reply["digest"] == pump_repository.resolve("pump", 2).digest
    assert reply["threshold"] != (await score(typical)).json()["threshold"]


async def test_the_champion_pinned_by_number_is_judged_by_its_own_threshold(
    score, client, typical, admin, pump_repository
):
    own = (await score(typical)).json()["threshold"]
    path = "/v1/models/pump/aliases/champion/threshold"
    assert (await client.patch(path, json={"threshold": 0.5}, headers=admin)).is_success

    assert (await score(typical)).json()["threshold"] == 0.5
    assert (await score(typical, query="?version=1")).json()["threshold"] == own


async def test_an_alias_may_be_named(score, client, typical, admin):
    await client.put("/v1/models/pump/aliases/challenger", json={"version": 2}, headers=admin)

    assert (await score(typical, query="?alias=challenger")).json()["version"] == 2
    assert (await score(typical, query="?alias=champion")).json()["version"] == 1


async def test_a_body_of_many_records_is_answered_like_single_ones(score, typical, strange):
    single = (await score(strange)).json()["results"][0]
    records = [typical, strange] * 2000  # far above what is answered inline

    reply = await score(*records)

    results = reply.json()["results"]
    assert len(results) == 4000
    assert math.isclose(results[-1]["score"], single["score"], rel_tol=1e-6)
    assert {result["verdict"] for result in results[::2]} == {"normal"}


async def test_embeddings_stand_in_the_order_of_the_records(client, typical, strange):
    reply = (await client.post("/v1/models/pump/embed", json={"records": [typical, {}, strange]})).json()

    assert list(reply) == ["model", "version", "digest", "generation", "embeddings", "reasons"]
    assert [None if each is None else len(each) for each in reply["embeddings"]] == [2, None, 2]
    assert reply["reasons"] == [None, "no feature has a value", None]


async def test_an_embedding_is_the_one_a_score_brings(client, score, typical):
    embedded = (await client.post("/v1/models/pump/embed", json={"records": [typical]})).json()

    assert (await score(typical, embedding=True)).json()["results"][0]["embedding"] == embedded["embeddings"][
        0
    ]


async def test_a_reconstruction_is_in_the_records_own_units(client, score, strange):
    reply = (await client.post("/v1/models/pump/reconstruct", json={"records": [strange, {}]})).json()

    assert reply["records"][0] == (await score(strange, expected=True)).json()["results"][0]["expected"]
    assert list(reply["records"][0]) == ["temperature", "pressure", "flow", "valve"]
    assert reply["records"][1] is None
    assert reply["reasons"] == [None, "no feature has a value"]


async def test_embed_and_reconstruct_know_only_the_option_that_means_something_there(client, typical):
    for verb in ("embed", "reconstruct"):
        reply = await client.post(f"/v1/models/pump/{verb}", json={"records": [typical], "orient": "columns"})

        assert reply.status_code == 422
        assert reply.json()["errors"][0]["pointer"] == "/orient"
