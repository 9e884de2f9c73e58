"""For tests of an author's own: a provider that runs on its stack, and its checks as a parametrized test."""

from provider_conformance.testing.checks import ConformanceCheck, provider_checks
from provider_conformance.testing.on_stack import OnStack, ProviderNotTriedError, on_stack, run_on_stack

__all__ = [
    "ConformanceCheck",
    "OnStack",
    "ProviderNotTriedError",
    "on_stack",
    "provider_checks",
    "run_on_stack",
]
