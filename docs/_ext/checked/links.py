"""Links: where the pages of a built site lead, and what they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"src", "srcset", "poster", "data"}  # attributes by which a page asks for something
LINKED = {
    "stylesheet",
    "icon",
    "shortcut",
    "preload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "modulepreload",
}
IN_STYLE = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])((?:https?:)?//[^'\")\s]+)")


class Page(HTMLParser):
    """What a page can be led to, where it leads, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.leads: list[str] = []
        self.loads: list[str] = [*IN_STYLE.findall(text)]
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element says."""
        told = {name: value or "" for name, value in attrs}
        self.ids |= {told[name] for name in ("id", "name") if name in told}
        if tag == "a" and "href" in told:
            self.leads.append(told["href"])
        if tag == "link" and LINKED & {*told.get("rel", "").split()}:
            self.loads.append(told.get("href", ""))
        self.loads += [value for name, value in told.items() if name in LOADED and tag != "a"]


def faults(site: Path) -> Iterator[str]:
    """A line for each link that leads nowhere, and for each thing that is asked of another host."""
    for path in sorted(site.rglob("*.html")):
        page = _page(path)
        where = path.relative_to(site)
        yield from (f"{where}: {link} leads nowhere" for link in page.leads if not _leads(path, link))
        yield from (
            f"{where}: {asked} is asked of another host" for asked in page.loads if _is_elsewhere(asked)
        )
        yield from (f"{where}: {asked} is not there" for asked in page.loads if not _is_there(path, asked))
    for style in sorted(site.rglob("*.css")):
        found = IN_STYLE.findall(style.read_text())
        yield from (f"{style.relative_to(site)}: {asked} is asked of another host" for asked in found)


def _leads(path: Path, link: str) -> bool:
    """Whether a link is to a place of this site, or well formed and encrypted."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return parts.scheme == "mailto" or (
            parts.scheme == "https" and "." in parts.netloc and " " not in link
        )
    target = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
    if not target.is_file():
        return False
    return not parts.fragment or target.suffix != ".html" or unquote(parts.fragment) in _page(target).ids


def _is_elsewhere(asked: str) -> bool:
    return bool(urlsplit(asked).netloc)


def _is_there(path: Path, asked: str) -> bool:
    parts = urlsplit(asked)
    return (
        bool(parts.scheme or parts.netloc or not parts.path) or (path.parent / unquote(parts.path)).is_file()
    )


@cache
def _page(path: Path) -> Page:
    return Page(path.read_text())
