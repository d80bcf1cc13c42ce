"""Commands: every verb with its options, as its parser has them."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from offbeat.cli import VERBS
from reference.markdown import code, joined, plain, table
from reference.parsers import actions, below, parser_of

ROOT = f"{Path(__file__).parents[3]}/"
DEFAULT = re.compile(r" \(default: (.*)\)$", re.DOTALL)
NOTHING = {"None", "()", "False", "True"}
# What pydantic calls the kinds of value, for somebody who types one.
KINDS = {
    "str": "TEXT",
    "int": "N",
    "float": "NUMBER",
    "Path": "PATH",
    "PositiveInt": "N",
    "SecretStr": "TEXT",
}
LISTED = re.compile(r"tuple\[(.*),\.\.\.\]")


def written() -> str:
    """A section a verb."""
    return joined(section(f"offbeat {verb}", parser_of(verb), "##") for verb in VERBS)


def section(name: str, parser: argparse.ArgumentParser, level: str) -> str:
    """What a verb does, what it takes, and its own verbs below it."""
    rows = [_row(each) for each in actions(parser) if not isinstance(each, argparse._SubParsersAction)]
    inner = [section(f"{name} {verb}", each, f"{level}#") for verb, each in below(parser).items()]
    about = plain(parser.description or "")
    return joined([f"{level} {name}", about, table(["argument", "default", "what it does"], rows), *inner])


def _row(action: argparse.Action) -> tuple[str, str, str]:
    told = plain(action.help or "").replace(ROOT, "")
    found = DEFAULT.search(told)
    default = found[1] if found else _default(action, told)
    return _spelling(action), code("" if default in NOTHING else default), DEFAULT.sub("", told)


def _default(action: argparse.Action, told: str) -> str:
    """Where the help does not say it already."""
    known = action.default not in (None, argparse.SUPPRESS) and action.option_strings
    return str(action.default) if known and "default" not in told else ""


def _spelling(action: argparse.Action) -> str:
    """`-o, --output OUTPUT`, as it is typed."""
    value = _value(action)
    if not action.option_strings:
        return code(value)
    return code(f"{', '.join(action.option_strings)} {value}".rstrip())


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices is not None:
        return (
            "{" + ",".join(map(str, action.choices)) + "}"
            if action.option_strings
            else " ".join(action.choices)
        )
    name = action.metavar or action.dest.upper()
    listed = LISTED.fullmatch(str(name))
    kind = listed[1] if listed else str(name)
    return KINDS.get(kind, kind) + (",…" if listed else "")
