"""Documents: whole replies. Typed dictionaries, as the service sent them, that can be plotted; drawing itself is not here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from offbeat.client.replies import Result, Results, Value
from offbeat.client.tables import Records, table_of
from offbeat.client.tables.arrow import has

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from offbeat.client.plots.along import X

Key = TypeVar("Key", bound=str)
Found = TypeVar("Found")


class Document(dict[str, Any], Generic[Key, Found]):
    """`model`, `version`, `digest`, `generation` say which version answered; what it found is below `Key`.

    `generation` is None when the version was asked for by its number.
    """

    # As of any typed dictionary, a key that is not there is an error when types are checked.
    @overload  # type: ignore[override]
    def __getitem__(self, key: Literal["model", "digest"]) -> str: ...
    @overload
    def __getitem__(self, key: Literal["version"]) -> int: ...
    @overload
    def __getitem__(self, key: Literal["generation"]) -> int | None: ...
    @overload
    def __getitem__(self: Document[Literal["results"], Any], key: Literal["threshold"]) -> float: ...
    @overload
    def __getitem__(self: Document[Literal["results"], Any], key: Literal["threshold_method"]) -> str: ...
    @overload
    def __getitem__(
        self: Document[Literal["embeddings"], Any] | Document[Literal["records"], Any],
        key: Literal["reasons"],
    ) -> list[str | None]: ...
    @overload
    def __getitem__(self, key: Key) -> Found: ...
    def __getitem__(self, key: str) -> Any:
        """What stands below a key."""
        return super().__getitem__(key)

    @property
    def _source(self) -> str:
        return f"{self['model']}@{self['version']}"


class Scored(Document[Literal["results"], Found]):
    """By which `threshold` the verdicts were found, and by which `threshold_method` that was set."""

    def plot(self, x: X = None) -> Figure:
        """Anomaly scores along the records, the anomalies in red; below, what made the strangest strange.

        `x` is a number or a time for each record, or the name of a column that the reply echoes; unless told, an echoed column
        of times, else the records' numbers. A notebook shows the picture; `savefig` writes it. Needs matplotlib.
        """
        _needs_matplotlib()
        from offbeat.client.plots.scores import Judged, scores  # noqa: PLC0415  # optional

        field = self._field
        columns = _columns(field("passthrough"))
        judged = Judged(
            self._source, field("anomaly_score"), field("verdict"), field("contributions"), columns
        )
        return scores(judged, x)

    def _field(self, name: str) -> list[Any]:
        raise NotImplementedError


class ScoreReply(Scored[list[Result]]):
    """`results`: a result for each record, in the order they were sent.

    `threshold` and `threshold_method` say how the verdicts were found; `model`, `version`, `digest`, `generation` by whom.
    """

    def _field(self, name: str) -> list[Any]:
        return [result.get(name) for result in self["results"]]


class ColumnsReply(Scored[Results]):
    """The same with `results` an array a field: cheaper for many records."""

    def _field(self, name: str) -> list[Any]:
        found: list[Any] = self["results"].get(name, [])  # type: ignore[assignment]
        return found


class EmbedReply(Document[Literal["embeddings"], list[list[float] | None]]):
    """`embeddings`: one for each record, None where it cannot be judged; `reasons` say why.

    `model`, `version`, `digest`, `generation` say whose they are.
    """

    def plot(self) -> Figure:
        """A dot for each embedding, along the two directions in which they spread most. Needs matplotlib."""
        _needs_matplotlib()
        from offbeat.client.plots.plane import plane  # noqa: PLC0415  # optional

        return plane(self._source, self["embeddings"])


class ReconstructReply(Document[Literal["records"], list[dict[str, Value] | None]]):
    """`records`: each as the model would have it, None where it cannot be judged; `reasons` say why.

    `model`, `version`, `digest`, `generation` say which model that is.
    """

    def plot(
        self,
        records: Records,
        *,
        features: Sequence[str] | None = None,
        show: Sequence[str] | None = None,
        x: X = None,
    ) -> Figure:
        """The `records` that were sent and what was expected, a chart for each feature to `show`; unless told, four.

        `features` name the columns of an array; `x` is as in a reply of scores, where columns are those of the records.
        """
        _needs_matplotlib()
        from offbeat.client.plots.rebuilt import rebuilt  # noqa: PLC0415  # optional

        return rebuilt(self._source, table_of(records, features).columns(), self["records"], show, x)


def _needs_matplotlib() -> None:
    if not has("matplotlib"):
        raise ModuleNotFoundError(
            "plot() draws with matplotlib: pip install 'offbeat[plot]'", name="matplotlib"
        )


def _columns(records: Sequence[Mapping[str, Any] | None]) -> dict[str, list[Any]]:
    """Records as columns; a record that has none of them has None."""
    names = next((list(each) for each in records if each), [])
    return {name: [(each or {}).get(name) for each in records] for name in names}
