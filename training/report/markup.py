"""Pieces of HTML. All text that comes from data is escaped here, and nowhere else put into a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

Cells = Sequence[str]


def said(*sentences: str) -> str:
    """A paragraph."""
    return f"<p>{escape(' '.join(sentences))}</p>"


def drawing(svg: str, caption: str) -> str:
    """A figure; the caption says in words what is seen."""
    return f'<figure><div class="wide">{svg}</div><figcaption>{escape(caption)}</figcaption></figure>'


def table(head: Cells, rows: Iterable[Cells], *, caption: str, numbers: int = 0) -> str:
    """A table whose last `numbers` columns are aligned as numbers. Its first column heads the rows."""
    first = len(head) - numbers
    look = [' class="number"' if place >= first else "" for place in range(len(head))]
    top = "".join(f'<th scope="col"{each}>{escape(cell)}</th>' for each, cell in zip(look, head, strict=True))
    lines = []
    for row in rows:
        cells = [f"<td{each}>{escape(cell)}</td>" for each, cell in zip(look, row, strict=True)]
        cells[0] = f'<th scope="row">{escape(row[0])}</th>'
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f'<div class="wide"><table><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def tiles(told: Sequence[tuple[str, str, str]]) -> str:
    """Figures at a glance: what it is, its value, and what that means."""
    each = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd><dd class=small>{escape(meaning)}</dd></div>"
        for name, value, meaning in told
    )
    return f'<dl class="tiles">{each}</dl>'


def bar(share: float, *, kind: str = "") -> str:
    """A bar as wide as a share of the room."""
    return f'<span class="bar {escape(kind)}"><i style="width:{100 * min(max(share, 0), 1):.1f}%"></i></span>'


def percent(share: float) -> str:
    """`1.25 %`, as many digits as tell something."""
    return f"{100 * share:.3g} %"
