"""The route modules by API."""

from __future__ import annotations

from mini_stack.job_routes import create_router

_ROUTER_FACTORIES = {"jobs": create_router}
