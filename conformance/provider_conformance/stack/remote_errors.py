"""What can go wrong between a stack and a remote provider that another server runs."""

from __future__ import annotations

from provider_conformance.stack.errors import StackError


class RemoteError(StackError):
    """A remote stack that answers with an error, or not at all.

    Attributes:
        url: What was asked.
        status: The HTTP status of the answer, None without one.
    """

    def __init__(self, url: str, problem: str, status: int | None = None) -> None:
        self.url = url
        self.status = status
        super().__init__(f"{url}: {problem}")


class RemoteUnreachableError(RemoteError, ConnectionError):
    """A remote that does not answer."""


class RemoteTimeoutError(RemoteError, TimeoutError):
    """A remote that takes too long to answer."""


class RemoteRefusedError(RemoteError, ValueError):
    """A remote that refuses what it was asked for."""


class RemoteNotImplementedError(RemoteError, NotImplementedError):
    """A remote that cannot do what it was asked for."""
