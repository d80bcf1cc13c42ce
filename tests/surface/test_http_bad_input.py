"""What is wrong with a request, and exactly what the service says about it: status, words and place."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from models.pictures import as_text, encode_png
from models.repository import Repository
from service.app import create_app
from service.settings import Settings

pytestmark = pytest.mark.anyio
SCORE = "/v1/models/pump/score"
MOST_ROWS, MOST_BYTES = 50, 20_000_000
PUMP = {"temperature": 31.0, "pressure": 4.1, "flow": 46.0, "valve": "open"}
HEADER = "temperature,pressure,flow,valve\n"
BEYOND = "a whole number beyond 2^53 is not exact; send it as text of a category, or rounded, such as 1.5e16"
OPTIONS = "actual, embedding, error_map, expected, extra, last_only, orient, threshold, top_contributors"
NOT_AN_ALIAS = "is not an alias: a-z, 0-9, _ and -, at most 64, not all digits"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def client(pump_repository: Repository) -> AsyncIterator[httpx.AsyncClient]:
    async with connected(pump_repository) as client:
        yield client


@pytest.fixture
async def every(every_repository: Repository) -> AsyncIterator[httpx.AsyncClient]:
    async with connected(every_repository) as client:
        yield client


@asynccontextmanager
async def connected(repository: Repository) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(max_rows=MOST_ROWS, max_body_bytes=MOST_BYTES, admin_key="a key for tests")
    app = create_app(settings, repository)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client


def pump(**cells: Any) -> str:
    return json.dumps({"records": [PUMP | cells]})


def number(text: str) -> str:
    """A body whose temperature is spelled as given."""
    return pump(temperature="@").replace('"@"', text)


def options(**given: Any) -> str:
    return json.dumps({"records": [PUMP], **given})


def rows(*given: Any, features: tuple[Any, ...] = tuple(PUMP)) -> str:
    return json.dumps({"features": features, "rows": given})


ROW = list(PUMP.values())
TEMPERATURE = "/records/0/temperature"
# name: (body, status, detail, pointer of the first error)
RECORDS: dict[str, tuple[str | bytes, int, str, str | None]] = {
    "a misspelled column": (
        pump(temprature=1), 422,
        'the model knows no column "temprature"; did you mean "temperature"?', "/records/0/temprature",
    ),
    "an unknown column": (
        pump(weather="fine"), 422,
        'the model knows no column "weather"; extra=ignore leaves it out', "/records/0/weather",
    ),
    "a name that needs escaping": (
        pump(**{"a/b~c": 1}), 422,
        'the model knows no column "a/b~c"; extra=ignore leaves it out', "/records/0/a~1b~0c",
    ),
    "a name that is not ASCII": (
        pump(**{"\u2028": 1}), 422,
        'the model knows no column "\\u2028"; extra=ignore leaves it out', "/records/0/\u2028",
    ),
    "a feature that no record has": (
        json.dumps({"records": [{"temperature": 31, "pressure": 4.1, "valve": "open"}]}), 422,
        "column 'flow': the feature \"flow\" is absent from every record", "/records",
    ),
    "a feature that is null everywhere": (
        pump(flow=None), 422, "column 'flow': the feature \"flow\" is absent from every record", "/records",
    ),
    "text for a number": (pump(temperature="hot"), 422, 'expected a number, got "hot"', TEMPERATURE),
    "a number as text": (pump(temperature="0.1"), 422, 'expected a number, got "0.1"', TEMPERATURE),
    "true for a number": (number("true"), 422, "expected a number, got true", TEMPERATURE),
    "an array in a cell": (number("[1]"), 422, "expected a number, got an array", TEMPERATURE),
    "an object in a cell": (number('{"a": 1}'), 422, "expected a number, got an object", TEMPERATURE),
    "a fraction for a category": (pump(valve=3.5), 422, "expected a category, got 3.5", "/records/0/valve"),
    "an array for a category": (pump(valve=[]), 422, "expected a category, got an array", "/records/0/valve"),
    "the literal NaN": (number("NaN"), 400, "not JSON at byte 29: JSON has no NaN", None),
    "the literal Infinity": (number("Infinity"), 400, "not JSON at byte 29: JSON has no Infinity", None),
    "the literal -Infinity": (number("-Infinity"), 400, "not JSON at byte 29: JSON has no -Infinity", None),
    "a number too large for float64": (number("1e400"), 422, "too large for a 64-bit number", TEMPERATURE),
    "2^53 + 1": (number("9007199254740993"), 422, BEYOND, TEMPERATURE),
    "thirty digits": (number("1" * 30), 422, BEYOND, TEMPERATURE),
    "ten thousand digits": (number("1" * 10_000), 422, BEYOND, TEMPERATURE),
    "a cell of ten million characters": (
        pump(temperature="x" * 10_000_000), 422, f'expected a number, got "{"x" * 39}…', TEMPERATURE,
    ),
    "a ragged row": (rows(ROW, ROW[:3]), 422, "3 values, but there are 4 features", "/rows/1"),
    "a row that is no array": (rows(31), 422, "expected an array, got 31", "/rows/0"),
    "a feature named twice": (
        rows(ROW, features=("flow", "flow", "pressure", "valve")), 422,
        'expected a name that stands once, got "flow"', "/features/1",
    ),
    "ragged columns": (
        json.dumps({"columns": {"temperature": [1, 2], "pressure": [1]}}), 422,
        "1 values, but the first column has 2", "/columns/pressure",
    ),
    "a column that is no array": (
        json.dumps({"columns": {"temperature": 31}}), 422, "expected an array of values, got 31", "/columns/temperature",
    ),
    "a record that is no object": (
        json.dumps({"records": [PUMP, 1]}), 422, "expected an object, got 1", "/records/1",
    ),
    "records that are no array": (
        json.dumps({"records": {}}), 422, "expected an array of records, got an object", "/records",
    ),
    "no records": (json.dumps({"records": []}), 422, "expected an array of records, got an empty one", "/records"),
    "two shapes at once": (
        json.dumps({"records": [PUMP], "columns": {}}), 422,
        "expected one of records, columns or rows, got records and columns", "",
    ),
    "an empty object": ("{}", 422, "expected one of records, columns or rows, got none of them", ""),
    "an array": ("[]", 422, "expected an object with records, columns or rows, got an array", ""),
    "an empty body": ("", 400, "not JSON at byte 0: Input is a zero-length, empty document", None),
    "a body cut short": ('{"records":[{"temperature":1', 400, "not JSON at byte 28: unexpected end of data", None),
    "more after the end": ('{"records":[]} x', 400, "not JSON at byte 15: unexpected content after document", None),
    "deep nesting": (
        '{"records":' + "[" * 100_000 + "]" * 100_000 + "}", 400, "not JSON at byte 1035: depth limit exceeded", None,
    ),
    "half a surrogate pair": (
        number('"\\ud800"'), 400, "not JSON at byte 30: no low surrogate in string", None,
    ),
    "too many records": (
        json.dumps({"records": [PUMP] * (MOST_ROWS + 1)}), 413,
        "more than 50 records, which is the most one call may hold", None,
    ),
    "too many bytes": (b" " * (MOST_BYTES + 1), 413, "the body is longer than 20,000,000 bytes", None),
    "an unknown option": (options(top=1), 422, f"/top: unknown; there is: {OPTIONS}", "/top"),
    "an option below its range": (
        options(top_contributors=-1), 422,
        "/top_contributors: expected greater than or equal to 0, got -1", "/top_contributors",
    ),
    "a number option as text": (
        options(top_contributors="3"), 422,
        '/top_contributors: expected a valid integer, got "3"', "/top_contributors",
    ),
    "a yes-or-no option as a number": (
        options(embedding=1), 422, "/embedding: expected a valid boolean, got 1", "/embedding",
    ),
    "an option that is none of its values": (
        options(orient="rows"), 422, "/orient: expected 'records' or 'columns', got \"rows\"", "/orient",
    ),
    "a threshold of zero": (options(threshold=0), 422, "/threshold: expected greater than 0, got 0", "/threshold"),
    "a threshold that is infinite": (
        options(threshold="@").replace('"@"', "1e999"), 422, "too large for a 64-bit number", "/threshold",
    ),
}  # fmt: skip
QUERIES: dict[str, tuple[str, int, str, str | None]] = {
    "an unknown option": ("top=1", 422, f"/query/top: unknown; there is: {OPTIONS}", "/query/top"),
    "a word for a number": (
        "top_contributors=many", 422,
        '/query/top_contributors: expected a valid integer, got "many"', "/query/top_contributors",
    ),
    "an option beyond its range": (
        "top_contributors=1001", 422,
        '/query/top_contributors: expected less than or equal to 1000, got "1001"', "/query/top_contributors",
    ),
    "a threshold of nan": (
        "threshold=nan", 422, '/query/threshold: expected a finite number, got "nan"', "/query/threshold",
    ),
    "an option given twice": (
        "orient=records&orient=columns", 422, "/query/orient: is given more than once", "/query/orient",
    ),
    "too many options": ("&".join(f"a{n}=1" for n in range(51)), 422, "/query: more than 50 options", "/query"),
    "a version and an alias": (
        "version=1&alias=champion", 422, "/query/alias: give version or alias, not both", "/query/alias",
    ),
    "a version that is none": (
        "version=one", 422, "/query/version: 'one' is not a version: a positive whole number", "/query/version",
    ),
    "version zero": ("version=0", 422, "/query/version: '0' is not a version: a positive whole number", "/query/version"),
    "an alias that climbs": ("alias=../x", 422, f"/query/alias: '../x' {NOT_AN_ALIAS}", "/query/alias"),
    "an alias of digits": ("alias=7", 422, f"/query/alias: '7' {NOT_AN_ALIAS}", "/query/alias"),
    "an alias that is too long": ("alias=" + "a" * 99, 422, f"/query/alias: '{'a' * 40}' {NOT_AN_ALIAS}", "/query/alias"),
    "an unknown version": ("version=99", 404, "model 'pump' has no version 99; published: 1, 2", None),
    "an unknown alias": ("alias=challenger", 404, "model 'pump' has no alias 'challenger'; there is: champion", None),
    "a long unknown alias": ("alias=" + "a" * 64, 404, f"model 'pump' has no alias '{'a' * 40}'; there is: champion", None),
}  # fmt: skip
CSV: dict[str, tuple[str | bytes, int, str, str | None]] = {
    "text for a number": (
        HEADER + "hot,4.1,46,open\n", 422, "line 2, column 'temperature': expected a number, got \"hot\"", TEMPERATURE,
    ),
    "a Python number": (
        HEADER + "1_0,4.1,46,open\n", 422, "line 2, column 'temperature': expected a number, got \"1_0\"", TEMPERATURE,
    ),
    "a number too large for float64": (
        HEADER + "1e400,4.1,46,open\n", 422,
        "line 2, column 'temperature': too large for a 64-bit number: \"1e400\"", TEMPERATURE,
    ),
    "2^53 + 1": (
        HEADER + "9007199254740993,4.1,46,open\n", 422, f"line 2, column 'temperature': {BEYOND}", TEMPERATURE,
    ),
    "a ragged row": (
        HEADER + "31,4.1,46,open\n31,4.1,46\n", 422, "line 3: 3 cells, but the header names 4 columns", "/records/1",
    ),
    "an empty body": ("", 400, "the CSV is empty; its first line must name the columns", None),
    "a header alone": (HEADER, 400, "the CSV has a header but no rows", None),
    "the wrong separator": (
        HEADER.replace(",", ";") + "31;4.1;46;open\n", 400,
        'line 1: one column named "temperature;pressure;flow;valve": the cells seem to be separated by a semicolon, '
        "not ','; name the separator (offbeat: --separator), or send commas", None,
    ),
    "bytes that are no text": (HEADER.encode() + b"\xff,4,46,open\n", 400, "not UTF-8 text at byte 32; is this a CSV file?", None),
    "a cell of ten million characters": (
        HEADER + "x" * 10_000_000 + ",4.1,46,open\n", 400, "line 2: a cell is longer than 131,072 characters", None,
    ),
    "a quote that never ends": (HEADER + '"31,4.1,46,open\n', 400, "line 2: not CSV: unexpected end of data", None),
    "a column named twice": (
        "flow,flow\n1,2\n", 400, 'line 1: two columns are named "flow"', None,
    ),
    "a column without a name": ("flow,,valve\n1,2,open\n", 400, "line 1: column 2 has no name", None),
    "too many records": (
        HEADER + "31,4.1,46,open\n" * (MOST_ROWS + 1), 413,
        "more than 50 records, which is the most one call may hold", None,
    ),
}  # fmt: skip
NO_SUCH_TYPE = "cannot read {!r}; known: application/json, application/vnd.apache.arrow.stream, application/vnd.apache.parquet, application/x-ndjson, application/x-npy, image/jpeg, image/png, text/csv"
HEADERS: dict[str, tuple[dict[str, str], int, str]] = {
    "another type": ({"content-type": "application/xml"}, 415, NO_SUCH_TYPE.format("application/xml")),
    "no type": ({}, 415, NO_SUCH_TYPE.format("")),
    "a form": (
        {"content-type": "multipart/form-data; boundary=x"}, 415, NO_SUCH_TYPE.format("multipart/form-data"),
    ),
    "an endless type": ({"content-type": "x" * 5000}, 415, NO_SUCH_TYPE.format("x" * 40)),
    "gzip that is none": (
        {"content-type": "application/json", "content-encoding": "gzip"}, 400,
        "the body is not compressed as it says: Error -3 while decompressing data: incorrect header check",
    ),
    "an encoding nobody reads": (
        {"content-type": "application/json", "content-encoding": "br"}, 415,
        "a body encoded as 'br' is not read; known: gzip, x-gzip, deflate",
    ),
}  # fmt: skip
NO_VERSION = "is not a version: a positive whole number"
NAMES: dict[str, tuple[str, str, str]] = {
    "an unknown model": ("POST", "/v1/models/turbine/score", "no model 'turbine'; there is: pump"),
    "a capital": ("POST", "/v1/models/Pump/score", "no model 'Pump'; there is: pump"),
    "a very long model": ("POST", f"/v1/models/{'x' * 200}/score", f"no model '{'x' * 40}'; there is: pump"),
    "an empty model": ("POST", "/v1/models//score", "no model ''; there is: pump"),
    "a parent folder": ("POST", "/v1/models/%2e%2e/score", "no model '..'; there is: pump"),
    "a zero byte": ("POST", "/v1/models/pump%00/score", "no model 'pump\\x00'; there is: pump"),
    "a way up": (
        "POST", "/v1/models/..%2f..%2fetc/score", 'nothing is at "/v1/models/../../etc/score"; /docs shows what there is',
    ),
    "a model to describe": ("GET", "/v1/models/turbine", "no model 'turbine'; there is: pump"),
    "a version to describe": ("GET", "/v1/models/pump/versions/99", "model 'pump' has no version 99; published: 1, 2"),
    "a version that is none": ("GET", "/v1/models/pump/versions/1e3", f"'1e3' {NO_VERSION}"),
    "a version of zero": ("GET", "/v1/models/pump/versions/0", f"'0' {NO_VERSION}"),
    "an alias of digits": ("PUT", "/v1/models/pump/aliases/7", f"'7' {NOT_AN_ALIAS}"),
    "an alias to roll back": (
        "POST", "/v1/models/pump/aliases/challenger/rollback", "model 'pump' has no alias 'challenger'; there is: champion",
    ),
    "the source of the page": (
        "GET", "/docs/assets/..%2fmain.py", 'nothing is at "/docs/assets/../main.py"; /docs shows what there is',
    ),
    "a slash too many": ("GET", "/v1/models/pump/", 'nothing is at "/v1/models/pump/"; /docs shows what there is'),
}  # fmt: skip
CHANGES: dict[str, tuple[str, int, str, str | None]] = {
    "no body": ("", 400, "not JSON at byte 0: Input is a zero-length, empty document", None),
    "an array": ("[]", 422, "expected an object, got an array", ""),
    "no version": ("{}", 422, "/version: is missing", "/version"),
    "a version as text": ('{"version": "2"}', 422, '/version: expected a valid integer, got "2"', "/version"),
    "version zero": ('{"version": 0}', 422, "/version: expected greater than 0, got 0", "/version"),
    "an unknown key": ('{"version": 2, "x": 1}', 422, "/x: unknown; there is: version", "/x"),
    "an unknown version": ('{"version": 9}', 404, "model 'pump' has no version 9; published: 1, 2", None),
}


def tile(height: int = 10, width: int = 12, channels: int = 1) -> bytes:
    return encode_png(np.full((height, width, channels), 60, dtype=np.uint8))


def saved(mode: str, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((10, 12, 3), 60, dtype=np.uint8)).convert(mode).save(out, kind, **options)
    return out.getvalue()


def of_size(width: int, height: int) -> bytes:
    """A tile that says it is larger, with as many bytes as that would be when all are black."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(bytes(1 << 20), 9)
    parts = [
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))
        for part in (header, pixels)
    ]
    return b"".join([tile()[:8], *parts, tile()[-12:]])


