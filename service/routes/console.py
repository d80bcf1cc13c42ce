"""The console: a page for people at `/`, out of files that lie beside the code. It asks the API, and no other host."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parents[1] / "console"
ON = {True: "on", False: "off"}
INDEX, FILES = "index.html", "/console"
# Whatever a model, a feature or a record is called: nothing of it can become a script, or ask anybody for anything.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",  # asked for again each time, and sent again when it has changed
}


class Console(StaticFiles):
    """The console's files, under a strict policy."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, with the headers of all of them."""
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


def routes(*, live: bool, admin: bool) -> APIRouter:
    """`/`. What the page must know before it asks: whether there are events to be followed, and anybody may change anything."""
    router = APIRouter(include_in_schema=False)
    told = f'data-live="{ON[live]}" data-admin="{ON[admin]}"'
    page = (FOLDER / INDEX).read_text().replace("<html", f"<html {told}")

    @router.get("/")
    async def home() -> Response:
        return HTMLResponse(page, headers=HEADERS)

    return router


def mount_console(app: FastAPI, *, live: bool, admin: bool) -> None:
    """The page, and what it loads."""
    app.include_router(routes(live=live, admin=admin))
    app.mount(FILES, GZipMiddleware(Console(directory=FOLDER)))
