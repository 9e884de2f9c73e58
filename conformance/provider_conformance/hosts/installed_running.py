"""An installed stack as rules see it while it runs."""

from __future__ import annotations

import contextlib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from inspect import Parameter, signature
from types import ModuleType, TracebackType, UnionType
from typing import Annotated, Any, Final
from unittest import mock

from pydantic import BaseModel, ValidationError

from provider_conformance.hosts.registrable import named
from provider_conformance.hosts.running import FIRST
from provider_conformance.package.chains import reason

_HANDS_OVER: Final = "register_object_with_provider"
_TAKES_AWAY: Final = "unregister_object_from_provider"
_ROUTABLE: Final = "RoutableObjectWithProvider"
_PROVIDERS: Final = "impls_by_provider_id"


@dataclass(frozen=True, slots=True)
class Listings:
    """What came of reading the providers' listings, by provider id.

    Attributes:
        problems: What is wrong with one, in sentences.
        raised: What one raised.
    """

    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    raised: Mapping[str, BaseException] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InstalledRunning:
    """See :class:`~provider_conformance.hosts.running.Running`, whose members these are.

    Attributes:
        private: The protocol that the routing table calls, None where there is none.
        found: What was found wrong with listings when the stack started.
    """

    stack: str
    api: str
    instances: Mapping[str, Any]
    table: Any
    router: Any
    kinds: tuple[type, ...]
    private: type | None
    found: Listings

    @property
    def listing(self) -> str:
        """The provider's method that lists its objects."""
        return listing_of(self.private)

    @property
    def unregistering(self) -> bool:
        """Whether the private protocol has a way to unregister, and the table too."""
        return hasattr(self.table, "unregister_object") and bool(_named(self.private, "unregister_"))

    def problems(self, provider_id: str = FIRST) -> tuple[str, ...]:
        """What was wrong with the listing when the stack started."""
        return self.found.problems.get(provider_id, ())

    async def unanswered(self) -> BaseException | None:
        """What its listing raised, or what it raises when an object is registered where it lists nothing."""
        if self.listing or not self.kinds:
            return self.found.raised.get(FIRST)
        kind: Any = self.kinds[0]
        try:
            return await self.register(named(kind, "conformance-asks"))
        except Exception as error:
            return error

    async def listed(self, provider_id: str = FIRST) -> list[Any]:
        """What the provider lists; nothing where it is asked for no listing, or answers with None."""
        if not self.listing:
            return []
        return list(await getattr(self.instances[provider_id], self.listing)() or ())

    async def objects(self) -> list[Any]:
        """What the table lists of the API's kinds."""
        registry = getattr(self.table, "dist_registry", None)
        if registry is None:
            return [obj for several in self.table.registry.values() for obj in several]
        names = {_type_name(kind) for kind in self.kinds}
        return [obj for obj in await registry.get_all() if getattr(obj, "type", None) in names]

    async def register(self, obj: Any, provider_id: str = FIRST) -> BaseException | None:
        """Register through the table; errors that the table raises by itself are raised."""
        whole = self._whole(obj, provider_id)
        try:
            await self.table.register_object(whole)
        except (Exception, SystemExit) as error:
            if not _is_provider_s(error, self.instances[provider_id], _HANDS_OVER):
                raise
            return error
        return None

    async def unregister(self, obj: Any, provider_id: str = FIRST) -> BaseException | None:
        """Take away through the table."""
        if not self.unregistering:
            raise NotImplementedError(f"{self.stack} has no way to unregister what {self.api} serves")
        try:
            await self.table.unregister_object(self._whole(obj, provider_id))
        except (Exception, SystemExit) as error:
            if not _is_provider_s(error, self.instances[provider_id], _TAKES_AWAY):
                raise
            return error
        return None

    def _whole(self, obj: Any, provider_id: str) -> Any:
        """The object in the class that the table keeps, with the provider's id."""
        values = {**obj.model_dump(), "provider_id": provider_id}
        tag = values.get("type")
        fitting = [kind for kind in self.kinds if tag is None or _type_name(kind) == tag]
        kind: Any = (fitting or self.kinds)[0]
        if "provider_resource_id" in kind.model_fields and values.get("provider_resource_id") is None:
            values["provider_resource_id"] = values["identifier"]
        return kind(**{name: value for name, value in values.items() if name in kind.model_fields})


def listing_of(private: type | None) -> str:
    """The method of a private protocol that lists without being told what, "" without one."""
    for name in _named(private, "list_"):
        parameters = [*signature(getattr(private, name)).parameters.values()][1:]
        if all(p.default is not Parameter.empty or p.kind is p.VAR_KEYWORD for p in parameters):
            return name
    return ""


