"""Hosts are loaded by the names of their stacks."""

from __future__ import annotations

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.hosts import load_host


def test_the_built_in_stack() -> None:
    assert load_host("builtin").stack == "builtin"


def test_an_unknown_name_is_refused_with_the_choices() -> None:
    with pytest.raises(UsageError, match="builtin, installed, llama-stack, ogx"):
        load_host("lama-stack")
