"""The built site: every link leads somewhere, and no page asks another host for anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from checked.links import faults

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SITE = ROOT / "build" / "docs"
PARTS = ("tutorial", "how-to", "reference", "explanation")
FLAGS = ["--fail-on-warning", "--keep-going", "--nitpicky", "-q"]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A site of one page that is in order."""
    (tmp_path / "conf.py").write_text('extensions = ["myst_parser"]\nmyst_heading_anchors = 2\n')
    (tmp_path / "index.md").write_text("# A page\n\n[here](#a-page)\n")
    return tmp_path


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", *FLAGS, "-b", "html", str(folder), str(folder / "out")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_link_leads_somewhere_and_nothing_is_asked_of_others() -> None:
    assert (SITE / "index.html").exists(), "make docs builds the site before it tests it"

    assert list(faults(SITE)) == []


def test_every_page_is_in_the_site_and_in_a_part_of_it() -> None:
    pages = [page.relative_to(DOCS).with_suffix(".html") for page in DOCS.rglob("*.md")]

    assert [page for page in pages if not (SITE / page).exists()] == []
    assert all((SITE / part / "index.html").exists() for part in PARTS)


def test_no_script_of_the_site_names_another_host() -> None:
    scripts = [path for path in SITE.rglob("*.js") if path.name not in ("searchindex.js",)]

    assert scripts
    assert [path.name for path in scripts if calls_out(path.read_text())] == []


def calls_out(script: str) -> bool:
    return any(
        f"{how}http" in script.replace("'", '"') for how in ('fetch("', 'src="', 'import("', 'open("GET","')
    )


def test_a_script_that_calls_out_is_noticed() -> None:
    assert calls_out("fetch('https://example.org/fonts')")


def test_the_small_site_is_built(small: Path) -> None:
    done = build(small)

    assert done.returncode == 0, done.stderr
    assert list(faults(small / "out")) == []


@pytest.mark.parametrize(
    "link",
    ["[a](nowhere.md)", "[a](#nowhere)", "[a](index.md#nowhere)", "{ref}`nowhere`", "![a](nowhere.png)"],
)
def test_a_broken_link_ends_the_build(small: Path, link: str) -> None:
    (small / "index.md").write_text(f"# A page\n\n{link}\n")

    assert build(small).returncode != 0


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ('<a href="gone.html">a</a>', "gone.html leads nowhere"),
        ('<a href="#gone">a</a>', "#gone leads nowhere"),
        ('<a href="http://example.org/">a</a>', "http://example.org/ leads nowhere"),
        ('<a href="https://example">a</a>', "https://example leads nowhere"),
        ('<img src="gone.png">', "gone.png is not there"),
        ('<img src="https://example.org/a.png">', "https://example.org/a.png is asked of another host"),
        ('<script src="//example.org/a.js"></script>', "//example.org/a.js is asked of another host"),
        ('<link rel="stylesheet" href="https://example.org/a.css">', "https://example.org/a.css is asked"),
        ("<style>@import 'https://example.org/a.css'</style>", "https://example.org/a.css is asked"),
    ],
)
def test_what_is_wrong_in_a_built_page_is_noticed(tmp_path: Path, written: str, fault: str) -> None:
    (tmp_path / "index.html").write_text(f'<a href="https://example.org/">fine</a><p id="here">{written}</p>')

    (found,) = faults(tmp_path)

    assert fault in found


def test_a_style_that_asks_for_a_font_elsewhere_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("@font-face { src: url(https://example.org/a.woff2) }")

    assert len(list(faults(tmp_path))) == 1
