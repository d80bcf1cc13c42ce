"""Tables in Markdown. Knows nothing of what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def names(values: Iterable[str]) -> list[str]:
    """Each once, in order of appearance."""
    return list(dict.fromkeys(values))


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """A table, its columns aligned."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    rule = " | ".join("-" * width for width in widths)
    return "\n".join(f"| {row} |" for row in [rows[0], rule, *rows[1:]])
