"""The page: every section that has something to say, in one file that asks nobody for anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from training.report.sections import SECTIONS
from training.report.shown import Shown

# No script, no request: whatever a column is named, it cannot become either.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(shown: Shown) -> str:
    """HTML of a report."""
    sections = {title: body for title, make in SECTIONS.items() if (body := make(shown))}
    style = files("training.report").joinpath("style.css").read_text()
    title = f"{shown.name}: training report"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body>",
            f"<header><h1>{escape(title)}</h1>{_nav(list(sections))}</header><main>",
            *_written(sections),
            "</main></body></html>",
            "",
        ]
    )


def _written(sections: dict[str, str]) -> Iterator[str]:
    for title, body in sections.items():
        yield f'<section aria-labelledby="{_anchor(title)}"><h2 id="{_anchor(title)}">{escape(title)}</h2>{body}</section>'


def _nav(titles: list[str]) -> str:
    links = "".join(f'<li><a href="#{_anchor(title)}">{escape(title)}</a></li>' for title in titles)
    return f'<nav aria-label="Sections"><ul>{links}</ul></nav>'


def _anchor(title: str) -> str:
    return re.sub(r"\W+", "-", title.lower())
