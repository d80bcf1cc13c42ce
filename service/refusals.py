"""What only a service refuses: slow or encoded bodies, wrong options and keys, too many requests. Knows no status codes."""

from __future__ import annotations

from collections.abc import Sequence

from models.errors import SHOWN_MISMATCHES, ContractError, Mismatch


class BodyTooSlow(ContractError):
    """The body did not arrive in time."""


class EncodingRefused(ContractError):
    """The body is encoded in a way that nobody here undoes."""


class NotAcceptable(ContractError):
    """The client accepts nothing that a reply can be."""

    def __init__(self, asked: str, known: Sequence[str]) -> None:
        super().__init__(f"no reply can be {asked!r}; there is: {', '.join(known)}")


class OptionsRefused(ContractError):
    """An option that does not exist, or with a value it cannot have. `mismatches` say where, at most 20."""

    def __init__(self, mismatches: Sequence[Mismatch]) -> None:
        self.mismatches = tuple(mismatches[:SHOWN_MISMATCHES])
        first = self.mismatches[0]
        more = f" (and {len(mismatches) - 1} more)" if len(mismatches) > 1 else ""
        super().__init__(f"{first.pointer}: {first.detail}{more}" if first.pointer else first.detail + more)


class Busy(ContractError):
    """As much is at work as may be; `reason` is which limit was met."""

    def __init__(self, reason: str, text: str) -> None:
        self.reason = reason
        super().__init__(text)


class NotServed(ContractError):
    """The repository has it, but this process could not load it."""


class KeyRefused(ContractError):
    """No key, or not the right one."""


class AdminClosed(ContractError):
    """Nobody may change anything here."""


class CannotListen(ContractError):
    """The address is taken or not ours."""
