"""BentoML: one service, one worker."""

from __future__ import annotations

from benchmarks.serving.servers.peer import ORT, around, rows_form
from benchmarks.serving.servers.server import Launch, Server, Site

PACKAGES = ("bentoml==1.4.39", ORT)


def launch(site: Site) -> Launch:
    """`bentoml serve`, which is for production unless told otherwise."""
    at = ("--host", "127.0.0.1", "--port", str(site.port))
    command = (str(site.python.with_name("bentoml")), "serve", "bento_app:Bench", *at)
    quiet = {"BENTOML_DO_NOT_TRACK": "true", "BENTOML_HOME": str(site.folder)}
    return Launch(command, {**around(site.graph), **quiet}, site.folder)


FORMS = {"minimal": rows_form("/score"), "full": rows_form("/explain")}
BENTOML = Server("BentoML", launch, FORMS, "bentoml", PACKAGES)
