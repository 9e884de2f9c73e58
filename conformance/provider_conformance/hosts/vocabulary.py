"""The APIs of the built-in stack, as strategies and hosts speak of them."""

from __future__ import annotations

from typing import Final

from provider_conformance.hosts.model import Vocabulary
from provider_conformance.stack.specs import builtin_automatically_routed_apis, providable_apis


def _builtin() -> Vocabulary:
    routed = {
        info.router_api.value: info.routing_table_api.value for info in builtin_automatically_routed_apis()
    }
    return Vocabulary(tuple(a.value for a in providable_apis() if a.value not in routed), routed)


BUILTIN: Final = _builtin()
