"""Read the spec objects of any stack into :class:`Spec`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from provider_conformance.contracts.stacks import family_of
from provider_conformance.findings import Location
from provider_conformance.package import places
from provider_conformance.package.model import Spec, SpecKind
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro

__all__ = ["adapter_type", "family_of", "is_spec", "kind_of", "pip_packages", "read_specs"]

_KINDS: Final = {
    "InlineProviderSpec": SpecKind.INLINE,
    "RemoteProviderSpec": SpecKind.REMOTE,
    # The stack makes these itself; in a package's hands no factory fits them.
    "AutoRoutedProviderSpec": SpecKind.UNKNOWN,
    "RoutingTableProviderSpec": SpecKind.UNKNOWN,
    # The loader's last branch: what is nothing else is built like an inline provider.
    "ProviderSpec": SpecKind.INLINE,
}


def is_spec(value: object) -> bool:
    """Whether ``value`` is an instance of a stack's provider spec classes."""
    return any(careful.class_name(cls) in _KINDS for cls in mro(type(value)))


def kind_of(raw: object) -> SpecKind:
    """Which factory the loader calls for ``raw``."""
    names = (careful.class_name(cls) for cls in mro(type(raw)))
    kind = next((_KINDS[name] for name in names if name in _KINDS), SpecKind.UNKNOWN)
    if kind is SpecKind.REMOTE and not adapter_type(raw):
        return SpecKind.PASSTHROUGH
    return kind


def adapter_type(raw: object) -> str:
    """The adapter's type: a field of its own, or of the nested ``adapter`` of older stacks."""
    own = careful.attribute(raw, "adapter_type")
    nested = careful.attribute(careful.attribute(raw, "adapter"), "adapter_type")
    return _string(own) or _string(nested)


def pip_packages(raw: object) -> tuple[str, ...]:
    """The requirements that the spec declares."""
    declared = careful.attribute(raw, "pip_packages")
    return tuple(_string(item) for item in declared) if isinstance(declared, (list, tuple)) else ()


def read_specs(raws: Iterable[object], path: str | None, fallback: Location | None) -> tuple[Spec, ...]:
    """Read ``raws`` in their order.

    Args:
        raws: Spec objects, see :func:`is_spec`.
        path: The source file in which the specs are most likely made.
        fallback: The place of a spec whose making is not found in ``path``.
    """
    calls = {name: iter(lines) for name, lines in places.spec_calls(path).items()} if path else {}
    return tuple(_read(raw, _place(raw, path, calls) or fallback) for raw in raws)


def _place(raw: object, path: str | None, calls: dict[str, Iterator[int]]) -> Location | None:
    name = _string(careful.attribute(raw, "provider_type")).rpartition("::")[2]
    # The same type twice: the second spec is the second call.
    line = next(calls.get(name, iter(())), None)
    return Location(path, line) if path and line else None


def _read(raw: Any, location: Location | None) -> Spec:
    module = careful.attribute(raw, "module")
    return Spec(
        api=_api(careful.attribute(raw, "api")),
        provider_type=_string(careful.attribute(raw, "provider_type")),
        kind=kind_of(raw),
        module=_string(module) or None,
        config_class=_string(careful.attribute(raw, "config_class")) or None,
        api_dependencies=_apis(careful.attribute(raw, "api_dependencies")),
        optional_api_dependencies=_apis(careful.attribute(raw, "optional_api_dependencies")),
        location=location,
        raw=raw,
    )


def _apis(values: object) -> tuple[str, ...]:
    return tuple(_api(value) for value in values) if isinstance(values, (list, tuple, set)) else ()


def _api(value: object) -> str:
    return _string(careful.attribute(value, "value")) or _string(value) or careful.text(value)


def _string(value: object) -> str:
    return str.__str__(value) if isinstance(value, str) else ""
