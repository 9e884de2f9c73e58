"""The provider: ogx's tool protocol, and what the tool groups' routing table calls."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ogx_api import (
    URL,
    ListToolDefsResponse,
    ToolGroup,
    ToolGroupsProtocolPrivate,
    ToolInvocationResult,
    ToolRuntime,
    ToolStore,
)
from pydantic import ValidationError

from reference_ogx.tool_runtime.config import ReferenceOgxToolRuntimeConfig
from reference_ogx.tool_runtime.toolbox import TOOLS


class ReferenceOgxToolRuntime(ToolRuntime, ToolGroupsProtocolPrivate):
    """Runs a few tools. It keeps nothing between two calls."""

    tool_store: ToolStore | None = None  # set by the stack

    def __init__(self, config: ReferenceOgxToolRuntimeConfig) -> None:
        self._config = config

    async def initialize(self) -> None:
        """Nothing to open here; a second call changes nothing."""

    async def shutdown(self) -> None:
        """Nothing to close here; may be called twice."""

    async def register_toolgroup(self, toolgroup: ToolGroup) -> None:
        """Take a group: all groups of this provider have the same tools."""

    async def unregister_toolgroup(self, toolgroup_id: str) -> None:
        """Let go of a group, of which nothing is kept."""

    async def list_runtime_tools(
        self,
        tool_group_id: str | None = None,
        mcp_endpoint: URL | None = None,
        authorization: str | None = None,
    ) -> ListToolDefsResponse:
        """All tools, as new objects: the routing table writes its own group into them."""
        return ListToolDefsResponse(data=[tool.listed(name) for name, tool in TOOLS.items()])

    async def invoke_tool(
        self, tool_name: str, kwargs: dict[str, Any], authorization: str | None = None
    ) -> ToolInvocationResult:
        """Run a tool.

        Arguments that do not fit are an answer, not an exception: the model that chose them reads it and
        tries again.

        Raises:
            ValueError: There is no such tool.
        """
        tool = TOOLS.get(tool_name)
        if tool is None:
            raise ValueError(f"there is no tool {tool_name!r} here; there are {', '.join(TOOLS)}")
        try:
            arguments = tool.arguments.model_validate(kwargs)
        except ValidationError as error:
            return _refused("; ".join(_told(one) for one in error.errors(include_url=False)))
        longest = max((len(value) for value in kwargs.values() if isinstance(value, str)), default=0)
        if longest > self._config.max_characters:
            return _refused(f"a text has {longest} characters; {self._config.max_characters} are taken")
        return ToolInvocationResult(content=tool.run(arguments))


def _refused(why: str) -> ToolInvocationResult:
    return ToolInvocationResult(error_message=why, error_code=HTTPStatus.BAD_REQUEST)


def _told(error: Any) -> str:
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
