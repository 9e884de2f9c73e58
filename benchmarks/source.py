"""What the source view costs, measured against parsing the same files.

Run with ``python benchmarks/source.py``. A provider of 2,000 lines, whose class inherits mixins of its
own package, is read off its source and judged against the built-in contract; and one that inherits
mixins of ogx as well, against the snapshot of ogx 1.5.0, which is loaded anew each time. The yardstick
is ``ast.parse`` over the files that the verdict needs: those that were read, no more.
"""

from __future__ import annotations

import ast
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from provider_conformance import rules
from provider_conformance.contracts.load import load_contract
from provider_conformance.contracts.snapshots import Release, store
from provider_conformance.contracts.snapshots.texts import Found
from provider_conformance.findings import Outcome
from provider_conformance.package import staging
from provider_conformance.providers import views
from provider_conformance.run.engine import execute
from provider_conformance.run.planning import plan

ROUNDS = 15
LIMIT = 3.0
SECONDS = 1.0
FAMILIES = ("PC1", "PC2", "PC3")

PROVIDER = """
from {stack} import Api, InlineProviderSpec


def get_provider_spec():
    return InlineProviderSpec(
        api=Api.inference,
        provider_type="inline::large",
        module="{name}",
        config_class="{name}.config.Config",
    )
"""

INIT = """
async def get_provider_impl(config, deps):
    from .adapter import LargeInference

    impl = LargeInference(config)
    await impl.initialize()
    return impl
"""

CONFIG = """
from pydantic import BaseModel


class Config(BaseModel):
    url: str = "http://localhost"
"""

HELPER = '''
    def helper_{number}(self, first, second=None, *, third: int = {number}) -> dict[str, object]:
        """Prepare request {number}."""
        request = {{"first": first, "second": second, "third": third}}
        if second is not None and third > {number}:
            request["options"] = [self._clean(part, limit={number}) for part in (first, second)]
        for name, value in list(request.items()):
            if value is None:
                del request[name]
        return request
'''

METHODS = """
    async def completion(self, model, content, sampling_params=None, response_format=None, stream=False,
                         logprobs=None):
        return self.helper_1(model, content)

    async def chat_completion(self, model, messages, sampling_params=None, tools=None, tool_choice=None,
                              tool_prompt_format=None, response_format=None, stream=False, logprobs=None):
        return self.helper_2(model, messages)

    async def embeddings(self, model, contents):
        return self.helper_3(model, contents)

    async def initialize(self): ...
"""

REGISTRY = """
    async def register_model(self, model): ...

    async def list_models(self):
        return []

    async def shutdown(self): ...
"""

HEAD = """
from provider_conformance.stack.apis.inference import Inference

from .registry import Registry


class LargeInference(Registry, Inference):
    def __init__(self, config):
        self.config = config
"""

OGX_CONFIG = """
from ogx.providers.utils.inference.model_registry import RemoteInferenceProviderConfig


class Config(RemoteInferenceProviderConfig):
    url: str = "http://localhost"
"""

OGX_HEAD = """
from ogx.providers.utils.inference.openai_mixin import OpenAIMixin
from ogx_api import InferenceProvider

from .config import Config
from .registry import Registry


class LargeInference(Registry, OpenAIMixin, InferenceProvider):
    config: Config

    def get_base_url(self):
        return self.config.url
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A provider, and what it is judged by: a release's snapshot, or the built-in stack."""

    name: str
    stack: str
    config: str
    head: str
    methods: str
    registry: str
    release: Release | None = None


CASES = (
    Case("large_provider", "provider_conformance.stack.specs", CONFIG, HEAD, METHODS, REGISTRY),
    Case("large_ogx_provider", "ogx_api", OGX_CONFIG, OGX_HEAD, "", "", Release("ogx", "1.5.0")),
)


def helpers(first: int, count: int) -> str:
    """So many methods, as a provider has them."""
    return "".join(HELPER.format(number=number) for number in range(first, first + count))


def write(folder: Path, case: Case) -> int:
    """Write the provider; the result is the number of its lines."""
    package = folder / case.name
    package.mkdir()
    sources = {
        "__init__": INIT,
        "provider": PROVIDER.format(stack=case.stack, name=case.name),
        "config": case.config,
        "registry": f"class Registry:\n{helpers(100, 95)}{case.registry}",
        "adapter": f"{case.head}{helpers(0, 105)}{case.methods}",
    }
    for name, text in {**sources, "unused": f"class Unused:\n{helpers(500, 200)}"}.items():
        (package / f"{name}.py").write_text(text)
    return sum(text.count("\n") for text in sources.values())


def verdict(folder: Path, case: Case) -> tuple[int, list[Found]]:
    """Judge the provider by its source: the number of checks, and what was read."""
    store.load.cache_clear()
    snapshot = None if case.release is None else store.load(case.release)
    contract = load_contract("builtin") if snapshot is None else snapshot.contract
    provider = views.load(str(folder / case.name), view="source", root=folder, snapshot=snapshot)
    wanted = [rule for rule in rules.all_rules() if rule.code.startswith(FAMILIES)]
    checks = plan([provider], {provider.name: contract}, wanted, find=views.finder("source"))
    results = [execute(check) for check in checks]
    passed = sum(result.outcome is Outcome.PASSED for result in results)
    if any(result.broken for result in results) or passed < len(results) / 2:
        raise SystemExit("the provider was not judged; the figures would mean nothing")
    modules = [module for module in provider.reader.library.modules.values() if module is not None]
    return len(results), [module.source.found for module in modules if "tree" in vars(module.source)]


def seconds(work: Callable[[], object]) -> float:
    """The CPU time of one round."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> int:
    """Measure and judge."""
    with tempfile.TemporaryDirectory() as name:
        return max([measure(Path(name), case) for case in CASES])


def measure(folder: Path, case: Case) -> int:
    """Measure one case; the result is 1 where it takes too long."""
    lines = write(folder, case)
    count, read = verdict(folder, case)
    texts = [found.text for found in read]
    pairs = [
        (seconds(lambda: [ast.parse(text) for text in texts]), seconds(lambda: verdict(folder, case)))
        for _ in range(ROUNDS)
    ]
    staging.unstage()
    parsing, viewing = (median(times) for times in zip(*pairs, strict=True))
    ratio = median(view / parse for parse, view in pairs)
    total = sum(text.count("\n") for text in texts)
    print(f"provider: {lines} lines, on {case.release or 'the built-in stack'}")
    print(f"read: {len(texts)} files, {total} lines, {sum(map(len, texts))} characters; {count} checks")
    print(f"ast.parse: {parsing * 1e3:.1f} ms; source view: {viewing * 1e3:.1f} ms; {ratio:.2f} x")
    print("read:", *sorted(Path(found.path).name for found in read))
    if "unused.py" in {Path(found.path).name for found in read}:
        raise SystemExit("a module was read that the verdict does not need")
    return int(ratio > LIMIT or viewing > SECONDS)


if __name__ == "__main__":
    sys.exit(main())
