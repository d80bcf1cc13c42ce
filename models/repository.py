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

from models.bundle import Bundle, open_bundle, sync, write_bundle
from models.errors import (
    AliasNotFound,
    ContractError,
    ModelNotFound,
    NotPossible,
    ReadOnly,
    VersionNotFound,
)
from models.journal import ModelState, append, event, read_journal, replay
from models.manifest import Manifest
from models.names import alias_name, model_name, version_number
from models.threshold import checked

JOURNAL = "aliases.jsonl"
LOCK = ".lock"
STAGING = ".staging"
CHAMPION = "champion"
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
        here = {path.parent.name for path in self.root.glob(f"*/{JOURNAL}") if read_journal(path)}
        return sorted(here.union(self.below.models() if self.below else ()))

    def home(self, model: str) -> Repository:
        """The layer that holds a model. ModelNotFound lists what there is."""
        if read_journal(self._journal(model)):
            return self
        if self.below is None:
            raise ModelNotFound(model, self.models())
        try:
            return self.below.home(model)
        except ModelNotFound:
            raise ModelNotFound(model, self.models()) from None

    def state(self, model: str) -> ModelState:
        """Versions and aliases of a model, from its journal."""
        home = self.home(model)
        return replay(read_journal(home._journal(model)))

    def journal(self, model: str) -> Path:
        """Where the journal of a model is, so that a reader can see it change."""
        return self.home(model)._journal(model)

    def resolve(self, model: str, version: int | None = None, alias: str = CHAMPION) -> Reference:
        """The version asked for, or the one an alias points at. NotFound says what there is."""
        home = self.home(model)
        state = home.state(model)
        if version is not None:
            if version not in state.versions:
                raise VersionNotFound(model, version, sorted(state.versions))
            return Reference(model, version, state.versions[version], home.root / model / str(version))
        if alias not in state.aliases:
            raise AliasNotFound(model, alias, sorted(state.aliases))
        at = state.aliases[alias]
        folder = home.root / model / str(at.version)
        digest = state.versions[at.version]
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
        model = manifest.model
        with self._writing(model, new=True) as state:
            version = self._add(
                model, state, lambda into: write_bundle(into, files, manifest), promote=promote
            )
        return self.resolve(model, version)

    def copy(self, reference: Reference, target: Repository) -> Reference:
        """Bring a version into another repository byte by byte; its digest stays. A copy that is there is found again."""
        self.open(reference)
        with target._writing(reference.model, new=True) as state:
            there = [version for version, digest in state.versions.items() if digest == reference.digest]
            version = there[0] if there else target._add(reference.model, state, partial(_copied, reference))
        return target.resolve(reference.model, version)

    def promote(self, model: str, version: int, alias: str = CHAMPION) -> Reference:
        """Point an alias at a version; a threshold override does not come along."""
        alias_name(alias)
        self.open(self.resolve(model, version))
        with self._writing(model) as state:
            append(self._journal(model), state, [event("promoted", state, version, alias=alias)])
        return self.resolve(model, alias=alias)

    def rollback(self, model: str, alias: str = CHAMPION) -> Reference:
        """Return an alias to what it was before its last change. NotPossible when it never changed."""
        self.resolve(model, alias=alias)
        with self._writing(model) as state:
            before = state.aliases[alias].before
            if before is None:
                raise NotPossible(f"alias {alias!r} of model {model!r} has nothing to roll back to")
            fields = {"alias": alias, "threshold": before.threshold}
            append(self._journal(model), state, [event("rolled back", state, before.version, **fields)])
        return self.resolve(model, alias=alias)

    def set_threshold(self, model: str, value: float | None, alias: str = CHAMPION) -> Reference:
        """Override the threshold of an alias; None returns to the bundle's own."""
        version = self.resolve(model, alias=alias).version
        if value is not None:
            checked(value)
        with self._writing(model) as state:
            fields = {"alias": alias, "threshold": value}
            append(self._journal(model), state, [event("threshold", state, version, **fields)])
        return self.resolve(model, alias=alias)

    def _add(
        self, model: str, state: ModelState, fill: Callable[[Path], str], *, promote: bool = False
    ) -> int:
        """Fill a folder beside the versions, rename it into place, tell the journal. `fill` returns the digest."""
        home = self.root / model
        version = 1 + max(
            [0, *state.versions, *(int(path.name) for path in home.iterdir() if path.name.isdigit())]
        )
        staging, folder = home / f"{STAGING}-{version}", home / str(version)
        try:
            staging.mkdir()
            published = event("published", state, version, digest=fill(staging))
            staging.rename(folder)
            sync(home)
            champion = event("promoted", state, version, after=2, alias=CHAMPION)
            append(
                self._journal(model),
                state,
                [published, champion] if promote or not state.versions else [published],
            )
        except BaseException:
            for left in (staging, folder):
                shutil.rmtree(left, ignore_errors=True)
            raise
        return version

    @contextmanager
    def _writing(self, model: str, *, new: bool = False) -> Iterator[ModelState]:
        """The lock of a model and its state under that lock; turns what the disk refuses into ContractErrors."""
        if not new and self.home(model) is not self:
            raise ReadOnly(
                f"model {model!r} is shipped read-only; copy it first: offbeat models copy {model}@1 {self.root}"
            )
        try:
            folder = self.root / model_name(model)
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / LOCK).open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                for left in folder.glob(f"{STAGING}-*"):  # of a publisher that was killed
                    shutil.rmtree(left, ignore_errors=True)
                yield replay(read_journal(self._journal(model)))
        except OSError as error:
            raise self._explained(error) from error

    def _explained(self, error: OSError) -> ContractError:
        if error.errno in REFUSED_WRITES:
            return ReadOnly(f"the repository {self.root} is read-only here; {_owner(self.root)} may write it")
        return ContractError(f"cannot write to {self.root}: {error.strerror}; nothing was changed")

    def _journal(self, model: str) -> Path:
        return self.root / model_name(model) / JOURNAL


def shipped() -> Repository:
    """The models that come with offbeat, read-only."""
    return Repository(Path(__file__).parent / "shipped")


def _copied(reference: Reference, into: Path) -> str:
    """Copy a version's files, check what arrived, sync it."""
    shutil.copytree(reference.folder, into, dirs_exist_ok=True)
    digest = open_bundle(into, reference.digest).digest
    for path in into.iterdir():
        sync(path)
    sync(into)
    return digest


def _owner(path: Path) -> str:
    try:
        return f"its owner {path.owner()!r}"
    except (KeyError, OSError):
        return "its owner"
