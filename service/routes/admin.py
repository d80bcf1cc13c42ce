"""Change what an alias serves. Needs the admin key; answers once this process serves the change."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, SecretStr, ValidationError
from starlette.requests import HTTPConnection

from models.columns import SHOWN
from models.errors import AliasNotFound
from models.formats.json_document import parsed
from models.names import alias_name
from models.repository import Reference, Repository
from service.descriptions import AliasDescription, Promotion, ThresholdChange, alias_description
from service.options import mismatches
from service.pool import ScorerPool
from service.problems import responses
from service.refusals import AdminClosed, KeyRefused, NotServed, OptionsRefused

Body = TypeVar("Body", bound=BaseModel)
ALIAS = "/v1/models/{model}/aliases/{alias}"


def routes(pool: ScorerPool, repository: Repository, key: SecretStr | None) -> APIRouter:
    """`…/aliases/{alias}` and below."""
    router = APIRouter(
        tags=["Aliases"],
        dependencies=[Depends(AdminKey(key))],
        responses=responses(400, 401, 403, 404, 409, 422, 503),
    )

    @router.put(ALIAS, summary="Promote a version", openapi_extra=_takes(Promotion))
    async def promote(
        model: str, alias: str, change: Annotated[Promotion, Depends(_body(Promotion))]
    ) -> AliasDescription:
        """Point an alias at a version, which is loaded and tested first. A threshold override does not come along."""
        alias_name(alias)
        await pool.version(model, change.version)
        return await _served(pool, repository.promote, model, change.version, alias)

    @router.post(ALIAS + "/rollback", summary="Roll an alias back")
    async def roll_back(model: str, alias: str) -> AliasDescription:
        """Return an alias to what it was before its last change, threshold included."""
        return await _served(pool, repository.rollback, model, _known(pool, model, alias))

    @router.patch(ALIAS + "/threshold", summary="Set a threshold", openapi_extra=_takes(ThresholdChange))
    async def set_threshold(
        model: str, alias: str, change: Annotated[ThresholdChange, Depends(_body(ThresholdChange))]
    ) -> AliasDescription:
        """Override the threshold behind an alias; null returns to the version's own."""
        return await _served(
            pool, repository.set_threshold, model, change.threshold, _known(pool, model, alias)
        )

    return router


class AdminKey(HTTPBearer):
    """Lets a request pass that carries the key; nobody while there is none."""

    def __init__(self, key: SecretStr | None) -> None:
        super().__init__(auto_error=False, scheme_name="admin_key", description="The service's `admin_key`.")
        self._key = key

    async def __call__(self, request: HTTPConnection) -> HTTPAuthorizationCredentials | None:
        """AdminClosed without a key of our own; KeyRefused without the right one of theirs."""
        if self._key is None:
            raise AdminClosed(
                "nobody may change aliases here; OFFBEAT_ADMIN_KEY, or admin_key in the --config file, opens this"
            )
        given = await super().__call__(request)
        found = given.credentials if given else ""
        # As long for a wrong key as for the right one, whatever they share.
        if not hmac.compare_digest(self._key.get_secret_value().encode(), found.encode()):
            raise KeyRefused("send the admin key: Authorization: Bearer KEY")
        return given


def _body(kind: type[Body]) -> Callable[[Request], Awaitable[Body]]:
    """Read a body after the key was checked; FastAPI by itself would look at the body first."""

    async def read(request: Request) -> Body:
        document = parsed(await request.body())
        try:
            return kind.model_validate(document)
        except ValidationError as error:
            raise OptionsRefused(mismatches(kind, error)) from None

    return read


def _takes(kind: type[BaseModel]) -> dict[str, object]:
    content = {"application/json": {"schema": kind.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def _known(pool: ScorerPool, model: str, alias: str) -> str:
    """An alias the journal has, even where its version cannot be loaded: that one most of all must roll back."""
    found = pool.model(model)
    if alias_name(alias) not in {*found.aliases, *found.faults}:
        raise AliasNotFound(model[:SHOWN], alias[:SHOWN], sorted(found.aliases))
    return alias


async def _served(
    pool: ScorerPool, change: Callable[..., Reference], model: str, *arguments: object
) -> AliasDescription:
    """Change the journal, have the pool follow, and say what is served then."""
    reference = await asyncio.to_thread(change, model, *arguments)
    await pool.refresh()
    served = pool.alias(model, reference.alias or "")
    if (served.generation or 0) < (reference.generation or 0):
        raise NotServed("the change is written, but this process cannot serve it; /readyz says why")
    return alias_description(served)
