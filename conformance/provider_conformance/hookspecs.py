"""The hooks that a provider's author may write in a conftest.py."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.hookspec(firstresult=True)
def pytest_provider_config(spec: Any) -> Any:
    """The configuration to try a provider with.

    It is called once for each spec, before anything is collected: the conftest.py has to be one that
    pytest reads first (beside the ini file, or in ``testpaths``). The first answer that is not None counts,
    and goes before ``--provider-config`` and before the sample.

    Args:
        spec: The provider's spec, as its ``get_provider_spec`` returned it.

    Returns:
        The settings as a dict, which may hold ``${env.NAME:=default}`` references; or an object of the
        spec's configuration class; or None, for what comes without the hook.
    """


@pytest.hookspec(firstresult=True)
def pytest_provider_samples(spec: Any) -> Any:
    """Calls and names to try a provider with.

    It is called when ``pytest_provider_config`` is, and goes before ``--provider-samples``. Mark your own
    with ``@pytest.hookimpl(optionalhook=True)``: then it does no harm where this plugin is off, or is one
    that has no such hook yet.

    Args:
        spec: The provider's spec, as its ``get_provider_spec`` returned it.

    Returns:
        A dict with ``names`` (what stands in a place of that name: ``{"model": "my-model"}``) and ``calls``
        (by method, a list of dicts: the values by the names of their places; ``{"path": ...}`` is a file,
        ``"refused": True`` a call that the provider is expected to refuse); or None.
    """
