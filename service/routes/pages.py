"""Pages for people: the API page with everything it loads, served from here so that it works without a network."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.staticfiles import StaticFiles

ASSETS = "/docs/assets"
# The page's own start-up script stands inline; nothing may come from, or go to, anywhere else.
POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
LOOK = {
    "tryItOutEnabled": True,
    "displayRequestDuration": True,
    "defaultModelsExpandDepth": 0,
    "validatorUrl": None,
}


def routes(title: str) -> APIRouter:
    """`/docs`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def docs() -> Response:
        page = get_swagger_ui_html(
            openapi_url="openapi.json",
            title=title,
            swagger_js_url=f".{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f".{ASSETS}/swagger-ui.css",
            swagger_favicon_url=f".{ASSETS}/favicon-32x32.png",
            swagger_ui_parameters=LOOK,
        )
        page.headers["content-security-policy"] = POLICY
        return page

    return router


def mount_assets(app: FastAPI) -> None:
    """Swagger UI's own files, out of the package that brings them."""
    app.mount(ASSETS, StaticFiles(packages=[("fastapi_swagger", "resources")]))
