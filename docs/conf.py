"""The documentation site; `make docs` builds it. Reference pages are made from the code, see _ext/reference."""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS / "_ext"), str(DOCS.parent)]

from offbeat import __version__  # noqa: E402

project = "offbeat"
author = "the authors of offbeat"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "reference"]
exclude_patterns = ["_ext"]
nitpicky = True
highlight_language = "text"
smartquotes = False  # two dashes are two dashes
default_role = "code"  # docstrings put code between single backticks

myst_heading_anchors = 4
myst_links_external_new_tab = False

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_type_aliases = {"Records": "Records", "Reading": "Reading", "Frame": "Frame"}
# Only what the client's pages tell of is led to: there is no network while building, and the rest is nobody's to use.
nitpick_ignore_regex = [("py:.*", r"(?!offbeat\.client\.[A-Z]).*")]

html_theme = "furo"
html_title = f"offbeat {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
