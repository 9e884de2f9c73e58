"""A provider of the mini stack's own, which is handed others."""

from __future__ import annotations

from typing import Any

from mini_stack.api import Api
from mini_stack.providers.baker import Baker


async def get_provider_impl(config: Any, deps: dict[Api, Any]) -> Baker:
    return Baker(config, deps[Api.jobs], deps[Api.chat])
