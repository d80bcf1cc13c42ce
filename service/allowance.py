"""Allowance: how much of something there may be at once. Knows not of what."""

from __future__ import annotations

from service.refusals import Busy


class Allowance:
    """So much at once, and no queue: who finds too little left is refused."""

    def __init__(self, most: int, reason: str, what: str) -> None:
        self._most = most
        self._refusal = (reason, f"the service is at its limit of {most:,} {what} at once; try again shortly")
        self.taken = 0

    def take(self, amount: int) -> None:
        """Take so much, to be given back. Busy when there is not so much left."""
        if self.taken + amount > self._most:
            raise Busy(*self._refusal)
        self.taken += amount

    def give(self, amount: int) -> None:
        """Give back what was taken."""
        self.taken -= amount
