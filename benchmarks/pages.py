"""Write what was measured between the marks of a page, `<!-- NAME -->` and `<!-- /NAME -->`. Measures nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path


def fill(folder: Path, captions: Mapping[str, str], tables: Mapping[str, str]) -> None:
    """`caption` and `measured` of every page there is; a page without the mark stays as it is."""
    for mark, found in (("caption", captions), ("measured", tables)):
        for name, text in found.items():
            page = folder / f"{name}.md"
            if page.exists():
                page.write_text(filled(page.read_text(), mark, text))


def filled(page: str, mark: str, text: str) -> str:
    """The page with this text between the two marks."""
    between = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.DOTALL)
    return between.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page)