async def read_listings(instances: Mapping[str, Any], listing: str, table: Any) -> Listings:
    """Have a table read what the providers list, as the stack does when it starts.

    Args:
        instances: The providers by their ids.
        listing: The method that lists; nothing is read where it is empty.
        table: The routing table.
    """
    problems: dict[str, tuple[str, ...]] = {}
    raised: dict[str, BaseException] = {}
    answers: dict[str, Any] = {}
    for provider_id, instance in instances.items() if listing else ():
        try:
            answers[provider_id] = await getattr(instance, listing)()
            problems[provider_id] = _wrong_with(answers[provider_id])
        except (Exception, SystemExit) as error:
            problems[provider_id] = (f"its listing failed: {reason(error)}",)
            raised[provider_id] = error
    if problems and not any(problems.values()) and hasattr(table, "refresh"):
        with _answered(table, listing, answers):
            problems[next(iter(problems))] = await _refreshed(table, instances)
    return Listings(problems, raised)


@contextlib.contextmanager
def _answered(table: Any, listing: str, answers: Mapping[str, Any]) -> Iterator[None]:
    """Let a table have the answers that are known already: a back end is asked once at a start.

    Args:
        table: The routing table.
        listing: The method that lists.
        answers: What it answered, by the providers' ids.
    """
    providers = getattr(table, _PROVIDERS, None)
    if not isinstance(providers, dict):
        yield
        return
    known = {name: _Listed(providers[name], listing, answers[name]) for name in answers if name in providers}
    with mock.patch.dict(providers, known):
        yield


class _Listed:
    """A provider that has been asked what it lists; everything else it does itself."""

    def __init__(self, provider: Any, listing: str, answer: Any) -> None:
        self._provider = provider
        self._listing = listing
        self._answer = answer

    def __getattr__(self, name: str) -> Any:
        return self._list if name == self._listing else getattr(self._provider, name)

    async def _list(self, *_arguments: Any, **_keywords: Any) -> Any:
        return self._answer


async def _refreshed(table: Any, instances: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        await table.refresh()
    except (Exception, SystemExit) as error:
        if _is_about_an_item(error, instances):
            return (f"its routing table cannot use what it lists: {reason(error)}",)
    return ()


def _is_about_an_item(error: BaseException, instances: Mapping[str, Any]) -> bool:
    """Whether a refresh failed for what was listed; not for a method that is missing or fails itself."""
    if isinstance(error, AttributeError):
        return isinstance(error.obj, BaseModel)
    return isinstance(error, ValidationError) and not any(
        _owner(frame) is instance for frame in _frames(error.__traceback__) for instance in instances.values()
    )


def _wrong_with(listed: Any) -> tuple[str, ...]:
    if listed is None:
        return ()
    if not isinstance(listed, (list, tuple)):
        return (f"its listing failed: it is a {type(listed).__name__}, not a list",)
    wrong = (item for item in listed if not hasattr(item, "identifier"))
    return tuple(f"lists a {type(item).__name__}, which has no identifier" for item in wrong)


def kinds_of(private: type | None, datatypes: ModuleType) -> tuple[type, ...]:
    """The classes of what is registered with the table of a private protocol.

    Args:
        private: The protocol, whose ``register_*`` is annotated with what a provider takes.
        datatypes: The module of the stack that says in which classes a table keeps objects.
    """
    taken = [cls for name in _named(private, "register_") for cls in _first_parameter(private, name)]
    kept = [*_classes(getattr(datatypes, _ROUTABLE, None))]
    return tuple(cls for cls in kept if issubclass(cls, tuple(taken))) or tuple(taken)


def _named(protocol: type | None, prefix: str) -> list[str]:
    return [name for name in dir(protocol) if name.startswith(prefix)] if protocol else []


def _first_parameter(protocol: type | None, name: str) -> list[type]:
    method = getattr(protocol, name)
    hints = typing.get_type_hints(method)
    first = [*signature(method).parameters][1]
    return [*_classes(hints.get(first))]


def _classes(annotation: Any) -> Iterator[type]:
    """The pydantic classes that an annotation is a union of."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, UnionType, Annotated):
        for part in typing.get_args(annotation):
            yield from _classes(part)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation


def _type_name(kind: Any) -> Any:
    """The value of the field by which the classes of a union are told apart."""
    field = kind.model_fields.get("type")
    if field is None:
        return None
    values = typing.get_args(field.annotation)
    return values[0] if values else field.default


def _is_provider_s(error: BaseException, instance: Any, through: str) -> bool:
    """Whether an error comes from a provider: from a method of its, or from the call of one.

    The last frame being that of ``through`` itself means a method that is missing, which is the
    provider's too, or that the stack does not know the API, which is not.
    """
    frames = [*_frames(error.__traceback__)]
    if any(_owner(frame) is instance for frame in frames):
        return True
    names = [frame.f_code.co_name for frame in frames]
    return through in names and (names[-1] != through or not isinstance(error, ValueError | AssertionError))


def _frames(traceback: TracebackType | None) -> Iterator[Any]:
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next


def _owner(frame: Any) -> Any:
    names = frame.f_code.co_varnames
    return frame.f_locals.get(names[0]) if names else None
