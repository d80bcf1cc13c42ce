"""Markdown: tables and code, with what would break them escaped. Knows nothing of what it writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing at all without rows."""
    lines = [_line(row) for row in rows]
    return "\n".join([_line(header), _line(["---"] * len(header)), *lines]) if lines else ""


def code(text: object) -> str:
    """Text as it is typed; nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def plain(text: str) -> str:
    """Text that is no markup, on one line."""
    return " ".join(text.split()).replace("<", "&lt;")


def joined(parts: Iterable[str]) -> str:
    """Paragraphs; what is empty is left out."""
    return "\n\n".join(part for part in parts if part)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
