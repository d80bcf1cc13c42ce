"""`offbeat models`: look at a repository, check it, and say which version an alias serves. Knows no training and no HTTP."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType

from models.bundle import verify_bundle
from models.errors import ContractError
from models.names import CHAMPION
from models.repository import Reference, Repository, shipped
from models.scorer import Scorer
from models.summary import NOTHING, described, difference_table, differences, plain, table_of

PIPED_WIDTH = 160  # characters of a line where no terminal says how wide it is


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb found: for scripts, for people, and as an exit code."""

    document: dict[str, Any]
    shown: Sequence[RenderableType]
    code: int = 0


def main(arguments: Sequence[str]) -> int:
    """Run one verb: 0 done, 1 a version was refused. SystemExit 2 for wrong usage, ContractError for what cannot be."""
    options = _parser().parse_args(arguments)
    answer = VERBS[options.verb](Repository(options.repository, below=shipped()), options)
    if options.json:
        print(json.dumps(answer.document, allow_nan=False))
        return answer.code
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    console = Console(width=width, markup=False, emoji=False, highlight=False, soft_wrap=True)
    for each in answer.shown:
        console.print(plain(each) if isinstance(each, str) else each)
    return answer.code


def list_models(repository: Repository, options: argparse.Namespace) -> Answer:
    """List every model with its champion and its versions."""
    models = [_listed(repository, name) for name in repository.models()]
    columns = ["model", "champion", "variant", "features", "threshold", "versions", "other aliases"]
    rows = [_list_row(model) for model in models]
    shown = table_of(columns, rows) if rows else f"no model in {options.repository}"
    return Answer({"repository": str(options.repository), "models": models}, [shown])


def show(repository: Repository, options: argparse.Namespace) -> Answer:
    """Show features, threshold, rows, quality and aliases of one version."""
    reference = repository.find(options.model)
    manifest = repository.open(reference).manifest
    aliases = _aliases(repository, reference.model, reference.version)
    told = [f"{name} (generation {each['generation']}{_override(each)})" for name, each in aliases.items()]
    document = {**_identity(reference), "folder": str(reference.folder), "aliases": aliases}
    document |= manifest.model_dump(mode="json", exclude={"model", "files", "format"})
    head, *rest = described(_name(reference), reference.digest, manifest)
    return Answer(document, [head, f"aliases: {', '.join(told) or 'none'}", *rest])


def verify(repository: Repository, options: argparse.Namespace) -> Answer:
    """Open versions as the service would and re-score their golden records; all of a model, or all there are."""
    names = options.models or repository.models()
    found = [(each, _fault(each)) for name in names for each in _versions(repository, name)]
    refused = sum(fault is not None for _, fault in found)
    rows = [(_name(each), each.digest, fault or "as published") for each, fault in found]
    document = {
        "versions": [{**_identity(each), "fault": fault} for each, fault in found],
        "refused": refused,
    }
    summary = f"{len(found)} verified, {refused} refused"
    return Answer(document, [table_of(["version", "digest", "found"], rows), summary], int(refused > 0))


def copy(repository: Repository, options: argparse.Namespace) -> Answer:
    """Copy a version into another repository, byte by byte."""
    found = repository.copy(repository.find(options.model), Repository(options.target))
    return Answer(_identity(found), [f"{_name(found)} is in {options.target}"])


def promote(repository: Repository, options: argparse.Namespace) -> Answer:
    """Point an alias at a version, which is verified first."""
    reference = repository.find(options.model)
    Scorer(repository.open(reference))
    return _moved(repository.promote(reference.model, reference.version, options.alias))


def rollback(repository: Repository, options: argparse.Namespace) -> Answer:
    """Return an alias to what it was before its last change."""
    return _moved(repository.rollback(options.model, options.alias))


def diff(repository: Repository, options: argparse.Namespace) -> Answer:
    """Tell what differs between the manifests of two versions."""
    left, right = repository.find(options.left), repository.find(options.right)
    found = differences(repository.open(left).manifest, repository.open(right).manifest)
    rows = [{name: value for name, value in each._asdict().items() if value is not NOTHING} for each in found]
    document = {"left": _identity(left), "right": _identity(right), "differences": rows}
    names = _name(left), _name(right)
    return Answer(
        document, [difference_table(*names, found) if found else f"{names[0]} and {names[1]} are alike"]
    )


