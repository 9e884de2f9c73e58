"""Run mypy on a generated module in a process of its own, with a cache that outlives the run.

A process of its own, since mypy keeps what it has read: runs inside the test process would grow it by
some hundred megabytes, and mypy's speed depends on a garbage collector tuned for it alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

FLOOR: Final = (1, 14)
"""The first release of mypy that has both ``--output json`` and ``--follow-untyped-imports``."""

CACHE_VARIABLE: Final = "PROVIDER_CONFORMANCE_CACHE"
MODULE: Final = "provider_conformance_typing"
_CHILD: Final = Path(__file__).with_name("mypy_child.py")
_SECONDS: Final = 900

HEAVY: Final = tuple(
    """
    accelerate aiohttp alembic anthropic anyio asyncpg azure bitsandbytes boto3 botocore certifi
    chromadb click cryptography databricks datasets deepspeed dill distributed docker docling
    docling_core elasticsearch fairscale faiss fastapi fireworks flask fontTools google gradio
    graphql groq grpc h11 h2 httpcore httpcore2 httpx httpx2 huggingface_hub ibm_watsonx_ai
    instructor jax jinja2 jose jsonschema jwt kubernetes langchain langchain_community
    langchain_core langgraph litellm llama_cpp llama_index llama_stack_client lxml markdown
    markitdown marqo matplotlib mcp milvus_lite mlflow moto motor mypy_boto3 neo4j networkx nltk
    numba numpy oci ogx_client ollama onnxruntime openai opensearchpy OpenSSL opentelemetry oracledb
    pandas paramiko peft PIL pinecone pip playwright polars prompt_toolkit psycopg psycopg2 pyarrow
    pygments pymilvus pymongo pypdf pytest qdrant_client ragas ray redis requests rich s3transfer
    sagemaker scipy selenium sentence_transformers sentencepiece sentry_sdk setuptools sglang
    sklearn snowflake spacy sqlalchemy sqlmodel starlette streamlit structlog sympy tensorflow
    tiktoken together tokenizers torch torchao torchaudio torchtune torchvision tornado transformers
    trio triton trl twisted typer unstructured urllib3 uvicorn vllm wandb watchfiles weaviate
    websockets zmq
    """.split()  # noqa: SIM905 - a hundred quoted names would be harder to read
)
"""Trees that cost more to read than they tell.

What comes from them is ``Any`` to mypy. A tree that defines a class under test is read all the same, and so
are the few modules that define what a stack's protocols promise.
"""

PARTS: Final = (
    "provider_conformance.calling",
    "provider_conformance.configuration",
    "provider_conformance.contracts",
    "provider_conformance.hosts",
    "provider_conformance.neighbours",
    "provider_conformance.package",
    "provider_conformance.protocols",
    "provider_conformance.providers",
    "provider_conformance.rules",
    "provider_conformance.sandbox",
    "provider_conformance.source",
    "provider_conformance.types",
    "pydantic.deprecated",
    "pydantic.json_schema",
    "pydantic.plugin",
    "pydantic.v1",
    "pydantic_core.core_schema",
)
"""Parts of what has to be read that say nothing about a protocol's types."""


_IRRELEVANT: Final = "func-returns-value, empty-body, import-untyped, import-not-found, no-untyped-call"
"""Errors about how the generated module is written."""


class MypyError(Exception):
    """Mypy could not be run, or stopped before it had judged anything; the message says why.

    ``blocked`` is true where an error in one of the modules that it read stopped it.
    """

    def __init__(self, message: str, *, blocked: bool = False) -> None:
        super().__init__(message)
        self.blocked = blocked


@dataclass(frozen=True, slots=True)
class Message:
    """One message of mypy; ``path`` is as mypy shows it, relative to the folder that it ran in."""

    path: str
    line: int
    text: str
    code: str
    is_error: bool

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Setup:
    """How mypy is to be run.

    ``key`` names what is checked (a provider and its stack), and so the cache. ``needed`` are packages
    that are read even if they are heavy, ``modules`` such modules. ``follow_untyped`` is off only in tests:
    they show that without it nothing can be concluded from a stack that ships no ``py.typed``.
    """

    key: str
    needed: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    search: tuple[str, ...] = ()
    follow_untyped: bool = True


def run_mypy(text: str, setup: Setup) -> list[Message]:
    """Run mypy on a module.

    Args:
        text: The module's source.
        setup: How to run it.

    Returns:
        What mypy says of that module and of no other.

    Raises:
        MypyError: Mypy is missing or too old, crashed, or was stopped by an error in what the module
            imports.
    """
    release = _release()
    folder = _folder(setup, release)
    with _locked(folder):
        (folder / f"{MODULE}.py").write_text(text, encoding="utf-8")
        (folder / "mypy.ini").write_text(_config(setup), encoding="utf-8")
        done = _started(folder, setup)
    messages = list(_messages(done.stdout))
    # 1 says that there are errors; an interpreter that dies says 1 as well, and none
    if done.returncode not in (0, 1) or bool(done.returncode) is not any(m.is_error for m in messages):
        raise MypyError(_why_stopped(messages, done), blocked=bool(messages))
    return [message for message in messages if Path(message.path).name == f"{MODULE}.py"]


