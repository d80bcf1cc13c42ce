"""AutoencoderDetector: training and scoring in scikit-learn's habits, from arrays and DataFrames. Records only; no files.

What scores is the exported graph in ONNX Runtime, so `predict` here says what the service would say of the same record.
scikit-learn reads parameters from the signature and wants each kept under its name, which is why `__init__` is as long as it is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, OutlierMixin, TransformerMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from models.bundle import digest_of
from models.explanation import Value
from models.formats import FORMATS
from models.judgement import Judgement, judge
from models.names import model_name
from models.repository import Reference, Repository
from models.scorer import Scorer
from models.table import Table
from training.config import TrainingConfig
from training.dataframes import check_names, columns_of, is_dataframe, like, table_of
from training.pipeline import make
from training.progress import Quiet
from training.results import Source
from training.steps.publish import publish
from training.steps.split import LEAST_ROWS
from training.value_errors import as_value_error

IN_MEMORY = "memory"  # stands where a file's name would; a model gets its name when it is saved
MOST_SEED = 2**31 - 1
INLIER, OUTLIER = 1, -1
Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


class AutoencoderDetector(ClassNamePrefixFeaturesOutMixin, TransformerMixin, OutlierMixin, BaseEstimator):  # type: ignore[misc]
    """Learns what normal records look like and flags those it cannot rebuild.

    Every parameter is a setting of `offbeat train` with the same name, meaning and default, but for `random_state`, which
    is its `seed`, and `test`, which is 0 here: nothing is held back to measure the model on. They are checked by `fit`.

    `X` is a 2-D array of numbers or a DataFrame (pandas, polars), whose columns keep their names; columns of text are
    categories, one named like a time puts the rows in order, one named like a label marks known anomalies, which are not
    learned. Missing values (NaN, None) are imputed in training and in scoring. At least 20 records are needed. The
    threshold comes from them, each judged by what did not learn from it; `predict` of the very same records remembers them. A record without any value is nobody's normal: its scores are NaN
    and its prediction is -1.

    >>> import numpy as np
    >>> chance = np.random.default_rng(0)
    >>> load = chance.uniform(20, 80, 500)
    >>> X = np.column_stack([load, 0.5 * load, 100 - load]) + chance.normal(0, 1, (500, 3))
    >>> detector = AutoencoderDetector(code_size=1, fpr=0.05).fit(X)
    >>> new = [[50, 25, 50], [50, 60, 50], [float("nan"), 25, 50]]  # the second breaks the pattern, the third lacks a value
    >>> detector.predict(new)
    array([ 1, -1,  1])
    >>> detector.anomaly_score(new) > 1
    array([False,  True, False])
    >>> bool(20 < detector.reconstruct(new)[1, 1] < 40)
    True

    To serve what was fitted: `detector.save("var/repository", "pump")`, then `offbeat serve`.

    Attributes: `scorer_` (the exported model, as it is served), `offset_` (-1), `n_features_in_`, and
    `feature_names_in_` after a DataFrame.
    """

    def __init__(  # noqa: PLR0913  # scikit-learn wants every parameter named here
        self,
        variant: str | None = None,
        *,
        head: str | None = None,
        preset: str | None = None,
        budget: float | str | None = None,
        condition: tuple[str, ...] = (),
        categorical: tuple[str, ...] = (),
        passthrough: tuple[str, ...] = (),
        code_size: int | None = None,
        depth: int = 2,
        widths: tuple[int, ...] = (),
        activation: str = "gelu",
        loss: str = "auto",
        scaling: str = "auto",
        noise: float | None = None,
        mask: float | None = None,
        members: int = 3,
        penalty: float | None = None,
        epochs: int | None = None,
        patience: int | None = None,
        batch_size: int = 256,
        learning_rate: float = 0.01,
        validation: float | None = None,
        calibration: float | None = None,
        private: bool = False,
        test: float = 0.0,
        quantile: float | None = None,
        fpr: float | None = None,
        robust: float | None = None,
        random_state: int | np.random.RandomState | None = 7,
        threads: int = 1,
    ) -> None:
        self.variant = variant
        self.head = head
        self.preset = preset
        self.budget = budget
        self.condition = condition
        self.categorical = categorical
        self.passthrough = passthrough
        self.code_size = code_size
        self.depth = depth
        self.widths = widths
        self.activation = activation
        self.loss = loss
        self.scaling = scaling
        self.noise = noise
        self.mask = mask
        self.members = members
        self.penalty = penalty
        self.epochs = epochs
        self.patience = patience
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.validation = validation
        self.calibration = calibration
        self.private = private
        self.test = test
        self.quantile = quantile
        self.fpr = fpr
        self.robust = robust
        self.random_state = random_state
        self.threads = threads

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: ANN401, ARG002, N803
        """Learn from normal records; `y` is ignored. ValueError says what is wrong with them, or with a parameter."""
        if hasattr(self, "offset_"):  # should this fit be refused, the one before no longer fits the columns
            delattr(self, "offset_")
        with as_value_error():
            table = self._table(X, fitting=True)
            digest = digest_of(FORMATS["json"].write(table))
            made = make(Source(IN_MEMORY, digest, table), self._config(), Quiet())
            self.bundle_, self.extras_ = made.bundle, made.extras
            self.scorer_ = Scorer(self.bundle_, threads=self.threads)
        self.offset_ = -1.0
        return self

    def anomaly_score(self, X: Any) -> Vector:  # noqa: ANN401, N803
        """Score over threshold: strictly above 1 is an anomaly. (rows,), NaN for a record without a verdict."""
        return self._judged(X).anomaly_score

    def score_samples(self, X: Any) -> Vector:  # noqa: ANN401, N803
        """How normal each record is, higher is more normal: minus the anomaly score. (rows,)."""
        return -self.anomaly_score(X)

    def decision_function(self, X: Any) -> Vector:  # noqa: ANN401, N803
        """1 - anomaly score: 0 and above is normal. (rows,)."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> NDArray[np.int64]:  # noqa: ANN401, N803
        """1 for normal records, -1 for anomalies and for records without a verdict. (rows,)."""
        return np.where(self.decision_function(X) >= 0, INLIER, OUTLIER)

    def transform(self, X: Any) -> Matrix:  # noqa: ANN401, N803
        """The latent of each record. (rows, latent size)."""
        return self._judged(X).latent

    def reconstruct(self, X: Any) -> Any:  # noqa: ANN401, N803
        """Each record as the model expects it, in its own units: an array for an array, a DataFrame for a DataFrame.

        Of a DataFrame only the features: times, labels and passthrough columns are not expected to be anything.
        """
        judged = self._judged(X)
        known = [reason is None for reason in judged.reasons]
        rows = [judged.expected(row) if there else {} for row, there in enumerate(known)]
        names = [name for name in self._names if name in judged.columns.names]
        columns: dict[str, list[Value]] = {name: [row.get(name) for row in rows] for name in names}
        return like(X, columns)

    def save(self, repository: Repository | Path | str, name: str, *, promote: bool = False) -> Reference:
        """Publish what was fitted as the next version of model `name`, ready to be served.

        The first version of a model becomes its champion, a later one with `promote`.
        """
        check_is_fitted(self)
        home = repository if isinstance(repository, Repository) else Repository(Path(repository))
        with as_value_error():
            manifest = self.bundle_.manifest.model_copy(update={"model": model_name(name)})
            bundle = replace(self.bundle_, manifest=manifest)
            return publish(home, bundle, self.extras_, promote=promote)

    @property
    def _names(self) -> list[str]:
        """Columns in the order they were fitted; those of an array as scikit-learn names them."""
        names = getattr(self, "feature_names_in_", None)
        return [f"x{place}" for place in range(self.n_features_in_)] if names is None else list(names)

    @property
    def _n_features_out(self) -> int:
        return self.bundle_.manifest.latent_size

    def _judged(self, X: Any) -> Judgement:  # noqa: ANN401, N803
        check_is_fitted(self)
        with as_value_error():
            return judge(self.scorer_, self._table(X, fitting=False))

    def _table(self, X: Any, *, fitting: bool) -> Table:  # noqa: ANN401, N803
        """The records; of a DataFrame by their columns' names in any order, of an array by their place."""
        if is_dataframe(X) and (fitting or hasattr(self, "feature_names_in_")):
            columns = columns_of(X)
            self._name(columns) if fitting else check_names(
                columns, self.feature_names_in_, type(self).__name__
            )
            return table_of(columns, self.categorical)
        array = validate_data(self, X, reset=fitting, dtype=np.float64, ensure_all_finite=False)
        if fitting and len(array) < LEAST_ROWS:
            raise ValueError(
                f"X has {len(array)} sample(s) of {array.shape[1]} feature(s); at least {LEAST_ROWS} samples are needed"
            )
        return table_of(dict(zip(self._names, array.T.tolist(), strict=True)), self.categorical)

    def _name(self, columns: Collection[str]) -> None:
        self.feature_names_in_ = np.array([*columns], dtype=object)
        self.n_features_in_ = len(columns)

    def _config(self) -> TrainingConfig:
        told = {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in self.get_params().items()
        }
        state = told.pop("random_state")
        seed = state if isinstance(state, int) else int(check_random_state(state).randint(MOST_SEED))
        return TrainingConfig.model_validate({**told, "seed": seed, "data": Path(IN_MEMORY)})

    def __sklearn_is_fitted__(self) -> bool:
        """Whether the last fit was finished."""
        return hasattr(self, "offset_")

    def __sklearn_tags__(self) -> Tags:
        """Missing values are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Without the ONNX Runtime session, which is made again from the bundle."""
        return {name: value for name, value in super().__getstate__().items() if name != "scorer_"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """As it was."""
        super().__setstate__(state)
        if "bundle_" in state:
            self.scorer_ = Scorer(self.bundle_, threads=self.threads)
