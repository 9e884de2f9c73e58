"""The tools of an agent: which of them this provider can run, and how a model is told of the others."""

from __future__ import annotations

from collections.abc import Iterable

from provider_conformance.stack.apis.agent_tools import (
    AgentToolDefinition,
    DefaultMemoryQueryGeneratorConfig,
    FunctionCallToolDefinition,
    MemoryToolDefinition,
)
from provider_conformance.stack.apis.agents import AgentConfig
from provider_conformance.stack.apis.tools import ToolDefinition


def refuse_what_cannot_be_run(config: AgentConfig) -> None:
    """Refuse an agent that would not do what its configuration says.

    Raises:
        NotImplementedError: It has a tool, or a setting of one, that cannot be run here.
    """
    for tool in config.tools or ():
        problem = _problem(tool)
        if problem:
            raise NotImplementedError(f"tool {tool.type!r}: {problem}")


def functions(config: AgentConfig) -> list[ToolDefinition]:
    """The caller's own functions, as a model is told of them."""
    return [
        ToolDefinition(tool_name=tool.function_name, description=tool.description, parameters=tool.parameters)
        for tool in config.tools or ()
        if isinstance(tool, FunctionCallToolDefinition)
    ]


def memory_tools(config: AgentConfig) -> Iterable[MemoryToolDefinition]:
    """The searches in memory that every turn begins with."""
    return (tool for tool in config.tools or () if isinstance(tool, MemoryToolDefinition))


def _problem(tool: AgentToolDefinition) -> str:
    """Why a tool cannot be run here; empty where it can."""
    if not isinstance(tool, (FunctionCallToolDefinition, MemoryToolDefinition)):
        return "there are only `function_call` and `memory` here"
    if tool.input_shields or tool.output_shields:
        return "shields of a tool are not run here, give them to the agent"
    if isinstance(tool, FunctionCallToolDefinition):
        return "`remote_execution` is not done here, the caller answers" if tool.remote_execution else ""
    generator = tool.query_generator_config
    known = isinstance(generator, DefaultMemoryQueryGeneratorConfig)
    return "" if known else f"queries are not made by {generator.type!r} here, only by 'default'"
