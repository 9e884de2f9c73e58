"""Run a stack of twenty providers on five levels, and use it over HTTP on loopback.

The run config is ``twenty_providers.yaml``, beside this file. The providers are those of the folder
``reference_providers`` and three small ones of ``example_providers`` that need one another's APIs.
Everything runs in this process; nothing is downloaded, and no model is needed.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

HERE = Path(__file__).resolve().parent

# An installed package needs no such line: these are imported from where they lie.
sys.path[:0] = [str(HERE), *sorted(str(p) for p in (HERE.parent / "reference_providers").iterdir())]

from provider_conformance.stack.plan import Plan, ProviderNode, make_plan  # noqa: E402
from provider_conformance.stack.registry import registry_for  # noqa: E402
from provider_conformance.stack.resolver import Stack, resolve  # noqa: E402
from provider_conformance.stack.run_config import load_run_config  # noqa: E402
from provider_conformance.stack.server import create_app  # noqa: E402
from provider_conformance.stack.specs import Api  # noqa: E402


def provider_levels(plan: Plan) -> list[list[ProviderNode]]:
    """The providers that may start together, from the bottom up; tables and routers are left out."""
    levels = [[node for node in level if isinstance(node, ProviderNode)] for level in plan.levels()]
    return [level for level in levels if level]


@asynccontextmanager
async def served(stack: Stack) -> AsyncIterator[str]:
    """The base URL at which a stack is served; in the end the server stops, and the stack with it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(stack), log_level="warning"))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


