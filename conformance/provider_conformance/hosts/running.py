"""What a rule sees of a running stack: the tried provider, its routing table and its router."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

FIRST: Final = "tried-0"
"""The provider id of the tried provider in every trial."""

SECOND: Final = "tried-1"
"""That of its second instance, in trials that have two."""


class Running(Protocol):
    """A stack that runs with the tried provider in it, whichever stack it is.

    An error of the provider is returned where a method says so; everything else that goes wrong is
    raised and ends the trial.
    """

    @property
    def stack(self) -> str:
        """The stack's name: "builtin", "llama-stack" or "ogx"."""

    @property
    def api(self) -> str:
        """The API of the tried provider, as its spec has it."""

    @property
    def instances(self) -> Mapping[str, Any]:
        """The tried API's running providers by provider id."""

    @property
    def table(self) -> Any:
        """The stack's own routing table over them, None for an API that has none."""

    @property
    def router(self) -> Any:
        """What answers calls of the API: the stack's router, or the first instance without one."""

    @property
    def kinds(self) -> tuple[type, ...]:
        """The classes of the objects that are registered with the table; empty without one."""

    @property
    def listing(self) -> str:
        """The provider's method that lists its objects, "" where the stack asks for no listing."""

    @property
    def unregistering(self) -> bool:
        """Whether the stack can take a registered object away again."""

    def problems(self, provider_id: str = FIRST) -> tuple[str, ...]:
        """What the table found wrong with a provider's listing, in sentences."""

    async def unanswered(self) -> BaseException | None:
        """What the provider raises when it is asked for the least: its listing, or to take an object."""

    async def listed(self, provider_id: str = FIRST) -> list[Any]:
        """What the provider itself lists; whatever it raises is raised."""

    async def objects(self) -> list[Any]:
        """What the table lists, each with ``identifier`` and ``provider_id``."""

    async def register(self, obj: Any, provider_id: str = FIRST) -> BaseException | None:
        """Register an object through the table; what the provider raised, None where it accepts.

        Args:
            obj: An instance of one of ``kinds``, or what the provider lists.
            provider_id: The provider to register it with, whatever the object says.
        """

    async def unregister(self, obj: Any, provider_id: str = FIRST) -> BaseException | None:
        """Take an object away through the table; what the provider raised, None where it agrees.

        Raises:
            NotImplementedError: The stack has no such thing, see ``unregistering``.
        """
