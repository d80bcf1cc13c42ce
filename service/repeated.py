"""Something done again and again beside everything else, until whoever wanted it is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def repeated(act: Callable[[], Awaitable[None]], seconds: float) -> AsyncIterator[None]:
    """Within the block `act` is called each time so many seconds have passed since it was done; it handles its errors."""
    task = asyncio.create_task(_again(act, seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _again(act: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await act()
