"""Reference pages from the code: what stands between `<!-- generated: NAME -->` and `<!-- /generated -->` is written anew
whenever the site is built. Knows no words of its own; each generator is a file beside this one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from reference import bundle, commands, metrics, python, routes, settings
from training.variants import VARIANTS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

GENERATORS: dict[str, Callable[[], str]] = {
    "bundle": bundle.written,
    "client": python.client,
    "commands": commands.written,
    "decisions": lambda: pages(["0*"]),
    "metrics": metrics.written,
    "operators": bundle.operators,
    "routes": routes.written,
    "settings": settings.written,
    "variants": lambda: pages(sorted(VARIANTS)),
}
REGION = re.compile(r"(<!-- generated: (\w+) -->).*?(<!-- /generated -->)", re.DOTALL)


def pages(below: Sequence[str]) -> str:
    """The pages below a page that is also read where no site is built."""
    names = "\n".join(below)
    return f"```{{toctree}}\n:hidden:\n:glob:\n\n{names}\n```"


def filled(text: str) -> str:
    """A page with each of its regions as the code has it now. KeyError for a region that nobody writes."""
    return REGION.sub(lambda found: f"{found[1]}\n\n{GENERATORS[found[2]]()}\n\n{found[3]}", text)


def _fill(_app: Sphinx, _page: str, source: list[str]) -> None:
    source[0] = filled(source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("source-read", _fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
