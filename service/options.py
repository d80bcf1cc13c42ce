"""Options of a scoring request: what they are, and how strictly they are read. Knows no table and no model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from models.columns import shown
from models.errors import Mismatch, NameRefused
from models.names import alias_name, version_number
from models.scorer import VECTORS, Outputs
from models.table import escaped
from service.refusals import OptionsRefused

MOST_CONTRIBUTORS = 1000
MOST_QUERY_FIELDS = 50
MOST_SAMPLES = 10_000
SEEDS = 2**32
REFERENCE = ("version", "alias")


class VerbOptions(BaseModel):
    """Base of what a verb can be told."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class ReadOptions(VerbOptions):
    """How records are read, and which of them are answered."""

    extra: Literal["reject", "ignore"] = Field(
        default="reject",
        description="What to do with a column the model does not know: refuse the request, or leave it out.",
    )
    last_only: bool = Field(
        default=False,
        description="Answer only for the last record, or with series for the last of each; the others are its history.",
    )

    @property
    def ignore_unknown(self) -> bool:
        """Whether columns the model does not know are left out."""
        return self.extra == "ignore"


class ScoreOptions(ReadOptions):
    """What a score reply holds."""

    top_contributors: int = Field(
        default=3,
        ge=0,
        le=MOST_CONTRIBUTORS,
        description="How many of the features that add most to a score to name; 0 is none.",
    )
    embedding: bool = Field(default=False, description="Add each record's latent embedding.")
    actual: bool = Field(
        default=False, description="Add each record as it was read; null for what is missing."
    )
    expected: bool = Field(
        default=False, description="Add each record as the model would have it; always with a posted picture."
    )
    error_map: bool = Field(
        default=False,
        description="Add where each picture is strange, as a picture; always with a posted one. For models of images.",
    )
    threshold: float | None = Field(
        default=None,
        gt=0,
        description="What if: judge by this threshold, in this request only, instead of the alias's.",
    )
    orient: Literal["records", "columns"] = Field(
        default="records",
        description="`records`: an object a record. `columns`: one object of arrays, cheaper for many records.",
    )

    @property
    def outputs(self) -> Outputs:
        """What the graph must be asked for."""
        causes = self.top_contributors > 0 or self.error_map
        wanted = {"attribution": causes, "expected": causes or self.expected, "latent": self.embedding}
        return (*VECTORS, *(name for name, asked in wanted.items() if asked))


class SampleOptions(VerbOptions):
    """How many records to make up, from which chance, and given what."""

    n: int = Field(default=1, ge=1, le=MOST_SAMPLES, description="How many records.")
    seed: int | None = Field(
        default=None,
        ge=0,
        lt=SEEDS,
        description="The same seed makes the same records; the reply says which it was.",
    )
    condition: dict[str, Any] = Field(
        default={},
        description="A value for every condition of the model, such as a mode; in the body only.",
    )


Options = TypeVar("Options", bound=VerbOptions)


class Asked(NamedTuple):
    """A query string: which version or alias, and the options beside them."""

    version: int | None = None
    alias: str | None = None
    options: Mapping[str, str] = {}


def read_query(query: bytes) -> Asked:
    """Take a query string apart. OptionsRefused for a name that is given twice or cannot be one."""
    if not query:
        return Asked()
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_QUERY_FIELDS)
    except ValueError:
        raise OptionsRefused([Mismatch("/query", "", f"more than {MOST_QUERY_FIELDS} options")]) from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = next(name for name in fields if [name for name, _ in pairs].count(name) > 1)
        raise OptionsRefused([_query(twice, "is given more than once")])
    if all(name in fields for name in REFERENCE):
        raise OptionsRefused([_query("alias", "give version or alias, not both")])
    return Asked(_version(fields.pop("version", None)), _alias(fields.pop("alias", None)), fields)


def read_options(kind: type[Options], body: Mapping[str, Any], query: Mapping[str, str]) -> Options:
    """Options of body and query together. OptionsRefused points at each that is unknown, wrong or in both."""
    if not body and not query:
        return kind()
    wrong = [_query(name, "is also in the body") for name in query if name in body]
    options = kind()
    try:
        options = kind.model_validate(body)
    except ValidationError as error:
        wrong += mismatches(kind, error)
    try:
        asked = kind.model_validate_strings(query, strict=False)
        options = options.model_copy(update=asked.model_dump(exclude_unset=True))
    except ValidationError as error:
        wrong += mismatches(kind, error, "/query")
    if wrong:
        raise OptionsRefused(wrong)
    return options


def mismatches(kind: type[BaseModel], error: ValidationError, at: str = "") -> list[Mismatch]:
    """Where `kind` was not given what it wants, and what that is; `at` is the pointer of the whole."""
    return [
        Mismatch(at + "".join(f"/{escaped(token)}" for token in found["loc"][:1]), "", _detail(kind, found))
        for found in error.errors(include_url=False)
    ]


def _detail(kind: type[BaseModel], found: ErrorDetails) -> str:
    if found["type"] == "extra_forbidden":
        return f"unknown; there is: {', '.join(sorted(kind.model_fields))}"
    if found["type"] == "missing":
        return "is missing"
    wanted = found["msg"].partition(",")[0].replace("Input should be", "expected")
    if found["type"] in {"model_type", "dict_type"}:
        wanted = "expected an object"
    return f"{wanted}, got {shown(found['input'])}"


def _version(text: str | None) -> int | None:
    try:
        return None if text is None else version_number(text)
    except NameRefused as error:
        raise OptionsRefused([_query("version", str(error))]) from None


def _alias(text: str | None) -> str | None:
    try:
        return None if text is None else alias_name(text)
    except NameRefused as error:
        raise OptionsRefused([_query("alias", str(error))]) from None


def _query(name: str, detail: str) -> Mismatch:
    return Mismatch(f"/query/{escaped(name)}", "", detail)
