"""Which methods of a provider a failing call went through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import pytest

from provider_conformance.evidence.passing import passed_through


def traced(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    async def wrapper(self: object, *args: Any, **kwargs: Any) -> Any:
        return await function(self, *args, trace_id="t", **kwargs)

    return wrapper


class Base:
    async def inherited(self) -> None:
        raise LookupError


class Provider(Base):
    async def raises(self) -> None:
        raise LookupError

    def plain(self) -> dict[str, str]:
        return {}

    async def demands(self, model: str, tenant: str) -> None: ...

    @property
    def computed(self) -> list[str]:
        return []

    @traced
    async def wrapped(self) -> None: ...

    async def stream(self) -> list[str]:
        return []

    async def calls_raises(self) -> None:
        await self.raises()

    async def awaits_plain(self) -> None:
        await self.plain()  # type: ignore[misc]  # the fault

    async def does_not_bind(self) -> None:
        await self.demands("m")  # type: ignore[call-arg]  # the fault

    async def calls_property(self) -> None:
        await self.computed()  # type: ignore[operator]  # the fault

    async def calls_wrapped(self) -> None:
        await self.wrapped()

    async def calls_nothing_of_that_name(self) -> None:
        await self.chats()  # type: ignore[attr-defined]  # the fault

    async def iterates(self) -> None:
        async for _ in self.plain():  # type: ignore[attr-defined]  # the fault
            pass

    async def enters(self) -> None:
        async with self.plain():  # type: ignore[attr-defined]  # the fault
            pass

    async def collects(self) -> None:
        [one async for one in self.plain()]  # type: ignore[attr-defined]  # the fault

    async def reads_a_field(self) -> None:
        (await self.stream()).data  # type: ignore[attr-defined]  # noqa: B018 - the fault

    async def calls_inherited(self) -> None:
        await self.inherited()

    async def fails_after_another(self) -> None:
        await self.stream()
        raise LookupError

    async def explains(self) -> None:
        try:
            await self.raises()
        except LookupError as error:
            raise RuntimeError("no models") from error


def through(call: Coroutine[Any, Any, None], cls: type | None = Provider) -> tuple[str, ...]:
    try:
        asyncio.run(call)
    except Exception as error:
        return passed_through(error, cls)
    raise AssertionError("nothing failed")


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("calls_raises", ("calls_raises", "raises")),
        ("awaits_plain", ("awaits_plain", "plain")),
        ("does_not_bind", ("does_not_bind", "demands")),
        ("calls_property", ("calls_property", "computed")),
        ("calls_wrapped", ("calls_wrapped", "wrapped")),
        ("calls_nothing_of_that_name", ("calls_nothing_of_that_name", "chats")),
        ("iterates", ("iterates", "plain")),
        ("enters", ("enters", "plain")),
        ("collects", ("collects", "plain")),
        ("reads_a_field", ("reads_a_field", "stream")),
        ("calls_inherited", ("calls_inherited", "inherited")),
        ("fails_after_another", ("fails_after_another",)),
        ("explains", ("explains", "raises")),
    ],
)
def test_what_a_failing_call_went_through(method: str, expected: tuple[str, ...]) -> None:
    assert through(getattr(Provider(), method)()) == expected


def test_the_methods_of_another_class_are_none_of_it() -> None:
    class Other:
        async def calls(self) -> None:
            await Provider().raises()

    assert through(Other().calls()) == ("raises",)


def test_nothing_is_known_without_the_class() -> None:
    assert through(Provider().raises(), None) == ()


def test_nothing_is_known_without_an_error() -> None:
    assert passed_through(None, Provider) == ()