def image(cell: Any) -> str:
    return json.dumps({"records": [{"image": as_text(tile())}, {"image": cell}]})


def seconds(*times: Any) -> str:
    """Readings of one machine at these times."""
    return json.dumps({"records": [VIBRATION | {"timestamp": time} for time in times]})


def machine(**cells: Any) -> str:
    return json.dumps({"records": [VIBRATION, VIBRATION | cells]})


def sample(**asked: Any) -> str:
    return json.dumps(asked)


VIBRATION = {"timestamp": 0, "machine": "m1", "left": 0.5, "right": 0.5, "mode": "slow"}
MIXER = {"speed": 20.0, "torque": 3.0, "power": 6.0, "mode": "stir"}
NO_MODE = {"speed": 20.0, "torque": 3.0, "power": 6.0}
JSON, PNG, JPEG = "application/json", "image/png", "image/jpeg"
SORT = "sort the readings of a series by time"
CELL = "/records/1/image"
ANIMATION = [Image.fromarray(np.full((10, 12), 90, dtype=np.uint8))]
# name: (path, body, media type, status, detail, pointer of the first error)
MODELS: dict[str, tuple[str, str | bytes, str, int, str, str | None]] = {
    "no record with its condition": (
        "mixer/score", json.dumps({"records": [NO_MODE, NO_MODE]}), JSON, 422,
        "column 'mode': the feature \"mode\" is absent from every record", "/records",
    ),
    "an image of another size": (
        "tiles/score", tile(24, 32), PNG, 422,
        "the image: the picture is 32 x 24 pixels (width x height), but the model takes 12 x 10", "",
    ),
    "an image in colours": (
        "tiles/score", tile(channels=3), PNG, 422,
        "the image: the picture has colours, but the model takes grey ones; convert it to greyscale", "",
    ),
    "an image with an alpha channel": (
        "tiles/score", saved("LA"), PNG, 422, "the image: the picture has an alpha channel; send it without", "",
    ),
    "an image cut short": (
        "tiles/score", tile()[:-20], PNG, 422, "the image: the picture is damaged or cut off", "",
    ),
    "a JPEG cut short": (
        "tiles/score", saved("L", "JPEG")[:200], JPEG, 422, "the image: the picture is damaged or cut off", "",
    ),
    "an image that moves": (
        "tiles/score", saved("L", save_all=True, append_images=ANIMATION), PNG, 422,
        "the image: the picture is animated; send a single frame", "",
    ),
    "an image that unpacks without end": (
        "tiles/score", of_size(60_000, 60_000), PNG, 422,
        "the image: the picture is 60000 x 60000 pixels (width x height); at most 64,000,000 are read", "",
    ),
    "an image that unpacks to another size": (
        "tiles/reconstruct", of_size(8_000, 8_000), PNG, 422,
        "the image: the picture is 8000 x 8000 pixels (width x height), but the model takes 12 x 10", "",
    ),
    "an image of no bytes": ("tiles/score", b"", PNG, 400, "there are no bytes; expected those of a PNG", None),
    "a JPEG that says it is a PNG": ("tiles/score", saved("L", "JPEG"), PNG, 400, "not a PNG, but a JPEG", None),
    "an image that is none": ("tiles/score", b"GIF89a...", PNG, 400, "not a PNG", None),
    "an image to a model of records": (
        "pump/score", tile(), PNG, 422, "the model takes records of temperature, pressure, flow, valve, not pictures", "",
    ),
    "an image to be rebuilt by a model of windows": (
        "vibration/reconstruct", tile(), PNG, 422, "the model takes records of left, right, mode, not pictures", "",
    ),
    "an error map of a record": (
        "pump/score?error_map=true", pump(), JSON, 409, "model 'pump' has no error map: only models of images have one", None,
    ),
    "an option that pictures have not": (
        "tiles/embed?error_map=true", tile(), PNG, 422, "/query/error_map: unknown; there is: extra, last_only",
        "/query/error_map",
    ),
    "records to a model of images": (
        "tiles/score", pump(), JSON, 422, 'the model knows no column "temperature"; extra=ignore leaves it out',
        "/records/0/temperature",
    ),
    "a number for a picture": (
        "tiles/score", image(5), JSON, 422, "expected a picture (the base64 text of a PNG or JPEG), got 5", CELL,
    ),
    "text for a picture": (
        "tiles/score", image("no picture!"), JSON, 422,
        'expected a picture (the base64 text of a PNG or JPEG), got "no picture!"', CELL,
    ),
    "base64 of something else": (
        "tiles/score", image(as_text(b"GIF89a")), JSON, 422, "not a PNG or JPEG picture; convert it to one of them", CELL,
    ),
    "one picture of many too large": (
        "tiles/score", image(as_text(tile(11, 12))), JSON, 422,
        "the picture is 12 x 11 pixels (width x height), but the model takes 12 x 10", CELL,
    ),
    "no column of times": (
        "vibration/score", json.dumps({"records": [{"machine": "m1", "left": 0, "right": 1, "mode": "slow"}]}), JSON, 422,
        "column 'timestamp': the timestamp column \"timestamp\" is absent from every record", "/records",
    ),
    "no column of series": (
        "vibration/score", json.dumps({"columns": {"timestamp": [1], "left": [0], "right": [1], "mode": ["slow"]}}), JSON,
        422, "column 'machine': the series column \"machine\" is absent from every record", "/columns/machine",
    ),
    "times out of order": (
        "vibration/score", seconds(5, 7, 6), JSON, 422, f"expected a time after 7, got 6; {SORT}", "/records/2/timestamp",
    ),
    "a time that repeats": (
        "vibration/score", seconds("2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00"), JSON, 422,
        f'expected a time after "2026-01-01T00:00:00Z", got "2026-01-01T01:00:00+01:00"; {SORT}', "/records/1/timestamp",
    ),
    "a time that is none": (
        "vibration/score", seconds(5, "soon"), JSON, 422,
        'expected a time such as 2026-01-31T12:00:00, got "soon"', "/records/1/timestamp",
    ),
    "a reading without a time": (
        "vibration/score", seconds(5, None), JSON, 422,
        "expected a time such as 2026-01-31T12:00:00, got null", "/records/1/timestamp",
    ),
    "a reading of no series": (
        "vibration/score", machine(machine=None, timestamp=1), JSON, 422,
        "expected the name of a series, got null", "/records/1/machine",
    ),
    "a yes-or-no option in other words": (
        "vibration/score?last_only=maybe", seconds(5), JSON, 422,
        '/query/last_only: expected a valid boolean, got "maybe"', "/query/last_only",
    ),
    "samples of a model that has none": (
        "pump/sample", "", JSON, 409,
        "model 'pump' cannot make up records: its variant is denoising; only variational models can", None,
    ),
    "samples without the condition": (
        "mixer/sample", "", "", 422, "the condition mode is missing; what is normal depends on it", "/condition",
    ),
    "samples with an empty condition": (
        "mixer/sample", sample(condition={"mode": None}), JSON, 422,
        "the condition mode is missing; what is normal depends on it", "/condition",
    ),
    "samples under an unseen condition": (
        "mixer/sample", sample(condition={"mode": "boil"}), JSON, 422,
        '"boil" was never seen in training; there is: "whip", "stir"', "/condition/mode",
    ),
    "samples under a condition of another kind": (
        "mixer/sample", sample(condition={"mode": 1.5}), JSON, 422, "expected a category, got 1.5", "/condition/mode",
    ),
    "samples under a condition that is none": (
        "mixer/sample", sample(condition={"mode": "stir", "speed": 20}), JSON, 422,
        'the model knows no condition "speed"; there is: mode', "/condition/speed",
    ),
    "a condition where there is none": (
        "mixer/sample?version=2", sample(condition={"mode": "stir"}), JSON, 422,
        'the model knows no condition "mode"; there is: none', "/condition/mode",
    ),
    "a condition that is no object": (
        "mixer/sample", sample(condition=["stir"]), JSON, 422, "/condition: expected an object, got an array", "/condition",
    ),
    "a condition in the query": (
        "mixer/sample?condition=stir", "", JSON, 422, '/query/condition: expected an object, got "stir"', "/query/condition",
    ),
    "no samples": ("mixer/sample", sample(n=0), JSON, 422, "/n: expected greater than or equal to 1, got 0", "/n"),
    "too many samples": (
        "mixer/sample", sample(n=10_001), JSON, 422, "/n: expected less than or equal to 10000, got 10001", "/n",
    ),
    "more samples than records may be sent": (
        "mixer/sample", sample(n=51), JSON, 413, "more than 50 records, which is the most one call may hold", None,
    ),
    "half a sample": ("mixer/sample", sample(n=1.5), JSON, 422, "/n: expected a valid integer, got 1.5", "/n"),
    "a seed below zero": (
        "mixer/sample", sample(seed=-1), JSON, 422, "/seed: expected greater than or equal to 0, got -1", "/seed",
    ),
    "a seed beyond 32 bits": (
        "mixer/sample", sample(seed=2**32), JSON, 422, "/seed: expected less than 4294967296, got 4294967296", "/seed",
    ),
    "an unknown option of samples": (
        "mixer/sample", sample(count=3), JSON, 422, "/count: unknown; there is: condition, n, seed", "/count",
    ),
    "a number in body and query": (
        "mixer/sample?n=2", sample(n=2), JSON, 422, "/query/n: is also in the body", "/query/n",
    ),
    "samples asked for by an array": ("mixer/sample", "[]", JSON, 422, "expected an object, got an array", ""),
    "samples asked for in half a sentence": (
        "mixer/sample", "{", JSON, 400, "not JSON at byte 1: unexpected end of data", None,
    ),
    "samples asked for in CSV": (
        "mixer/sample", "n\n3\n", "text/csv", 415, "cannot read 'text/csv'; known: application/json", None,
    ),
}  # fmt: skip
# name: (path, body, the reason of the last result)
UNKNOWN: dict[str, tuple[str, str, str]] = {
    "a record without its condition": (
        "mixer/score", json.dumps({"records": [MIXER, NO_MODE]}),
        "the condition mode is missing, and what is normal depends on it",
    ),
    "a condition that was never seen": (
        "mixer/score", json.dumps({"records": [MIXER, MIXER | {"mode": "boil"}]}),
        'the condition mode is "boil", which was never seen in training',
    ),
    "a record with nothing but its condition": (
        "mixer/score", json.dumps({"records": [MIXER, {"mode": "stir"}]}), "no feature has a value",
    ),
    "fewer readings than a window": ("vibration/score", seconds(1, 2, 3), "3 of 6 readings so far: no whole window yet"),
    "readings after a gap": (
        "vibration/score", seconds(1, 2, 3, 4, 5, 6, 60), "1 of 6 readings since the gap before it",
    ),
    "a picture that is missing": ("tiles/score", image(None), "no feature has a value"),
}  # fmt: skip


