"""The tools that an agent can be given, and how it searches its memory."""

from enum import Enum
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from provider_conformance.stack.apis.deployment import RestAPIExecutionConfig
from provider_conformance.stack.apis.tools import ToolParamDefinition


class AgentTool(Enum):
    """The kinds of tools that an agent can be given."""

    brave_search = "brave_search"
    wolfram_alpha = "wolfram_alpha"
    photogen = "photogen"
    code_interpreter = "code_interpreter"
    function_call = "function_call"
    memory = "memory"


class ToolDefinitionCommon(BaseModel):
    """What all tools of an agent have: the shields over what goes in and what comes out."""

    input_shields: list[str] | None = Field(default_factory=list)
    output_shields: list[str] | None = Field(default_factory=list)


class SearchEngineType(Enum):
    """The search engines that an agent can use."""

    bing = "bing"
    brave = "brave"


class SearchToolDefinition(ToolDefinitionCommon):
    """A web search. Models ask for it as ``brave_search`` whichever ``engine`` answers."""

    type: Literal["brave_search"] = "brave_search"
    api_key: str
    engine: SearchEngineType = SearchEngineType.brave
    remote_execution: RestAPIExecutionConfig | None = None


class WolframAlphaToolDefinition(ToolDefinitionCommon):
    """A computation by Wolfram Alpha."""

    type: Literal["wolfram_alpha"] = "wolfram_alpha"
    api_key: str
    remote_execution: RestAPIExecutionConfig | None = None


class PhotogenToolDefinition(ToolDefinitionCommon):
    """An image generator."""

    type: Literal["photogen"] = "photogen"
    remote_execution: RestAPIExecutionConfig | None = None


class CodeInterpreterToolDefinition(ToolDefinitionCommon):
    """A Python interpreter."""

    type: Literal["code_interpreter"] = "code_interpreter"
    enable_inline_code_execution: bool = True
    remote_execution: RestAPIExecutionConfig | None = None


class FunctionCallToolDefinition(ToolDefinitionCommon):
    """A function of the caller's own."""

    type: Literal["function_call"] = "function_call"
    function_name: str
    description: str
    parameters: dict[str, ToolParamDefinition]
    remote_execution: RestAPIExecutionConfig | None = None


class _MemoryBankConfigCommon(BaseModel):
    bank_id: str


class AgentVectorMemoryBankConfig(_MemoryBankConfigCommon):
    """A vector bank to search."""

    type: Literal["vector"] = "vector"


class AgentKeyValueMemoryBankConfig(_MemoryBankConfigCommon):
    """A key-value bank to search, and the keys to look at."""

    type: Literal["keyvalue"] = "keyvalue"
    keys: list[str]


class AgentKeywordMemoryBankConfig(_MemoryBankConfigCommon):
    """A keyword bank to search."""

    type: Literal["keyword"] = "keyword"


class AgentGraphMemoryBankConfig(_MemoryBankConfigCommon):
    """A graph bank to search, and the entities to look at."""

    type: Literal["graph"] = "graph"
    entities: list[str]


MemoryBankConfig = Annotated[
    AgentVectorMemoryBankConfig
    | AgentKeyValueMemoryBankConfig
    | AgentKeywordMemoryBankConfig
    | AgentGraphMemoryBankConfig,
    Field(discriminator="type"),
]


class MemoryQueryGenerator(Enum):
    """The ways of making a query of a conversation."""

    default = "default"
    llm = "llm"
    custom = "custom"


class DefaultMemoryQueryGeneratorConfig(BaseModel):
    """The query is the messages, joined by ``sep``."""

    type: Literal["default"] = "default"
    sep: str = " "


class LLMMemoryQueryGeneratorConfig(BaseModel):
    """The query is what a model makes of a template."""

    type: Literal["llm"] = "llm"
    model: str
    template: str


class CustomMemoryQueryGeneratorConfig(BaseModel):
    """The query comes from code of the caller's own."""

    type: Literal["custom"] = "custom"


MemoryQueryGeneratorConfig = Annotated[
    DefaultMemoryQueryGeneratorConfig | LLMMemoryQueryGeneratorConfig | CustomMemoryQueryGeneratorConfig,
    Field(discriminator="type"),
]


class MemoryToolDefinition(ToolDefinitionCommon):
    """A search in memory banks; ``query_generator_config`` says how the query is made."""

    type: Literal["memory"] = "memory"
    memory_bank_configs: list[MemoryBankConfig] = Field(default_factory=list)
    query_generator_config: MemoryQueryGeneratorConfig = Field(
        default_factory=DefaultMemoryQueryGeneratorConfig
    )
    max_tokens_in_context: int = 4096
    max_chunks: int = 10


AgentToolDefinition = Annotated[
    SearchToolDefinition
    | WolframAlphaToolDefinition
    | PhotogenToolDefinition
    | CodeInterpreterToolDefinition
    | FunctionCallToolDefinition
    | MemoryToolDefinition,
    Field(discriminator="type"),
]