class Client:
    """Asks the stack over HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def get(self, route: str, **params: str) -> Any:
        """The answer to a GET request."""
        response = await self._http.get(route, params=params)
        return response.raise_for_status().json()

    async def post(self, route: str, **body: Any) -> Any:
        """The answer to a POST request."""
        response = await self._http.post(route, json=body)
        return response.raise_for_status().json()

    async def refused(self, route: str, **body: Any) -> str:
        """What the stack says to a request that it refuses."""
        error = (await self._http.post(route, json=body)).json()["error"]
        return f"{error['status']} {error['type']}: {error['message']}"

    async def stream(self, route: str, **body: Any) -> AsyncIterator[Any]:
        """The server-sent events of a streamed answer."""
        async with self._http.stream("POST", route, json={**body, "stream": True}) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    event = json.loads(line.removeprefix("data:"))
                    if "error" in event:
                        raise RuntimeError(event["error"]["message"])
                    yield event["event"]


def user(text: str) -> list[dict[str, str]]:
    """A conversation of one message."""
    return [{"role": "user", "content": text}]


def title(text: str) -> None:
    """Print the heading of a step."""
    print(f"\n== {text}")


async def look(client: Client) -> None:
    """Ask the stack about itself."""
    title("The stack about itself")
    providers = await client.get("/providers")
    print("GET /health:", (await client.get("/health"))["status"])
    print("GET /providers:", {api: len(several) for api, several in providers.items()})
    models = await client.get("/models/list")
    print("GET /models/list:", {model["identifier"]: model["provider_id"] for model in models})


async def register(client: Client) -> None:
    """Have providers serve what they did not serve from the start."""
    title("Register a model, a memory bank and a shield with providers of our choice")
    rules = [{"pattern": "(?i)weather", "answer": "It is raining."}, {"pattern": ".*", "answer": "Pardon?"}]
    model = {"identifier": "weather", "llama_model": "script", "metadata": {"rules": rules}}
    await client.post("/models/register", model={**model, "provider_id": "clerk"})
    bank = {"identifier": "letters", "type": "keyword"}
    await client.post("/memory_banks/register", memory_bank={**bank, "provider_id": "archive"})
    params = {"patterns": {"key": "BEGIN [A-Z ]*PRIVATE KEY"}}
    shield = {"identifier": "no-keys", "type": "generic_content_shield", "params": params}
    await client.post("/shields/register", shield={**shield, "provider_id": "patterns"})
    print("weather is now served by", (await client.get("/models/get", identifier="weather"))["provider_id"])
    unknown = {**model, "provider_id": "clark"}
    print("with an unknown provider:", await client.refused("/models/register", model=unknown))


async def route(client: Client) -> None:
    """Reach many providers through one route of each API."""
    title("One route, many providers: the name of the model says which one answers")
    for model in ("echo", "markov", "hello", "clerk", "weather", "logged-echo"):
        answer = await client.post(
            "/inference/chat_completion", model=model, messages=user("hello, how is the weather?")
        )
        print(f"{model:>12}: {answer['completion_message']['content'][:70]}")
    refusal = await client.refused("/inference/chat_completion", model="ecco", messages=user("hello"))
    print("an unknown model:", refusal)


async def stream(client: Client) -> None:
    """Read an answer while it is being made."""
    title("Stream an answer")
    question = user("this comes word by word")
    async for event in client.stream("/inference/chat_completion", model="echo", messages=question):
        print(f"[{event['event_type']}]{event['delta']}", end=" ", flush=True)
    print()


async def fill(client: Client) -> None:
    """Put documents into banks of two kinds: one is searched by embeddings, one by words."""
    title("Fill two memory banks")
    hours = {"document_id": "hours", "content": "the shop is open every day until 17:00"}
    parking = {"document_id": "parking", "content": "parking is free behind the house"}
    await client.post("/memory/insert", bank_id="facts", documents=[hours, parking])
    secret = {"document_id": "project", "content": "bluebird"}
    await client.post("/memory/insert", bank_id="forbidden", documents=[secret])
    found = await client.post("/memory/query", bank_id="facts", query="when is the shop open", params=None)
    print("facts, asked about the shop:", found["chunks"][0]["content"])


async def hold_session(client: Client) -> None:
    """Talk to an agent, which uses all the others."""
    title("An agent: shields, memory, model, telemetry")
    tool = {
        "type": "memory",
        "memory_bank_configs": [{"type": "vector", "bank_id": "facts"}],
        "max_chunks": 1,
    }
    config = {
        "model": "shop",
        "instructions": "Answer from what was found.",
        "enable_session_persistence": False,
        "input_shields": ["guard", "watchlist", "no-keys"],
        "output_shields": ["scanner"],
        "tools": [tool],
    }
    agent = await client.post("/agents/create", agent_config=config)
    session = await client.post("/agents/session/create", **agent, session_name="talk")
    for question in ("Until when is the shop open?", "What is bluebird?"):
        print(f"\n> {question}")
        turn = await watch(client, {**agent, **session, "messages": user(question)})
        print("<", turn["output_message"]["content"])
        trace = await client.get("/telemetry/get_trace", trace_id=turn["turn_id"])
        print(f"  traced from {trace['start_time']} to {trace['end_time']}")
    kept = await client.post("/agents/session/get", **agent, **session)
    print(f"\nthe session has {len(kept['turns'])} turns")


async def watch(client: Client, request: dict[str, Any]) -> Any:
    """Print the steps of a turn as they are done, and return the turn."""
    turn = None
    async for event in client.stream("/agents/turn/create", **request):
        payload = event["payload"]
        if payload["event_type"] == "step_complete":
            print("  step:", payload["step_type"])
        turn = payload.get("turn", turn)
    return turn


async def main() -> None:
    """Do it all."""
    run_config = load_run_config(HERE / "twenty_providers.yaml")
    registry = registry_for(run_config)
    plan = make_plan(run_config, registry)
    levels = provider_levels(plan)
    title(f"{len(plan.providers)} providers on {len(levels)} levels")
    for number, level in enumerate(levels, start=1):
        print(f"{number}. {', '.join(map(str, level))}")

    begun = time.perf_counter()
    stack = await resolve(run_config, registry)
    print(f"resolved and started in {time.perf_counter() - begun:.2f} s")
    async with served(stack) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        print("serving at", url)
        client = Client(http)
        for step in (look, register, route, stream, fill, hold_session):
            await step(client)
    title("The server has stopped, and the stack with it, in reverse order of its start")
    left = await stack.providers[Api.inference]["echo"].list_models()
    print(f"models that provider `echo` still serves: {len(left)}")


if __name__ == "__main__":
    asyncio.run(main())
