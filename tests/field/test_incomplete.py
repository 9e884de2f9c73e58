"""llama-stack 0.2.24 as pip installs it: its routers import `sqlalchemy`, which it does not require."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.field import only
from support.judging import Run, judged_in_a_process
from support.packages import write

pytestmark = only("stack-ls0224")

TOLD = "llama-stack 0.2.24 cannot be started here: it imports `sqlalchemy`, which is not installed"
SPEC = """
from llama_stack.providers.datatypes import Api, RemoteProviderSpec
from pydantic import BaseModel

class Config(BaseModel):
    url: str = "http://localhost:1"

    @classmethod
    def sample_run_config(cls, **_):
        return {"url": "http://localhost:1"}

def get_provider_spec():
    return RemoteProviderSpec(
        api=Api.inference, adapter_type="small", provider_type="remote::small", module="small",
        config_class="small.provider.Config",
    )
"""
PROVIDER = """
class Adapter:
    model_store = None
    async def initialize(self): ...
    async def shutdown(self): ...
    async def register_model(self, model): return model
    async def unregister_model(self, model_id): return None
    async def list_models(self): return None
    async def should_refresh_models(self): return False
    async def completion(self, model_id, content, **_): return None
    async def chat_completion(self, model_id, messages, **_): return None
    async def embeddings(self, model_id, contents, **_): return None
    async def openai_completion(self, model, prompt, **_): return None
    async def openai_chat_completion(self, model, messages, **_): return None
    async def openai_embeddings(self, model, input, **_): return None

async def get_adapter_impl(config, deps):
    return Adapter()
"""
PROVIDERS = {
    "sound": PROVIDER,
    "broken": PROVIDER.replace("model, input, **_", "model, texts"),
    "imports": f"from llama_stack.providers.utils.inference import inference_store\n{PROVIDER}",
}


@pytest.mark.parametrize(
    ("provider", "errors"), [("sound", set()), ("broken", {"remote::small PC203 openai_embeddings"})]
)
def test_a_provider_is_judged_as_far_as_can_be_read(tmp_path: Path, provider: str, errors: set[str]) -> None:
    run = judged(tmp_path, PROVIDERS[provider])
    assert run.exit_code == bool(errors), run.output
    assert run.found("error") == errors
    assert run.outcomes("inconclusive") == {TOLD}
    # A narrow terminal breaks the sentence.
    assert " ".join(run.output.split()).count(TOLD) == 1


def test_a_provider_that_imports_what_cannot_be_imported_is_read_off_its_source(tmp_path: Path) -> None:
    run = judged(tmp_path, PROVIDERS["imports"])
    assert (run.exit_code, run.found("error")) == (0, set()), run.output
    (reason,) = run.outcomes("inconclusive")
    assert "needs module `sqlalchemy` (imported by `llama_stack`)" in reason


def judged(folder: Path, source: str) -> Run:
    write(folder, {"small/__init__.py": source, "small/provider.py": SPEC})
    return judged_in_a_process(folder, "small", options=("--provider-ignore=PC4",))
