"""``provider-conformance preflight``: a run config, before a stack is started with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click


@click.command(epilog="Example: provider-conformance preflight run.yaml --stack ogx==1.5.0")
@click.argument("run_config", type=click.Path(path_type=Path))
@click.option(
    "--stack",
    default="auto",
    help="The stack that it is for: auto, builtin, ogx, ogx==1.5.0.",
)
@click.option("--start", is_flag=True, help="Start the providers that the run config brings along, too.")
@click.option("--json", "as_json", is_flag=True, help="Print what is found as JSON.")
def command(run_config: Path, stack: str, start: bool, as_json: bool) -> int:
    """Look at RUN_CONFIG: its providers, the order of the start, settings, variables and requirements.

    Nothing of a provider is run, nothing is written and no network is used, unless --start is given. The exit
    code is 1 where there is an error.
    """
    from provider_conformance.preflight.look import look  # noqa: PLC0415
    from provider_conformance.preflight.rendering import as_data, lines  # noqa: PLC0415

    found = look(run_config, stack=stack)
    if as_json:
        click.echo(json.dumps(as_data(found), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(lines(found)))
    if not start:
        return int(found.errors > 0)
    return max(int(found.errors > 0), _started(run_config, stack, quiet=as_json))


def _started(run_config: Path, stack: str, *, quiet: bool) -> int:
    """Try the providers in a process of its own, with the rules of loading and starting."""
    chosen = ["--select", "PC1,PC5", "--config", str(run_config), "--stack", stack]
    command = [sys.executable, "-m", "provider_conformance", "check", str(run_config), *chosen]
    done = subprocess.run(command, check=False, stdout=sys.stderr if quiet else None)  # noqa: S603 - no shell
    return done.returncode