VERBS: dict[str, Callable[[Repository, argparse.Namespace], Answer]] = {
    "list": list_models,
    "show": show,
    "verify": verify,
    "copy": copy,
    "promote": promote,
    "rollback": rollback,
    "diff": diff,
}


def _parser() -> argparse.ArgumentParser:
    every = argparse.ArgumentParser(add_help=False)
    default = Path(os.environ.get("OFFBEAT_REPOSITORY", "var/repository"))
    every.add_argument(
        "--repository", type=Path, default=default, metavar="DIR", help=f"where models are ({default})"
    )
    every.add_argument("--json", action="store_true", help="print one JSON object")
    parser = argparse.ArgumentParser(prog="offbeat models", description="Look after the versions of models.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = {
        name: verbs.add_parser(name, parents=[every], help=verb.__doc__, description=verb.__doc__)
        for name, verb in VERBS.items()
    }
    found = "NAME, NAME@VERSION or NAME@ALIAS"
    add["verify"].add_argument(
        "models", nargs="*", metavar="MODEL", help="NAME for all its versions, or NAME@VERSION"
    )
    for name in ("show", "copy"):
        add[name].add_argument("model", metavar="MODEL", help=found)
    add["copy"].add_argument("target", type=Path, metavar="DIR", help="the other repository")
    add["promote"].add_argument(
        "model", type=_with_version, metavar="MODEL", help="NAME@VERSION or NAME@ALIAS"
    )
    add["rollback"].add_argument("model", metavar="NAME", help="a model's name")
    for name in ("promote", "rollback"):
        add[name].add_argument("--alias", default=CHAMPION, help=f"which alias to move ({CHAMPION})")
    for name in ("left", "right"):
        add["diff"].add_argument(name, metavar="MODEL", help=found)
    return parser


def _with_version(text: str) -> str:
    if "@" not in text:
        raise argparse.ArgumentTypeError(f"which version? such as {text}@3")
    return text


def _listed(repository: Repository, name: str) -> dict[str, Any]:
    """A model in a few words; `fault` where its journal or its champion cannot be read."""
    row: dict[str, Any] = {"model": name, "versions": [], "aliases": {}, "champion": None, "fault": None}
    try:
        state = repository.state(name)
        row["versions"] = sorted(state.versions)
        row["aliases"] = {alias: at.version for alias, at in state.aliases.items()}
        reference = repository.resolve(name)
        manifest = repository.open(reference).manifest
    except ContractError as error:
        return {**row, "fault": str(error)}
    threshold = manifest.threshold.overridden(reference.threshold).value
    champion = {
        "variant": manifest.variant,
        "features": len(manifest.columns.features),
        "threshold": threshold,
    }
    return {**row, "champion": champion}


def _list_row(model: dict[str, Any]) -> list[object]:
    champion = model["champion"] or {"variant": model["fault"]}
    others = [f"{name} {version}" for name, version in model["aliases"].items() if name != CHAMPION]
    told = [champion.get(name) for name in ("variant", "features", "threshold")]
    return [model["model"], model["aliases"].get(CHAMPION), *told, model["versions"], ", ".join(others)]


def _aliases(repository: Repository, model: str, version: int) -> dict[str, dict[str, Any]]:
    """The aliases that point at a version: since which generation, and the threshold they put in place of its own."""
    return {
        name: {"generation": at.generation, "threshold": at.threshold}
        for name, at in repository.state(model).aliases.items()
        if at.version == version
    }


def _override(alias: dict[str, Any]) -> str:
    return "" if alias["threshold"] is None else f", threshold {alias['threshold']:.6g}"


def _versions(repository: Repository, name: str) -> list[Reference]:
    if "@" in name:
        return [repository.find(name)]
    return [repository.resolve(name, version) for version in sorted(repository.state(name).versions)]


def _fault(reference: Reference) -> str | None:
    try:
        Scorer(verify_bundle(reference.folder, reference.digest))
    except ContractError as error:
        return str(error)
    return None


def _moved(found: Reference) -> Answer:
    document = {
        **_identity(found),
        "alias": found.alias,
        "generation": found.generation,
        "threshold": found.threshold,
    }
    override = "" if found.threshold is None else f", threshold {found.threshold:.6g}"
    return Answer(document, [f"{found.alias} of {found.model} is version {found.version}{override}"])


def _identity(reference: Reference) -> dict[str, Any]:
    return {"model": reference.model, "version": reference.version, "digest": reference.digest}


def _name(reference: Reference) -> str:
    return f"{reference.model}@{reference.version}"
