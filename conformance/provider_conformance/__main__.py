"""``python -m provider_conformance``: what can be done without pytest."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from provider_conformance.errors import ConformanceError, UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: The command line, without the program's name; that of the process by default.

    Returns:
        The exit code: 0, or 2 where the command could not be carried out as given.
    """
    # Imported late, as everything that a command needs: `--help` is quick.
    from provider_conformance.stack.errors import StackError  # noqa: PLC0415

    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except (StackError, ConformanceError) as error:
        print("\n".join([f"error: {error}", *getattr(error, "__notes__", ())]), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m provider_conformance")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_snapshot(commands)
    run = commands.add_parser("run", help="start the stack of a run config and serve it over HTTP")
    run.set_defaults(command=lambda options: asyncio.run(_run(options)))
    run.add_argument("run_config", type=Path, metavar="RUN_CONFIG", help="the YAML file")
    run.add_argument("--host", default="127.0.0.1", help="the address to listen at (%(default)s)")
    run.add_argument("--port", type=int, default=5000, help="the port, 0 for any free one (%(default)s)")
    run.add_argument(
        "--provider",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="the import name of a package with provider types; may be given several times",
    )
    run.add_argument("--sequential", action="store_true", help="start one provider after the other")
    run.add_argument("--plan", action="store_true", help="print what would start in which order, and stop")
    return parser


def _add_snapshot(commands: Any) -> None:
    does = "write what an installed stack demands of its providers to a file"
    snapshot = commands.add_parser("snapshot", help=does)
    snapshot.set_defaults(command=_snapshot)
    snapshot.add_argument(
        "--stack", choices=("llama-stack", "ogx"), help="which one, where several are installed"
    )
    snapshot.add_argument(
        "--output", type=Path, metavar="FILE", help="the file (the release's name in the current folder)"
    )


def _snapshot(options: argparse.Namespace) -> None:
    from provider_conformance.contracts.snapshots.capture import capture  # noqa: PLC0415

    name, text = capture(options.stack)
    file: Path = options.output or Path(name)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--output={file}: {error.strerror or error}") from error
    print(f"{file}: {len(text):,} characters")


async def _run(options: argparse.Namespace) -> None:
    from provider_conformance.stack.plan import make_plan  # noqa: PLC0415
    from provider_conformance.stack.registry import registry_for  # noqa: PLC0415
    from provider_conformance.stack.run_config import load_run_config  # noqa: PLC0415

    run_config = load_run_config(options.run_config)
    registry = registry_for(run_config, options.provider)
    plan = make_plan(run_config, registry)
    for number, level in enumerate(plan.levels(), start=1):
        print(f"{number}. {', '.join(map(str, level))}", flush=True)
    if options.plan:
        return
    try:
        from provider_conformance.stack.server import serve  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise UsageError(
            f"serving needs the extra `server` ({error.name} is not installed): "
            "pip install 'provider-conformance[server]'"
        ) from error
    from provider_conformance.stack.resolver import resolve  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO)
    stack = await resolve(run_config, registry, concurrent=not options.sequential)
    await serve(stack, host=options.host, port=options.port)


if __name__ == "__main__":
    sys.exit(main())
