"""Whether a stack asks for a listing after something was registered: read off who calls it."""

from __future__ import annotations

import pytest

from provider_conformance.contracts.load import load_contract
from provider_conformance.evidence.registries.verbs import lists_again


@pytest.mark.parametrize(
    ("release", "api", "again"),
    [
        ("builtin", "inference", False),
        ("llama-stack==0.0.42", "memory", False),
        ("llama-stack==0.7.3", "scoring", False),
        ("llama-stack==0.7.3", "inference", True),
        ("ogx==1.5.0", "inference", True),
        ("ogx==1.5.0", "vector_io", False),
        ("ogx==1.5.0", "files", False),
    ],
)
def test_a_table_that_refreshes_lists_again(release: str, api: str, again: bool) -> None:
    assert lists_again(load_contract(release).apis[api]) is again
