"""The contract of the built-in stack, read off its own protocols and specs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from pydantic import BaseModel

from provider_conformance._version import __version__
from provider_conformance.contracts.model import ApiContract, Contract, Factory, Role, StackCall
from provider_conformance.protocols.members import read_protocol
from provider_conformance.stack import specs
from provider_conformance.stack.specs import Api

Calls = Mapping[str, tuple[StackCall, ...]]

_FACTORIES: Final = {
    "inline": Factory("get_provider_impl"),
    "remote": Factory("get_adapter_impl"),
    "passthrough": Factory("get_client_impl"),
}

_SPEC_CLASSES: Final[tuple[type[BaseModel], ...]] = (
    specs.ProviderSpec,
    specs.InlineProviderSpec,
    specs.RemoteProviderSpec,
    specs.AdapterSpec,
)


@cache
def builtin_contract() -> Contract:
    """What the built-in stack demands of its providers.

    Returns:
        The contract; its release is the version of this distribution. It is made once.
    """
    return Contract(
        stack="builtin",
        release=__version__,
        apis={api.value: _api(api) for api in Api},
        factories=_FACTORIES,
        spec_fields={cls.__name__: tuple(cls.model_fields) for cls in _SPEC_CLASSES},
        refuses_cycles=True,
    )


def _api(api: Api) -> ApiContract:
    routed = {info.router_api: info.routing_table_api for info in specs.builtin_automatically_routed_apis()}
    private = specs.additional_protocols_map().get(api)
    public = read_protocol(specs.api_protocol_map()[api])
    providable = api in specs.providable_apis()
    return ApiContract(
        name=api.value,
        role=_role(api, routed),
        public=public,
        private=read_protocol(private) if private else None,
        routed_by=routed[api].value if api in routed else None,
        calls=_ROUTED_CALLS.get(api, _PLAIN_CALLS if providable else {}),
        injected=tuple(name for name, attribute in public.attributes.items() if attribute.injected),
        providable=providable,
    )


def _role(api: Api, routed: Mapping[Api, Api]) -> Role:
    if api in routed:
        return Role.ROUTED
    return Role.ROUTING_TABLE if api in routed.values() else Role.PLAIN


def _positional(method: str, count: int, caller: str) -> StackCall:
    return StackCall(method, positional=count, awaited=True, caller=caller)


def _by_keyword(method: str, keywords: str, caller: str, *, awaited: bool = True) -> StackCall:
    return StackCall(method, positional=0, keywords=tuple(keywords.split()), awaited=awaited, caller=caller)


def _by_method(*calls: StackCall) -> Calls:
    grouped: dict[str, tuple[StackCall, ...]] = {}
    for call in calls:
        grouped[call.method] = (*grouped.get(call.method, ()), call)
    return grouped


def _registry(table: str, noun: str) -> Iterable[StackCall]:
    """What a routing table calls on the providers behind it."""
    yield _positional(f"list_{noun}s", 0, f"{table}.initialize")
    # Its result is not read, and yet an empty one is no choice: providers list what they serve themselves.
    yield _positional(f"register_{noun}", 1, f"{table}.register_{noun}")
    yield _ending(f"{table}.shutdown")


def _ending(caller: str) -> StackCall:
    """The end of a provider: the stack goes on without one, and whatever the provider holds stays open."""
    return StackCall("shutdown", 0, awaited=True, guarded=True, caught=True, ignored=True, caller=caller)


_PLAIN_CALLS: Final = _by_method(_ending("the stack's shutdown"))

_COMPLETION: Final = "model content sampling_params stream logprobs"
_CHAT: Final = "model messages sampling_params tools tool_choice tool_prompt_format stream logprobs"

# The memory router passes arguments by position; whoever is handed a memory provider itself passes
# them by the names that the protocol promises. So both hold for memory. `completion` and
# `chat_completion` are not awaited by the router: it hands on whatever they return.
_ROUTED_CALLS: Final[Mapping[Api, Calls]] = {
    Api.inference: _by_method(
        *_registry("ModelsRoutingTable", "model"),
        _by_keyword("completion", _COMPLETION, "InferenceRouter.completion", awaited=False),
        _by_keyword("chat_completion", _CHAT, "InferenceRouter.chat_completion", awaited=False),
        _by_keyword("embeddings", "model contents", "InferenceRouter.embeddings"),
    ),
    Api.safety: _by_method(
        *_registry("ShieldsRoutingTable", "shield"),
        _by_keyword("run_shield", "shield_type messages params", "SafetyRouter.run_shield"),
    ),
    Api.memory: _by_method(
        *_registry("MemoryBanksRoutingTable", "memory_bank"),
        _positional("insert_documents", 3, "MemoryRouter.insert_documents"),
        _by_keyword("insert_documents", "bank_id documents ttl_seconds", "a direct caller"),
        _positional("query_documents", 3, "MemoryRouter.query_documents"),
        _by_keyword("query_documents", "bank_id query params", "a direct caller"),
    ),
}
