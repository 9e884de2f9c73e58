"""What a provider is held to when it is loaded: the protocols of its API."""

from __future__ import annotations

from typing import Any

from provider_conformance.findings import Severity
from provider_conformance.protocols.compare import check_protocol
from provider_conformance.stack.specs import Api, additional_protocols_map, api_protocol_map


def problems_of(implementation: Any, api: Api) -> list[str]:
    """What keeps a provider from serving an API, a line each; empty where nothing does.

    Args:
        implementation: The provider, as its factory returned it.
        api: The API that its spec says it serves.

    Returns:
        The errors against the public protocol, which is called by keyword, and against the private
        one, which the routing table calls positionally. Warnings are left to the rules.
    """
    findings = check_protocol(implementation, api_protocol_map()[api])
    private = additional_protocols_map().get(api)
    if private is not None:
        findings += check_protocol(implementation, private, calls="positional")
    return [str(finding) for finding in findings if finding.severity is Severity.ERROR]