def _release() -> str:
    try:
        release = metadata.version("mypy")
    except metadata.PackageNotFoundError:
        msg = "mypy is not installed; types are checked with it: pip install mypy"
        raise MypyError(msg) from None
    if tuple(int(part) for part in release.split(".")[:2]) < FLOOR:
        msg = f"mypy {release} is too old: {_shown(FLOOR)} or later reads packages that do not ship py.typed"
        raise MypyError(msg)
    return release


def _shown(release: Sequence[int]) -> str:
    return ".".join(map(str, release))


def _started(folder: Path, setup: Setup) -> subprocess.CompletedProcess[str]:
    command = [
        *(sys.executable, "-E", "-P", "-X", "utf8", str(_CHILD)),
        *("--config-file", "mypy.ini", "--output", "json", "--no-error-summary", f"{MODULE}.py"),
    ]
    try:
        return subprocess.run(  # noqa: S603 - the interpreter that runs this, on a file of this package
            command,
            cwd=folder,
            input=json.dumps([*setup.search, *_search_path()]),
            env={k: v for k, v in os.environ.items() if not k.startswith("MYPY")},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        msg = f"mypy did not finish within {_SECONDS} seconds"
        raise MypyError(msg) from None
    except OSError as error:
        msg = f"mypy could not be started: {error}"
        raise MypyError(msg) from error


def _search_path() -> list[str]:
    """Where this process finds modules; the empty entry stands for the current folder."""
    return list(dict.fromkeys(str(Path(entry).absolute()) for entry in sys.path if isinstance(entry, str)))


def _config(setup: Setup) -> str:
    skipped = [*(name for name in HEAVY if name not in setup.needed), *PARTS]
    sections = [
        "[mypy]",
        "follow_imports = silent",
        "ignore_missing_imports = True",
        f"follow_untyped_imports = {setup.follow_untyped}",
        "implicit_optional = True",
        "strict_optional = True",
        "incremental = True",
        "cache_dir = cache",
        "sqlite_cache = True",
        "cache_fine_grained = False",
        "check_untyped_defs = False",
        f"disable_error_code = {_IRRELEVANT}",
        "show_error_context = False",
        "",
        f"[mypy-{','.join(f'{name}.*' for name in skipped)}]",
        "follow_imports = skip",
        "",
    ]
    if setup.modules:  # a section for a module comes before one for its package
        sections += [f"[mypy-{','.join(sorted(setup.modules))}]", "follow_imports = silent", ""]
    return "\n".join(sections)


def _messages(output: str) -> Iterator[Message]:
    for line in output.splitlines():
        with suppress(ValueError, KeyError, TypeError):
            yield _message(json.loads(line))


def _message(raw: dict[str, Any]) -> Message:
    text = raw["message"] if not raw.get("hint") else f"{raw['message']}\n{raw['hint']}"
    return Message(raw["file"], int(raw["line"]), text, raw["code"] or "", raw["severity"] == "error")


def _why_stopped(messages: Sequence[Message], done: subprocess.CompletedProcess[str]) -> str:
    errors = [message for message in messages if message.is_error]
    if errors:
        return f"mypy stopped at an error: {errors[0]}"
    said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return f"mypy failed ({done.returncode}): {said[-1].strip() if said else 'it said nothing'}"


# -- the cache ------------------------------------------------------------------------------------


def cache_root() -> Path:
    """The folder below which mypy's caches lie: the user's cache folder, never the provider's source."""
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen)
    base: Iterable[str | None] = (os.environ.get("XDG_CACHE_HOME"), os.environ.get("LOCALAPPDATA"))
    home = next((Path(path) for path in base if path), None)
    if home is None:
        with suppress(RuntimeError):
            home = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return (home or Path(tempfile.gettempdir())) / "provider-conformance"


def _folder(setup: Setup, release: str) -> Path:
    """The folder of one subject in one environment, made where it is missing."""
    read = (*sorted(setup.needed), *sorted(setup.modules))
    known = [setup.key, release, sys.version, sys.prefix, *read, str(setup.follow_untyped)]
    name = hashlib.sha256("\0".join(known).encode()).hexdigest()[:20]
    for root in (cache_root(), Path(tempfile.gettempdir()) / "provider-conformance"):
        folder = root / "mypy" / name
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    msg = f"no folder for mypy's cache can be made, neither in {cache_root()} nor in {tempfile.gettempdir()}"
    raise MypyError(msg)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other processes out of a cache: several workers of one test run may check one provider."""
    with (folder / "lock").open("a+b") as file:
        _lock(file.fileno())
        yield  # closing the file gives the lock back


if sys.platform == "win32":  # pragma: no cover
    import msvcrt
    import time

    def _lock(descriptor: int) -> None:
        while True:
            with suppress(OSError):
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                return
            time.sleep(0.2)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