def check(reply: httpx.Response, status: int, detail: str, pointer: str | None = None) -> None:
    problem = reply.json()
    assert (reply.status_code, problem["detail"].partition(" (and ")[0]) == (status, detail)
    assert reply.headers["content-type"] == "application/problem+json"
    assert list(problem)[:4] == ["type", "title", "status", "detail"]
    assert problem["status"] == status
    assert ("errors" in problem) == (status == 422)
    if status == 422:
        assert problem["errors"][0]["pointer"] == pointer
        assert len(problem["errors"]) <= 20


@pytest.mark.parametrize(("body", "status", "detail", "pointer"), RECORDS.values(), ids=RECORDS)
async def test_json(client, body, status, detail, pointer):
    check(
        await client.post(SCORE, content=body, headers={"content-type": "application/json"}),
        status,
        detail,
        pointer,
    )


@pytest.mark.parametrize("case", MODELS.values(), ids=MODELS)
async def test_windows_images_and_samples(every, case):
    path, body, media_type, *refused = case

    reply = await every.post(f"/v1/models/{path}", content=body, headers={"content-type": media_type})

    check(reply, *refused)


@pytest.mark.parametrize(("path", "body", "reason"), UNKNOWN.values(), ids=UNKNOWN)
async def test_what_cannot_be_judged_is_unknown_and_says_why(every, path, body, reason):
    reply = await every.post(f"/v1/models/{path}", content=body, headers={"content-type": JSON})

    assert reply.status_code == 200
    last = reply.json()["results"][-1]
    assert (last["verdict"], last["is_anomaly"], last["score"], last["reason"]) == (
        "unknown",
        None,
        None,
        reason,
    )


