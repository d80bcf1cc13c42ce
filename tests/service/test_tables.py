"""Replies that are tables, in whatever form the client accepts."""

from __future__ import annotations

import math

import pytest

from models.formats import of_media_type
from service.refusals import NotAcceptable
from service.tables import TABULAR, wanted

pytestmark = pytest.mark.anyio
CSV = b"id,temperature,pressure,flow,valve\na,31,4.1,46,open\nb,31,4.1,0.5,open\nc,,4.1,46,open\nd,nan,4.1,46,open\n"
SCORE = "/v1/models/pump/score"
NUMBERS = ("anomaly_score", "score", "reconstruction_error", "latent_distance", "p_value", "severity")
WITH_TEXT = [media_type for media_type in TABULAR if media_type != "application/x-npy"]


def plain(cell: object) -> object:
    """A cell as JSON would have it: formats differ in how they leave one empty."""
    if cell in ("", None) or (isinstance(cell, float) and math.isnan(cell)):
        return None
    return cell


@pytest.mark.parametrize("media_type", WITH_TEXT)
async def test_a_table_says_of_each_record_what_json_says(client, media_type):
    headers = {"content-type": "text/csv"}
    json = (await client.post(SCORE, content=CSV, headers=headers)).json()

    reply = await client.post(SCORE, content=CSV, headers=headers | {"accept": media_type})

    assert (reply.status_code, reply.headers["content-type"]) == (200, media_type)
    assert reply.headers["x-offbeat-version"] == str(json["version"])
    assert reply.headers["x-offbeat-generation"] == str(json["generation"])
    assert float(reply.headers["x-offbeat-threshold"]) == json["threshold"]
    table = of_media_type(media_type).read(reply.content)
    for row, result in enumerate(json["results"]):
        cells = {name: plain(column.cells[row]) for name, column in table.columns.items()}
        assert cells["verdict"] == result["verdict"]
        assert cells["id"] == result["passthrough"]["id"]
        assert cells["reason"] == result["reason"]
        assert cells["imputed"] == (", ".join(result["imputed"]) or None)
        numbers = [cells[name] if cells[name] is None else float(cells[name]) for name in NUMBERS]
        assert numbers == [result[name] for name in NUMBERS]
        top = result["contributions"][:1]
        assert cells["cause"] == (top[0]["feature"] if top else None)


@pytest.mark.parametrize("media_type", TABULAR)
async def test_embeddings_are_a_table_of_numbers(client, media_type):
    headers = {"content-type": "text/csv"}
    json = (await client.post("/v1/models/pump/embed", content=CSV, headers=headers)).json()

    reply = await client.post("/v1/models/pump/embed", content=CSV, headers=headers | {"accept": media_type})

    table = of_media_type(media_type).read(reply.content)
    columns = [column.numbers() for column in table.columns.values()]
    assert len(columns) == len(json["embeddings"][0])
    for row, embedding in enumerate(json["embeddings"]):
        found = [float(column.values[row]) for column in columns]
        assert found == pytest.approx(embedding, rel=1e-6) if embedding else all(map(math.isnan, found))


async def test_a_reconstruction_and_what_was_asked_for_beside_verdicts(client):
    headers = {"content-type": "text/csv", "accept": "text/csv"}
    rebuilt = await client.post("/v1/models/pump/reconstruct", content=CSV, headers=headers)
    more = await client.post(
        f"{SCORE}?embedding=true&actual=true&expected=true&top_contributors=0", content=CSV, headers=headers
    )

    assert rebuilt.text.startswith("expected_temperature,expected_pressure,expected_flow,expected_valve\n")
    header = more.text.partition("\n")[0].split(",")
    assert {"latent_0", "expected_flow", "actual_valve", "verdict"} <= {*header}
    assert "cause" not in header


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", None),
        ("*/*", None),
        ("application/json", None),
        ("text/html, application/xhtml+xml, */*;q=0.8", None),
        ("text/csv", "text/csv"),
        ("Text/CSV; charset=utf-8", "text/csv"),
        ("application/json;q=0.5, text/csv", "text/csv"),
        ("text/csv;q=0.5, application/json", None),
        ("text/csv;q=0, application/x-ndjson;q=0.1", "application/x-ndjson"),
    ],
)
def test_the_most_wanted_form_that_there_is(accept, media_type):
    form = wanted(accept)

    assert (form.media_type if form else None) == media_type


@pytest.mark.parametrize("accept", ["text/html", "text/csv;q=0", "text/csv;q=much"])
def test_nothing_that_is_accepted_can_be_made(accept):
    with pytest.raises(NotAcceptable, match="no reply can be .*; there is: application/json, text/csv"):
        wanted(accept)


async def test_a_refusal_says_what_there_is(client):
    reply = await client.post(SCORE, content=CSV, headers={"content-type": "text/csv", "accept": "text/html"})

    assert reply.status_code == 406
    assert reply.headers["content-type"] == "application/problem+json"
