"""Parsers: the argument parser a verb really uses, caught at the moment it is asked for its help."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from offbeat.cli import main


class _Asked(BaseException):
    """Nobody on the way shall handle it."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.parser = parser


def parser_of(verb: str) -> argparse.ArgumentParser:
    """What reads the arguments of `offbeat VERB`."""
    with _undisturbed():
        try:
            main([verb, "--help"])
        except _Asked as asked:
            return asked.parser
    raise LookupError(f"offbeat {verb} --help asks no parser")


def actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Everything that its help tells of but the help itself, in that order."""
    told = (each for each in parser._actions if each.help != argparse.SUPPRESS)
    return (each for each in told if not isinstance(each, argparse._HelpAction))


def below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Its own verbs, where it has any."""
    found = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ask for help in an environment without settings of ours, and catch who would give it."""
    ours = [name for name in os.environ if name.startswith("OFFBEAT_")]

    def caught(parser: argparse.ArgumentParser, _file: object = None) -> None:
        raise _Asked(parser)

    with mock.patch.dict(os.environ), mock.patch.object(argparse.ArgumentParser, "print_help", caught):
        for name in ours:
            del os.environ[name]
        yield
