"""Records made up by a variational model."""

from __future__ import annotations

from statistics import mean
from typing import Any

import pytest

from models.bundle import CALIBRATION, GOLDEN, MODEL
from models.repository import Repository

pytestmark = pytest.mark.anyio
SAMPLE = "/v1/models/mixer/sample"
PLAIN = f"{SAMPLE}?version=2"  # the one without a condition
STIR = {"mode": "stir"}


async def sampled(client, path: str = SAMPLE, **asked: Any) -> dict[str, Any]:
    reply = await client.post(path, json=asked)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_a_reply_has_its_keys_in_order_and_records_their_features(every):
    reply = await sampled(every, n=3, seed=7, condition=STIR)

    assert list(reply) == ["model", "version", "digest", "generation", "seed", "records"]
    assert (reply["model"], reply["version"], reply["seed"]) == ("mixer", 1, 7)
    assert [list(record) for record in reply["records"]] == [["speed", "torque", "power", "mode"]] * 3


async def test_the_same_seed_makes_the_same_records_and_another_one_others(every):
    once = await sampled(every, n=20, seed=7, condition=STIR)

    assert await sampled(every, n=20, seed=7, condition=STIR) == once
    assert (await sampled(every, n=20, seed=8, condition=STIR))["records"] != once["records"]


async def test_more_records_begin_with_the_same_ones(every):
    few = await sampled(every, n=3, seed=7, condition=STIR)
    many = await sampled(every, n=300, seed=7, condition=STIR)

    for one, other in zip(few["records"], many["records"], strict=False):
        assert one == pytest.approx(other)


async def test_without_a_seed_the_reply_says_which_one_it_was(every):
    once, again = await sampled(every, n=5, condition=STIR), await sampled(every, n=5, condition=STIR)

    assert once["seed"] != again["seed"]
    assert await sampled(every, n=5, condition=STIR, seed=once["seed"]) == once


async def test_records_are_inside_the_trained_range_and_mostly_normal(every):
    champion = (await every.get("/v1/models/mixer")).json()["champion"]
    for mode in ("stir", "whip"):
        records = (await sampled(every, n=500, seed=7, condition={"mode": mode}))["records"]

        scored = (await every.post("/v1/models/mixer/score", json={"records": records})).json()["results"]

        for feature in champion["features"][:3]:
            assert all(feature["minimum"] <= each[feature["name"]] <= feature["maximum"] for each in records)
        assert not [each for each in scored if each["warnings"]]
        assert sum(each["is_anomaly"] for each in scored) < 25


async def test_records_are_as_the_condition_has_it(every):
    slow, fast = [
        (await sampled(every, n=200, seed=1, condition={"mode": mode}))["records"]
        for mode in ("stir", "whip")
    ]

    assert {each["mode"] for each in slow} == {"stir"}
    assert {each["mode"] for each in fast} == {"whip"}
    assert mean(each["speed"] for each in slow) == pytest.approx(20, abs=2)
    assert mean(each["speed"] for each in fast) == pytest.approx(80, abs=2)


async def test_an_empty_body_asks_for_one_record(every):
    reply = await every.post(PLAIN)

    assert reply.status_code == 200
    assert [list(record) for record in reply.json()["records"]] == [["speed", "torque", "power"]]


async def test_number_and_seed_may_stand_in_the_query(every):
    reply = await every.post(f"{PLAIN}&n=5&seed=1")

    assert reply.json() == await sampled(every, PLAIN, n=5, seed=1)
    assert len(reply.json()["records"]) == 5


async def test_ten_thousand_records_are_the_most(every):
    assert len((await sampled(every, PLAIN, n=10_000))["records"]) == 10_000

    reply = await every.post(PLAIN, json={"n": 10_001})
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"] == "/n"


async def test_no_more_are_made_up_than_may_be_sent(running, every_repository, pump_repository):
    (every_repository.root / "mixer").rename(pump_repository.root / "mixer")
    async with running(max_rows=10) as client:
        reply = await client.post(PLAIN, json={"n": 11})

    assert reply.status_code == 413


@pytest.mark.parametrize(("model", "variant"), [("pump", "denoising"), ("tiles", "denoising")])
async def test_models_that_are_not_variational_cannot(every, model, variant):
    reply = await every.post(f"/v1/models/{model}/sample", content=b"whatever")

    assert reply.status_code == 409
    assert reply.json()["detail"] == (
        f"model {model!r} cannot make up records: its variant is {variant}; only variational models can"
    )


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("vibration", "it judges windows of readings; only variational models of single records can"),
        ("tiles", "it judges images; only variational models of single records can"),
        ("pump", "it was published without a sampler; train it again"),
    ],
)
async def test_variational_models_of_windows_and_images_cannot_yet(
    running, pump_repository, every_repository, model, why
):
    called_variational(every_repository, pump_repository, model)
    async with running() as client:
        reply = await client.post("/v1/models/renamed/sample")

    assert (reply.status_code, reply.json()["detail"]) == (
        409,
        f"model 'renamed' cannot make up records: {why}",
    )


async def test_a_description_tells_the_conditions(every):
    champion = (await every.get("/v1/models/mixer")).json()["champion"]

    assert (champion["kind"], champion["conditions"]) == ("records", ["mode"])


def called_variational(source: Repository, target: Repository, model: str) -> None:
    """The same files under another name and variant: no such model is small enough to be kept for tests."""
    bundle = source.open(source.resolve(model))
    files = {MODEL: bundle.model, GOLDEN: bundle.golden.model_dump_json().encode()}
    files[CALIBRATION] = bundle.calibration.model_dump_json().encode()
    manifest = bundle.manifest.model_copy(update={"variant": "variational", "model": "renamed"})
    target.publish(manifest, files)
