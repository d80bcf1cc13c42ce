"""Two apps on uvicorn: FastAPI by its tutorial, and plain ASGI with nothing but the graph. One worker each, no access log."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.serving.servers.peer import ORT, around, rows_form
from benchmarks.serving.servers.server import Launch, Server, Site

PACKAGES = ("fastapi==0.165.0", "uvicorn[standard]==0.54.0", "numpy==2.4.6", "orjson==3.13.0", ORT)
FORMS = {"minimal": rows_form("/score"), "full": rows_form("/explain")}


def uvicorn(app: str) -> Callable[[Site], Launch]:
    """Serve this app of `apps`."""

    def launch(site: Site) -> Launch:
        told = ("--port", str(site.port), "--no-access-log", "--log-level", "warning")
        command = (str(site.python), "-m", "uvicorn", app, *told)
        return Launch(command, around(site.graph), site.folder)

    return launch


TEXTBOOK = Server("textbook FastAPI", uvicorn("textbook_app:app"), FORMS, "fastapi", PACKAGES)
PLAIN = Server("plain ASGI", uvicorn("plain_app:app"), FORMS, "fastapi", PACKAGES)
