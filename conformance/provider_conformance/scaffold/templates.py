"""The texts of a new package; ``$name`` is filled in."""

from __future__ import annotations

from typing import Final

PYPROJECT: Final = """\
[build-system]
requires = ["hatchling>=1.25"]
build-backend = "hatchling.build"

[project]
name = "$slug"
version = "0.1.0"
description = "A provider of $api for $on"
readme = "README.md"
requires-python = ">=$python"
dependencies = ["$requires", "pydantic>=2.7"]

[dependency-groups]
test = ["mypy", "provider-conformance"$tested]

[tool.hatch.build.targets.wheel]
packages = ["$package"]

[tool.pytest.ini_options]
testpaths = ["tests"]
provider = ["$package"]
provider_stack = "$option"

[tool.mypy]
strict = true
packages = ["$package"]
follow_untyped_imports = true
"""

README: Final = """\
# $slug

A provider of `$api` for $on.

- `$package/provider.py` tells the stack of it,
- `$package/config.py` is what can be set in a run config,
- `$package/$api.py` is what answers. A method that is not written yet raises `NotImplementedError`.

Try it:

    pip install --editable . --group test
    pytest
    mypy

`pytest` runs your own tests, and checks the provider against the stack. Once methods answer, demand that they
go on answering: `provider_require = ["serves"]` in `pyproject.toml`.
"""

WORKFLOW: Final = """\
name: provider
on: [push, pull_request]

permissions:
  contents: read

jobs:
  conformance:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "$python"
      - run: pip install . --group test
      - run: pytest
      - run: mypy
"""

INIT: Final = '''\
"""A provider of $api for $on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from $specs import Api

from $package.config import ${title}Config

if TYPE_CHECKING:
    from $package.$api import $cls


async def $factory(config: ${title}Config, deps: Mapping[Api, Any]) -> $cls:
    """Make the provider; the stack calls this once for each configured `provider_id`.

    Args:
        config: The validated configuration.
        deps: The implementations of the APIs that the spec names as dependencies.
    """
    # Imported here, so that asking for the spec stays cheap.
    from $package.$api import $cls

    provider = $cls(config)
    await provider.initialize()
    return provider
'''

SPEC: Final = '''\
"""What the stack is told about the provider before anything is made."""

from $specs import $spec_classes


def get_provider_spec() -> $spec_class:
    """The spec of the provider."""
    return $spec_class(
$spec
    )
'''

CONFIG: Final = '''\
"""The configuration of the provider."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class ${title}Config(BaseModel):
    """What can be set in a run config; a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands."""
        return {}
'''

REMOTE_CONFIG: Final = '''\
"""The configuration of the provider."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ${title}Config(BaseModel):
    """What can be set in a run config; a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid")

    base_url: str = Field(default="http://localhost:9000", description="The address of the server")

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands."""
        return {"base_url": "http://localhost:9000"}
'''

CLASS: Final = '''\
"""What answers: the protocol of $api, and what the stack's routing table calls."""

from __future__ import annotations

$imports

from $package.config import ${title}Config


class $cls($bases):
    """Serves $api."""

$members    def __init__(self, config: ${title}Config) -> None:
        self.$kept
'''

HELD: Final = """\
        self._registered: dict[str, $objects] = {}
"""

LIFE: Final = '''\

    async def initialize(self) -> None:
        """Open what is needed; a second call changes nothing."""

    async def shutdown(self) -> None:
        """Close what is open; may be called twice."""
'''

TESTS: Final = '''\
"""What only this provider promises; `pytest` checks the rest by itself."""

from provider_conformance.testing import on_stack


@on_stack("$package", stack="$option")
async def test_it_is_made_by_the_stack(provider):  # type: ignore[no-untyped-def]
    assert type(provider.instance).__name__ == "$cls"
'''
