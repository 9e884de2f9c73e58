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
