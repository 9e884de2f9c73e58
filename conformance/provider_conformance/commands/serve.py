"""``provider-conformance serve``: the built-in stack over HTTP."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

import click

from provider_conformance.errors import UsageError


@click.command(
    epilog="Example: provider-conformance serve run.yaml --provider my_pkg --port 0",
)
@click.argument("run_config", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=5000, show_default=True, help="The port, 0 for any free one.")
@click.option(
    "--provider",
    "packages",
    multiple=True,
    metavar="PACKAGE",
    help="The import name of a package with provider types; may be given several times.",
)
@click.option("--sequential", is_flag=True, help="Start one provider after the other.")
@click.option("--plan", "only_plan", is_flag=True, help="Print what would start in which order, and stop.")
def command(
    run_config: Path, host: str, port: int, packages: tuple[str, ...], sequential: bool, only_plan: bool
) -> None:
    """Serve the built-in stack over HTTP, made as RUN_CONFIG says.

    It is this suite's own small stack, and no installed Llama Stack or OGX.
    """
    with suppress(KeyboardInterrupt):  # how it is told to stop
        asyncio.run(_serve(run_config, host, port, packages, sequential=sequential, only_plan=only_plan))


async def _serve(
    file: Path, host: str, port: int, packages: tuple[str, ...], *, sequential: bool, only_plan: bool
) -> None:
    from provider_conformance.stack.plan import make_plan  # noqa: PLC0415
    from provider_conformance.stack.registry import registry_for  # noqa: PLC0415
    from provider_conformance.stack.run_config import load_run_config  # noqa: PLC0415

    run_config = load_run_config(file)
    registry = registry_for(run_config, packages)
    plan = make_plan(run_config, registry)
    for number, level in enumerate(plan.levels(), start=1):
        print(f"{number}. {', '.join(map(str, level))}", flush=True)
    if only_plan:
        return
    try:
        from provider_conformance.stack.server import serve  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise UsageError(
            f"serving needs the extra `server` ({error.name} is not installed): "
            "pip install fastapi httpx uvicorn"
        ) from error
    from provider_conformance.stack.resolver import resolve  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO)
    print(f"serving the built-in stack of provider-conformance, made as {file} says", flush=True)
    stack = await resolve(run_config, registry, concurrent=not sequential)
    await serve(stack, host=host, port=port)