@pytest.mark.parametrize(("query", "status", "detail", "pointer"), QUERIES.values(), ids=QUERIES)
async def test_query(client, query, status, detail, pointer):
    check(await client.post(f"{SCORE}?{query}", json={"records": [PUMP]}), status, detail, pointer)


@pytest.mark.parametrize(("body", "status", "detail", "pointer"), CSV.values(), ids=CSV)
async def test_csv(client, body, status, detail, pointer):
    check(
        await client.post(SCORE, content=body, headers={"content-type": "text/csv"}), status, detail, pointer
    )


@pytest.mark.parametrize(("headers", "status", "detail"), HEADERS.values(), ids=HEADERS)
async def test_headers(client, headers, status, detail):
    check(await client.post(SCORE, content=pump(), headers=headers), status, detail)


@pytest.mark.parametrize(("method", "path", "detail"), NAMES.values(), ids=NAMES)
async def test_names(client, method, path, detail):
    headers = {"authorization": "Bearer a key for tests"}
    body = {"version": 1} if method == "PUT" else {"records": [PUMP]}
    check(await client.request(method, path, json=body, headers=headers), 404, detail)


@pytest.mark.parametrize(("body", "status", "detail", "pointer"), CHANGES.values(), ids=CHANGES)
async def test_changes(client, body, status, detail, pointer):
    headers = {"authorization": "Bearer a key for tests"}
    reply = await client.put("/v1/models/pump/aliases/champion", content=body, headers=headers)
    check(reply, status, detail, pointer)


