"""``python -m provider_conformance``: what can be done without pytest."""

from __future__ import annotations

import argparse
import asyncio
import json
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
        The exit code: 0, or 2 where the command could not be carried out as given; 1 where `matrix` was
        asked for releases by name and one of them does not fit.
    """
    # Imported late, as everything that a command needs: `--help` is quick.
    from provider_conformance.stack.errors import StackError  # noqa: PLC0415

    options = _parser().parse_args(arguments)
    try:
        return options.command(options) or 0
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
    _add_matrix(commands)
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


def _add_matrix(commands: Any) -> None:
    does = "judge the source of a provider by releases of the stacks that need not be installed"
    matrix = commands.add_parser("matrix", help=does)
    matrix.set_defaults(command=_matrix)
    matrix.add_argument(
        "provider", metavar="PROVIDER", help="what --provider takes: an import name or a path"
    )
    matrix.add_argument(
        "--releases",
        default="all",
        help="which: ogx==1.5.0,llama-stack>=0.6 have to fit; all (the default) need not",
    )
    matrix.add_argument("--api", help="the API that the class of module:Class implements")
    matrix.add_argument("--json", action="store_true", help="print the matrix as in the JSON report")


def _matrix(options: argparse.Namespace) -> int:
    from provider_conformance.contracts.snapshots import available  # noqa: PLC0415
    from provider_conformance.releases import rendering  # noqa: PLC0415
    from provider_conformance.releases.asking import parse_releases  # noqa: PLC0415
    from provider_conformance.releases.matrix import Matrix  # noqa: PLC0415
    from provider_conformance.releases.survey import Survey  # noqa: PLC0415

    asked = parse_releases(options.releases, available(), "--releases")
    survey = Survey(options.provider, api=options.api, root=Path.cwd(), here=Path.cwd())
    matrix = Matrix(survey.name, tuple(map(survey.fit, asked.releases)))
    if options.json:
        print(json.dumps(rendering.as_data(matrix), indent=2, ensure_ascii=False))
    else:
        print("\n".join(text for text, _markup in rendering.lines(matrix)))
    return 0 if asked.survey or all(fit.fits for fit in matrix.fits) else 1


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
            "pip install fastapi httpx uvicorn"
        ) from error
    from provider_conformance.stack.resolver import resolve  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO)
    stack = await resolve(run_config, registry, concurrent=not options.sequential)
    await serve(stack, host=options.host, port=options.port)


if __name__ == "__main__":
    sys.exit(main())
