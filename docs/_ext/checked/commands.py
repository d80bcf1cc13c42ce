"""Commands: what pages tell somebody to type, read by the parsers that would read it. Runs nothing."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator

from checked.blocks import Block
from reference.parsers import parser_of

TYPED = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S+ )?offbeat (.+)$", re.MULTILINE)
ENDS = {"|", "&", "&&", ";", ">", "<", "||"}
# Words of `offbeat train` that are read before its parser.
SPELLED = {"train": {"--from": "--warm-start", "--json": "--promote"}}


def typed(block: Block) -> Iterator[list[str]]:
    """The arguments of each `offbeat …` in a block of commands."""
    if block.info in ("sh", "console"):
        for found in TYPED.findall(block.code):
            words = shlex.split(found, comments=True)
            yield words[: next((place for place, word in enumerate(words) if word in ENDS), len(words))]


def refusal(arguments: list[str]) -> str:
    """What the parser says against it; nothing where it takes it."""
    verb, *rest = arguments
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.suppress(SystemExit):
        parser_of(verb).parse_args([SPELLED.get(verb, {}).get(word, word) for word in rest])
    return said.getvalue()