async def test_an_option_in_body_and_query_is_refused_rather_than_guessed(client):
    reply = await client.post(
        f"{SCORE}?orient=columns",
        content=options(orient="records"),
        headers={"content-type": "application/json"},
    )

    check(reply, 422, "/query/orient: is also in the body", "/query/orient")


async def test_a_body_of_bytes_that_are_no_text_is_not_json(client):
    reply = await client.post(
        SCORE, content=b'{"records":[{"\xff":1}]}', headers={"content-type": "application/json"}
    )

    assert reply.status_code == 400
    assert reply.json()["detail"].startswith("not JSON at byte ")


async def test_of_many_faults_twenty_are_shown_and_all_are_counted(client):
    reply = await client.post(SCORE, json={"records": [PUMP | {"flow": "much"}] * 30})

    problem = reply.json()
    assert problem["detail"] == 'expected a number, got "much" (and 29 more)'
    assert [each["pointer"] for each in problem["errors"]] == [f"/records/{row}/flow" for row in range(20)]


async def test_what_is_just_within_the_limits_is_served(client):
    for body in (
        number("9007199254740992"),
        number("-1.7e308"),
        pump(valve="x" * 10_000_000),
        json.dumps({"records": [PUMP] * MOST_ROWS}),
    ):
        reply = await client.post(SCORE, content=body, headers={"content-type": "application/json"})
        assert reply.status_code == 200, reply.text[:500]
