"""What can go wrong when a stack is configured, started and called.

Each error names its culprit and, where there is one, the way out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from provider_conformance.stack.naming import describe, did_you_mean, listed, near_names


class StackError(Exception):
    """Base of all errors of the built-in stack."""


# Graphs


class GraphError(StackError):
    """A dependency graph that has no order."""


class CycleError(GraphError):
    """Nodes that need one another.

    Attributes:
        path: Each node needs the next one; the first node is also the last.
    """

    def __init__(self, path: Sequence[Hashable]) -> None:
        self.path = tuple(path)
        super().__init__(f"dependency cycle: {' -> '.join(map(str, self.path))}")


class UnknownNodeError(GraphError):
    """A dependency on a node that the graph does not have.

    Attributes:
        node: What is needed.
        needed_by: Who needs it.
    """

    def __init__(self, node: Hashable, needed_by: Hashable) -> None:
        self.node = node
        self.needed_by = needed_by
        super().__init__(f"{needed_by} needs {node}, which is not among the nodes")


# Run configs


class RunConfigError(StackError):
    """A run config that cannot be read or that says something wrong.

    Attributes:
        source: The file.
        place: Where in it: ``providers.inference[0].provider_id``, or line and column.
    """

    def __init__(self, source: str, place: str, problem: str) -> None:
        self.source = source
        self.place = place
        super().__init__(": ".join(part for part in (source, place, problem) if part))


class MissingVariableError(StackError):
    """A reference to an environment variable that is not set.

    Attributes:
        name: The variable.
        place: Where in the run config it is referred to.
    """

    def __init__(self, name: str, place: str) -> None:
        self.name = name
        self.place = place
        super().__init__(
            f"{place}: the environment variable `{name}` is not set; set it, or give a default: "
            f"${{env.{name}:=default}}"
        )


class BadReferenceError(StackError):
    """A reference to an environment variable in a form that is not known.

    Attributes:
        reference: What is written.
        place: Where in the run config.
    """

    def __init__(self, reference: str, place: str) -> None:
        self.reference = reference
        self.place = place
        super().__init__(
            f"{place}: `{reference}` is no reference to an environment variable; write ${{env.NAME}}, "
            "${env.NAME:=default} or ${env.NAME:+text}"
        )


class UnknownApiError(StackError):
    """An API that the stack does not know.

    Attributes:
        api: The name that was given.
        place: Where it was given.
        choices: The APIs that there are.
    """

    def __init__(self, api: str, choices: Iterable[str], place: str) -> None:
        self.api = api
        self.place = place
        self.choices = tuple(choices)
        super().__init__(
            f"{place}: there is no API `{api}`.{did_you_mean(api, self.choices)} "
            f"There are {listed(self.choices)}"
        )


class UnknownProviderTypeError(StackError):
    """A provider type that no spec of its API has.

    Attributes:
        api: The API.
        provider_type: The type that was asked for.
        near: The types that are spelled alike, the nearest first.
        choices: All types of the API.
    """

    def __init__(
        self, api: str, provider_type: str, choices: Iterable[str], elsewhere: Sequence[str] = ()
    ) -> None:
        self.api = api
        self.provider_type = provider_type
        self.choices = tuple(choices)
        self.near = near_names(provider_type, self.choices)
        also = f" `{provider_type}` is a provider of {listed(elsewhere)}." if elsewhere else ""
        super().__init__(
            f"there is no provider `{provider_type}` for the API `{api}`."
            f"{did_you_mean(provider_type, self.choices)}{also} "
            f"There are {listed(self.choices)}; the package of another one goes under `module:`"
        )


class ProviderNotAllowedError(StackError):
    """A provider for an API that the stack itself serves.

    Attributes:
        api: The API.
        instead: The API whose providers it is made of; empty for an API that has no providers.
    """

    def __init__(self, api: str, instead: str = "") -> None:
        self.api = api
        self.instead = instead
        way_out = f": configure providers for `{instead}`, and it lists what they serve" if instead else ""
        super().__init__(f"the stack serves the API `{api}` itself and takes no provider for it{way_out}")


class DuplicateProviderIdError(StackError):
    """Two providers of one API under one id.

    Attributes:
        api: The API.
        provider_id: The id.
        provider_types: The types of the providers that have it.
    """

    def __init__(self, api: str, provider_id: str, provider_types: Iterable[str]) -> None:
        self.api = api
        self.provider_id = provider_id
        self.provider_types = tuple(provider_types)
        super().__init__(
            f"providers.{api}: the provider_id `{provider_id}` is given to {len(self.provider_types)} "
            f"providers ({', '.join(self.provider_types)}); each needs an id of its own"
        )


class DependencyError(StackError):
    """Something that is needed and not there.

    Attributes:
        api: The API that is needed.
        needed_by: Who needs it.
    """

    def __init__(self, api: str, needed_by: Sequence[str], problem: str) -> None:
        self.api = api
        self.needed_by = tuple(needed_by)
        super().__init__(f"{' and '.join(self.needed_by)} needs the API `{api}`, {problem}")


class MissingDependencyError(DependencyError):
    """A needed API that has no provider in the run config."""

    def __init__(self, api: str, needed_by: Sequence[str], configure: str) -> None:
        super().__init__(
            api, needed_by, f"for which the run config has no provider: add one under `providers.{configure}`"
        )


class ApiLeftOutError(DependencyError):
    """A needed API that has providers but is left out of ``apis:``."""

    def __init__(self, api: str, needed_by: Sequence[str]) -> None:
        super().__init__(api, needed_by, f"which `apis:` leaves out: add `{api}` to it")


class NothingProvidesApiError(StackError):
    """An API in ``apis:`` for which no provider is configured.

    Attributes:
        api: The API.
        configure: The API whose providers would provide it.
    """

    def __init__(self, api: str, configure: str) -> None:
        self.api = api
        self.configure = configure
        super().__init__(
            f"apis: nothing provides `{api}`: add a provider under `providers.{configure}`, "
            f"or take `{api}` out of `apis:`"
        )


class DependencyCycleError(StackError):
    """Providers that need one another, directly or through routers and routing tables.

    Attributes:
        path: What needs what, as text; the first is also the last.
    """

    def __init__(self, path: Iterable[object]) -> None:
        self.path = tuple(map(str, path))
        super().__init__(
            f"each of these needs the next one, so none can start first: {' -> '.join(self.path)}; "
            "one of them has to do without the API that it declares as a dependency"
        )


class SpecError(StackError):
    """A provider spec that cannot be used.

    Attributes:
        source: The package or the file that it comes from.
    """

    def __init__(self, source: str, problem: str) -> None:
        self.source = source
        super().__init__(f"{source}: {problem}")


# Starting and stopping


class ProviderError(StackError):
    """Something that one configured provider did.

    Attributes:
        api: Its API.
        provider_id: Its id.
        provider_type: Its type.
    """

    def __init__(self, api: str, provider_id: str, provider_type: str, problem: str) -> None:
        self.api = api
        self.provider_id = provider_id
        self.provider_type = provider_type
        super().__init__(f"the provider `{provider_id}` ({provider_type}) of `{api}` {problem}")


class ProviderLoadError(ProviderError):
    """A provider whose module, factory or configuration class is not there."""


class ProviderConfigError(ProviderError):
    """A provider whose settings are refused; the message has the place in the run config."""


class ProviderStartError(ProviderError):
    """A provider that could not be started; what it raised is the cause."""


class NonConformingProviderError(ProviderError):
    """A provider that does not keep the protocol of its API.

    Attributes:
        problems: All that is wrong, a line each.
    """

    def __init__(self, api: str, provider_id: str, provider_type: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(api, provider_id, provider_type, f"does not keep its protocols:\n{lines}")


class ShutdownError(StackError):
    """Parts that could not be shut down; the others were.

    Attributes:
        problems: What each of them raised, as pairs of its name and the error.
    """

    def __init__(self, problems: Sequence[tuple[str, BaseException]]) -> None:
        self.problems = tuple(problems)
        told = "; ".join(f"{name}: {describe(error)}" for name, error in problems)
        super().__init__(f"not everything could be shut down: {told}")


# Routing


class RoutingError(StackError, ValueError):
    """An object that cannot be found or registered."""


class NotServedError(RoutingError, LookupError):
    """An object that no provider serves.

    Attributes:
        kind: "model", "shield" or "memory bank".
        identifier: The name that was asked for.
        near: Served names that are spelled alike, the nearest first.
        served: All served names, each with the ids of the providers that serve it.
    """

    def __init__(
        self,
        kind: str,
        identifier: str,
        served: dict[str, tuple[str, ...]],
        provider_id: str | None = None,
        unlisted: Sequence[str] = (),
    ) -> None:
        self.kind = kind
        self.identifier = identifier
        self.served = served
        self.near = near_names(identifier, served)
        by = f" by the provider `{provider_id}`" if provider_id else ""
        silent = f" The listing of {listed(unlisted)} failed." if unlisted else ""
        names = [f"{name} ({', '.join(ids)})" for name, ids in served.items()]
        super().__init__(
            f"the {kind} `{identifier}` is not served{by}.{did_you_mean(identifier, served)} "
            f"Served are: {listed(names)}.{silent}"
        )


class UnknownProviderIdError(RoutingError, LookupError):
    """A provider id that no provider behind a routing table has.

    Attributes:
        provider_id: The id that was given.
        choices: The ids that there are.
    """

    def __init__(self, kind: str, identifier: str, provider_id: str, choices: Iterable[str]) -> None:
        self.provider_id = provider_id
        self.choices = tuple(choices)
        problem = (
            f"there is no provider `{provider_id}`.{did_you_mean(provider_id, self.choices)} There are"
            if provider_id
            else "say by `provider_id` which provider is to serve it:"
        )
        super().__init__(f"the {kind} `{identifier}` cannot be registered: {problem} {listed(self.choices)}")


class RegistrationRefusedError(RoutingError):
    """A provider that refuses to serve an object; what it raised is the cause.

    Attributes:
        identifier: The object.
        provider_id: The provider.
    """

    def __init__(self, kind: str, identifier: str, provider_id: str, reason: BaseException) -> None:
        self.identifier = identifier
        self.provider_id = provider_id
        super().__init__(
            f"the provider `{provider_id}` refuses the {kind} `{identifier}`: {describe(reason)}"
        )


class StoreError(StackError):
    """A store of registrations that cannot be read or written.

    Attributes:
        path: Its file.
    """

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        super().__init__(f"{path}: {problem}")
