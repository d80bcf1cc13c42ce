"""Repository: models, versions and aliases on disk. A version is immutable; what changes is in the alias journal."""

from __future__ import annotations

import errno
import fcntl
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from models.bundle import Bundle, copy_bundle, open_bundle, sync, write_bundle
from models.errors import (
    AliasNotFound,
    ContractError,
    ModelNotFound,
    NotPossible,
    ReadOnly,
    VersionNotFound,
)
from models.journal import AliasState, Change, ModelState, append, has_events, read_journal, replay
from models.manifest import Manifest
from models.names import CHAMPION, alias_name, is_model_name, model_name, version_number
from models.threshold import checked

JOURNAL = "aliases.jsonl"
LOCK = ".lock"
STAGING = ".staging"
REFUSED_WRITES = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True)
class Reference:
    """One version, found. `generation` and `threshold` are the alias's; both None when a version was asked for."""

    model: str
    version: int
    digest: str
    folder: Path
    alias: str | None = None
    generation: int | None = None
    threshold: float | None = None


class Repository:
    """`root/MODEL/VERSION/…` and `root/MODEL/aliases.jsonl`; `below` is a read-only layer for models not in `root`."""

    def __init__(self, root: Path, below: Repository | None = None) -> None:
        self.root = root
        self.below = below

    def models(self) -> list[str]:
        """Names of all models with a published version, this layer's and the one below."""
        here = {path.parent.name for path in self.root.glob(f"*/{JOURNAL}") if has_events(path)}
        return sorted({*filter(is_model_name, here), *(self.below.models() if self.below else ())})

    def home(self, model: str) -> Repository:
        """The layer that holds a model. ModelNotFound lists what there is."""
        if has_events(journal_path(self.root, model)):
            return self
        if self.below is None:
            raise ModelNotFound(model, self.models())
        try:
            return self.below.home(model)
        except ModelNotFound:
            raise ModelNotFound(model, self.models()) from None

    def state(self, model: str) -> ModelState:
        """Versions and aliases of a model, from its journal."""
        return _state(self.home(model).root, model)

    def journal(self, model: str) -> Path:
        """Where the journal of a model is, so that a reader can see it change."""
        return journal_path(self.home(model).root, model)

    def resolve(self, model: str, version: int | None = None, alias: str = CHAMPION) -> Reference:
        """The version asked for, or the one an alias points at. NotFound says what there is."""
        root = self.home(model).root
        state = _state(root, model)
        if version is not None:
            if version not in state.versions:
                raise VersionNotFound(model, version, sorted(state.versions))
            return Reference(model, version, state.versions[version], root / model / str(version))
        at = _at(state, model, alias)
        folder, digest = root / model / str(at.version), state.versions[at.version]
        return Reference(model, at.version, digest, folder, alias, at.generation, at.threshold)

    def find(self, text: str) -> Reference:
        """The version a person means by NAME, NAME@VERSION or NAME@ALIAS."""
        model, _, at = text.partition("@")
        if at.isdigit():
            return self.resolve(model_name(model), version_number(at))
        return self.resolve(model_name(model), alias=alias_name(at or CHAMPION))

    def open(self, reference: Reference) -> Bundle:
        """The bundle, its bytes checked against the journal's digest."""
        return open_bundle(reference.folder, reference.digest)

    def publish(self, manifest: Manifest, files: Mapping[str, bytes], *, promote: bool = False) -> Reference:
        """Add a version whole or not at all. The first becomes champion; later ones with `promote`."""

        def fill(folder: Path) -> str:
            digest = write_bundle(folder, files, manifest)
            return open_bundle(folder, digest).digest

        with self._writing(manifest.model, new=True) as state:
            version = self._add(manifest.model, state, fill, promote=promote)
        return self.resolve(manifest.model, version)

    def copy(self, reference: Reference, target: Repository) -> Reference:
        """Bring a version into another repository byte by byte; its digest stays. A copy that is there is found again."""
        self.open(reference)
        with target._writing(reference.model, new=True) as state:
            there = [version for version, digest in state.versions.items() if digest == reference.digest]
            fill = partial(copy_bundle, reference.folder, digest=reference.digest)
            version = there[0] if there else target._add(reference.model, state, fill)
        return target.resolve(reference.model, version)

    def promote(self, model: str, version: int, alias: str = CHAMPION) -> Reference:
        """Point an alias at a version; a threshold override does not come along."""
        alias_name(alias)
        self.open(self.resolve(model, version))
        with self._writing(model) as state:
            self._append(model, state, Change("promoted", version, alias=alias))
        return self.resolve(model, alias=alias)

    def rollback(self, model: str, alias: str = CHAMPION) -> Reference:
        """Return an alias to what it was before its last change. NotPossible when it never changed."""
        with self._writing(model) as state:
            before = _at(state, model, alias).before
            if before is None:
                raise NotPossible(f"alias {alias!r} of model {model!r} has nothing to roll back to")
            change = Change("rolled back", before.version, alias=alias, threshold=before.threshold)
            self._append(model, state, change)
        return self.resolve(model, alias=alias)

    def set_threshold(self, model: str, value: float | None, alias: str = CHAMPION) -> Reference:
        """Override the threshold of an alias; None returns to the bundle's own."""
        if value is not None:
            checked(value)
        with self._writing(model) as state:
            version = _at(state, model, alias).version
            self._append(model, state, Change("threshold", version, alias=alias, threshold=value))
        return self.resolve(model, alias=alias)

    def _add(
        self, model: str, state: ModelState, fill: Callable[[Path], str], *, promote: bool = False
    ) -> int:
        """Fill a folder beside the versions, rename it into place, tell the journal. `fill` returns the digest."""
        home = self.root / model
        # A folder the journal does not know is what a killed publisher left; its number is not used again.
        folders = [int(path.name) for path in home.iterdir() if path.name.isdecimal()]
        version = 1 + max([0, *state.versions, *folders])
        staging, folder = home / f"{STAGING}-{version}", home / str(version)
        try:
            staging.mkdir()
            changes = [Change("published", version, digest=fill(staging))]
            if promote or CHAMPION not in state.aliases:
                changes.append(Change("promoted", version, alias=CHAMPION))
            staging.rename(folder)
            sync(home)
            self._append(model, state, *changes)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            # Stopped just after the journal was told, the version is published.
            if version not in _state(self.root, model).versions:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        return version

    def _append(self, model: str, state: ModelState, *changes: Change) -> None:
        append(journal_path(self.root, model), state, changes)

    @contextmanager
    def _writing(self, model: str, *, new: bool = False) -> Iterator[ModelState]:
        """The lock of a model and its state under that lock; turns what the disk refuses into ContractErrors."""
        if not new and self.home(model) is not self:
            raise ReadOnly(
                f"model {model!r} is shipped read-only; copy it first: offbeat models copy {model}@1 {self.root}"
            )
        try:
            folder = self.root / model_name(model)
            if not folder.exists():
                folder.mkdir(parents=True, exist_ok=True)
                sync(self.root)
            with (folder / LOCK).open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                for left in folder.glob(f"{STAGING}-*"):  # of a publisher that was killed
                    shutil.rmtree(left, ignore_errors=True)
                yield _state(self.root, model)
        except OSError as error:
            raise self._explained(error) from error

    def _explained(self, error: OSError) -> ContractError:
        if error.errno in REFUSED_WRITES:
            return ReadOnly(f"the repository {self.root} is read-only here; {_owner(self.root)} may write it")
        return ContractError(f"cannot write to {self.root}: {error.strerror}; nothing was changed")


def journal_path(root: Path, model: str) -> Path:
    """Where the journal of a model is, if it is in this folder."""
    return root / model_name(model) / JOURNAL


def shipped() -> Repository:
    """The models that come with offbeat, read-only."""
    return Repository(Path(__file__).parent / "shipped")


def _state(root: Path, model: str) -> ModelState:
    return replay(read_journal(journal_path(root, model)))


def _at(state: ModelState, model: str, alias: str) -> AliasState:
    if alias not in state.aliases:
        raise AliasNotFound(model, alias, sorted(state.aliases))
    return state.aliases[alias]


def _owner(path: Path) -> str:
    try:
        return f"its owner {path.owner()!r}"
    except (KeyError, OSError):
        return "its owner"
