"""Write a module of type assertions that an author keeps, and runs mypy on, in the provider's own repository.

It is meant to be read: a function for each class and protocol, two lines for each method. So it asks a
little more than the rules do (see ``docs/typing.md``), and needs nothing but mypy and the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from provider_conformance.contracts.load import load_contract
from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.errors import TypingError
from provider_conformance.package.model import Provider, Spec
from provider_conformance.protocols import classes
from provider_conformance.protocols.model import Calls, ProtocolMethod, ProtocolModel
from provider_conformance.protocols.signature import Kind
from provider_conformance.providers.implementation import find_implementation
from provider_conformance.providers.locate import load_provider
from provider_conformance.types.model import path_of
from provider_conformance.types.probes import data_members

_HEAD = '''\
"""Type assertions for the provider {name}, against {stack}. Nobody imports this: run mypy on it.

    mypy --follow-untyped-imports {file}

The flag makes mypy read packages that ship no `py.typed`; without it, it would see nothing but Any, and
the lines that have to be refused would be reported as unused ignores.
Written by `provider_conformance.typing_assertions({name!r})`.
"""

# ruff: noqa
# mypy: warn-unused-ignores, disable-error-code="func-returns-value"

'''


def typing_assertions(
    provider: str, path: str | Path | None = None, *, api: str | None = None, stack: str = ""
) -> str:
    """Write the module of type assertions for a provider.

    Args:
        provider: The provider as ``--provider`` takes it: an import name, ``module:Class`` or a path.
        path: Where to write the module; it is only returned where this is None.
        api: The API that the class of ``module:Class`` implements.
        stack: The stack to assert against; by default the one that the provider is made for.

    Returns:
        The module's source.

    Raises:
        TypingError: Nothing of the provider can be asserted; the message says why.
        UsageError: The provider or the stack is named wrongly, or the stack is not installed.
    """
    loaded = load_provider(provider, api=api, root=Path.cwd())
    if loaded.problem is not None:
        raise TypingError(loaded.problem.message)
    if not (stack or loaded.stack):
        msg = f"{provider} does not say which stack it is made for: pass stack="
        raise TypingError(msg)
    contract = load_contract(stack or loaded.stack)
    text = "".join(_lines(loaded, contract, Path(path).name if path else "typing_assertions.py"))
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def _lines(provider: Provider, contract: Contract, file: str) -> Iterator[str]:
    found = list(_assertions(provider, contract))
    if not found:
        msg = f"no class was found behind the specs of {provider.name}"
        raise TypingError(msg)
    subjects = dict.fromkeys(path for cls, protocol, _, _ in found for path in (cls, protocol))
    modules = sorted({path.partition(":")[0] for path in subjects})
    yield _HEAD.format(name=provider.name, stack=contract.title, file=file)
    yield from (f"import {module}\n" for module in modules)
    yield "\n# Each of these has to be refused.\n"
    for number, path in enumerate(subjects):
        yield f"_seen_{number}: None = {_named(path)}  # type: ignore[assignment]\n"
    taken: dict[str, int] = {}
    for cls, protocol, label, lines in found:
        name = re.sub(r"\W+", "_", f"{label}_{protocol.rpartition(':')[2]}").strip("_").lower()
        taken[name] = taken.get(name, 0) + 1
        suffix = f"_{taken[name]}" if taken[name] > 1 else ""
        yield f"\n\ndef {name}{suffix}(provider: {_named(cls)}, promised: {_named(protocol)}) -> None:\n"
        yield from (f"    {line}\n" for line in lines)


_Assertion = tuple[str, str, str, list[str]]
"""The paths of class and protocol, a label, and the lines that assert one against the other."""


def _assertions(provider: Provider, contract: Contract) -> Iterator[_Assertion]:
    for spec in provider.specs:
        api = contract.apis.get(spec.api)
        for cls in _classes(spec, provider, contract) if api else ():
            for protocol in (api.public, api.private) if api else ():
                if api is not None and protocol is not None and protocol.live is not None:
                    lines = list(_of_protocol(cls, protocol, api)) or ["pass"]
                    label = f"{spec.api}_{spec.provider_type}"
                    yield path_of(cls), path_of(protocol.live), label, lines


def _classes(spec: Spec, provider: Provider, contract: Contract) -> Iterable[type]:
    found = find_implementation(spec, provider, contract.factories.get(spec.kind))
    return [
        cls
        for cls in (found.cls, *found.alternatives)
        if cls is not None and "<" not in classes.class_qualname(cls)
    ]


def _of_protocol(cls: type, protocol: ProtocolModel, api: ApiContract) -> Iterator[str]:
    for method in protocol.methods.values():
        if method.optional and not any(classes.definitions(cls, method.name)):
            continue
        yield f"{method.name} = promised.{method.name}"
        by_position = api.how_called(method.name) is Calls.POSITIONAL
        yield f"{method.name} = {_by_position(method) if by_position else f'provider.{method.name}'}"
    for attribute in data_members(protocol):
        if not (attribute.injected or attribute.has_value):
            yield f"{attribute.name} = promised.{attribute.name}"
            yield f"{attribute.name} = provider.{attribute.name}"


def _by_position(method: ProtocolMethod) -> str:
    """A call by position, to which the names of parameters do not matter."""
    parameters = method.signature.parameters
    if not parameters or any(p.kind > Kind.POSITIONAL_OR_KEYWORD or not p.required for p in parameters):
        return f"provider.{method.name}"
    names = ", ".join(p.name for p in parameters)
    return f"lambda {names}: provider.{method.name}({names})"


def _named(path: str) -> str:
    return path.replace(":", ".")
