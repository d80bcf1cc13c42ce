"""A model of images: a posted picture, or several as base64 in JSON."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.pictures import as_text, encode_png

pytestmark = pytest.mark.anyio
SCORE, RECONSTRUCT = "/v1/models/tiles/score", "/v1/models/tiles/reconstruct"
HEIGHT, WIDTH = 10, 12
PNG = {"content-type": "image/png"}


def tile(top: int = 3) -> np.ndarray:
    """A bright bar across a dark tile, as in training."""
    pixels = np.full((HEIGHT, WIDTH), 60, dtype=np.uint8)
    pixels[top : top + 3] = 200
    return pixels


def scratched() -> np.ndarray:
    pixels = tile()
    pixels[7:9, 2:5] = 255
    return pixels


def jpeg(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=95)
    return out.getvalue()


def opened(picture: bytes | str) -> np.ndarray:
    data = base64.b64decode(picture) if isinstance(picture, str) else picture
    return np.asarray(Image.open(io.BytesIO(data)))


async def posted(client, pixels: np.ndarray, query: str = "") -> dict[str, Any]:
    reply = await client.post(SCORE + query, content=encode_png(pixels), headers=PNG)
    assert reply.status_code == 200, reply.text
    [result] = reply.json()["results"]
    return result


async def test_a_posted_picture_gets_verdict_regions_error_map_and_denoised_picture(every):
    found = await posted(every, scratched())

    assert (found["verdict"], found["imputed"], found["warnings"]) == ("anomaly", [], [])
    assert list(found)[-2:] == ["expected", "error_map"]
    cause = found["contributions"][0]
    assert cause["feature"] in {"rows 7-7, columns 2-2", "rows 8-8, columns 2-2", "rows 8-8, columns 3-3"}
    assert (cause["actual"], cause["direction"]) == (255.0, "above")
    assert opened(found["expected"]["image"]).shape == (HEIGHT, WIDTH)
    assert np.abs(opened(found["expected"]["image"]).astype(int) - tile()).mean() < 25
    errors = opened(found["error_map"])
    assert errors.shape == (HEIGHT, WIDTH)
    row, column = np.unravel_index(errors.argmax(), errors.shape)
    assert errors.max() == 255
    assert row in (7, 8)
    assert column in (2, 3, 4)


async def test_an_ordinary_picture_is_normal(every):
    assert {(await posted(every, tile(top)))["verdict"] for top in range(1, 7)} == {"normal"}


async def test_a_jpeg_is_judged_like_a_png(every):
    reply = await every.post(SCORE, content=jpeg(tile()), headers={"content-type": "image/jpeg"})

    [found] = reply.json()["results"]
    assert found["verdict"] == "normal"
    assert opened(found["error_map"]).shape == (HEIGHT, WIDTH)


async def test_a_query_says_what_a_posted_picture_is_answered_with(every):
    lean = await posted(every, tile(), "?expected=false&error_map=false&top_contributors=0")
    full = await posted(every, tile(), "?embedding=true&actual=true")

    assert not {"expected", "error_map", "embedding"} & set(lean)
    assert lean["contributions"] == []
    assert {"expected", "error_map", "embedding"} <= set(full)
    assert np.array_equal(opened(full["actual"]["image"]), tile())


async def test_three_pictures_in_json_are_three_verdicts_and_nothing_that_was_not_asked_for(every):
    cells = [as_text(encode_png(pixels)) for pixels in (tile(), scratched())] + [as_text(jpeg(tile(5)))]
    body = {"columns": {"image": cells, "file": ["a.png", "b.png", "c.jpg"]}}

    plain = (await every.post(SCORE, json=body)).json()["results"]
    asked = (await every.post(SCORE, json=body | {"error_map": True, "expected": True})).json()["results"]

    assert [each["verdict"] for each in plain] == ["normal", "anomaly", "normal"]
    assert [each["passthrough"]["file"] for each in plain] == ["a.png", "b.png", "c.jpg"]
    assert not {"expected", "error_map"} & set(plain[0])
    assert asked[1]["error_map"] == (await posted(every, scratched()))["error_map"]
    assert list(asked[0])[-3:] == ["expected", "error_map", "passthrough"]


async def test_error_maps_as_columns_are_an_array(every):
    cells = [as_text(encode_png(tile())), None]
    body = {"columns": {"image": cells}, "error_map": True, "orient": "columns"}

    columns = (await every.post(SCORE, json=body)).json()["results"]

    assert opened(columns["error_map"][0]).shape == (HEIGHT, WIDTH)
    assert columns["error_map"][1] is None


async def test_a_picture_that_is_not_there_is_unknown_and_counted(every):
    body = {"records": [{"image": as_text(encode_png(tile()))}, {"image": None}], "expected": True}

    found = (await every.post(SCORE, json=body)).json()["results"]

    assert (found[1]["verdict"], found[1]["reason"]) == ("unknown", "no feature has a value")
    assert (found[1]["imputed"], found[1]["expected"]) == (["image"], None)
    metrics = (await every.get("/metrics")).text
    assert 'values_imputed_total{feature="image",model="tiles"} 1.0' in metrics


async def test_a_posted_picture_is_reconstructed_as_a_png_of_its_size(every):
    reply = await every.post(RECONSTRUCT, content=jpeg(scratched()), headers={"content-type": "image/jpeg"})

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "image/png"
    assert (reply.headers["x-offbeat-model"], reply.headers["x-offbeat-version"]) == ("tiles", "1")
    assert reply.headers["x-offbeat-digest"].startswith("sha256:")
    assert opened(reply.content).shape == (HEIGHT, WIDTH)


async def test_pictures_in_json_are_reconstructed_in_json(every):
    body = {"records": [{"image": as_text(encode_png(scratched()))}]}

    reply = (await every.post(RECONSTRUCT, json=body)).json()

    picture = await every.post(RECONSTRUCT, content=encode_png(scratched()), headers=PNG)
    assert base64.b64decode(reply["records"][0]["image"]) == picture.content
    assert reply["reasons"] == [None]


async def test_a_posted_picture_has_an_embedding(every):
    reply = await every.post("/v1/models/tiles/embed", content=encode_png(tile()), headers=PNG)

    [embedding] = reply.json()["embeddings"]
    assert len(embedding) == 6


async def test_more_pictures_than_the_memory_could_hold_are_refused(every, monkeypatch):
    monkeypatch.setattr("service.verbs.MOST_PIXELS", 2 * HEIGHT * WIDTH + 1)
    cell = {"image": as_text(encode_png(tile()))}

    two = await every.post(SCORE, json={"records": [cell, cell]})
    three = await every.post(SCORE, json={"records": [cell, {}, {}]})
    monkeypatch.setattr("service.verbs.MOST_PIXELS", 1)

    assert two.status_code == 200
    assert three.status_code == 413
    assert three.json()["detail"] == (
        "3 pictures of 12 x 10 pixels are too many for one call, which may hold 241 pixels"
    )
    assert (await posted(every, tile()))["verdict"] == "normal"


async def test_only_models_of_images_have_error_maps(score, typical):
    reply = await score(typical, error_map=True)

    assert reply.status_code == 409
    assert reply.json()["detail"] == "model 'pump' has no error map: only models of images have one"
    assert (await score(typical, error_map=False)).status_code == 200


async def test_a_description_tells_the_size(every):
    champion = (await every.get("/v1/models/tiles")).json()["champion"]

    assert (champion["kind"], champion["window"]) == ("images", None)
    assert champion["features"] == [
        {"kind": "image", "name": "image", "height": HEIGHT, "width": WIDTH, "channels": 1}
    ]
