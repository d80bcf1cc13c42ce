"""Blocks: the fenced code of a page, in order. Knows not how it is run."""

from __future__ import annotations

import re
from typing import NamedTuple

FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
RUN = ("sh", "python")
OUTPUT = "text"
GAP = "…"


class Block(NamedTuple):
    """What a fence says it is, what stands in it, and the line it begins at."""

    info: str
    code: str
    line: int

    @property
    def runs(self) -> bool:
        """Whether a reader can type it here."""
        return self.info in RUN

    @property
    def serves(self) -> bool:
        """Whether it starts a service, which goes on while the reader goes on."""
        return self.info == "sh" and re.search(r"^\S*\s*offbeat serve\b", self.code, re.MULTILINE) is not None


def blocks_of(page: str) -> list[Block]:
    """Every fence of a page but directives."""
    fences = FENCE.finditer(page)
    found = (Block(each[1], each[2], page.count("\n", 0, each.start()) + 1) for each in fences)
    return [block for block in found if not block.info.startswith("{")]


def prints(block: Block, printed: str) -> bool:
    """Whether what was printed has what a block of output shows, with anything in place of each ellipsis."""
    shown = ".*?".join(re.escape(part) for part in _squeezed(block.code).split(GAP))
    return re.search(shown, _squeezed(printed), re.DOTALL) is not None


def _squeezed(text: str) -> str:
    """Without what nobody sees: blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
