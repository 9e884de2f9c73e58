"""``provider-conformance new``: a provider package to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from provider_conformance.errors import UsageError


@click.command(epilog="Example: provider-conformance new my_pkg --stack ogx==1.5.0 --api vector_io --inline")
@click.argument("package")
@click.option(
    "--stack",
    default="builtin",
    show_default=True,
    help="What it is for: builtin, or a release such as ogx==1.5.0, which need not be installed.",
)
@click.option("--api", required=True, help="The API that it serves.")
@click.option("--inline/--remote", default=True, help="Whether it does the work, or a server that it calls.")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The new project's folder; by default one of the package's name in the current folder.",
)
def command(package: str, stack: str, api: str, inline: bool, into: Path | None) -> None:
    """Write the project of a new provider, PACKAGE, with all that the stack demands of it.

    It installs, starts on the stack and passes its tests as it is written. Its methods refuse until you fill
    them in.
    """
    from provider_conformance.scaffold import files, plan  # noqa: PLC0415

    found = files(plan(package, api, stack, remote=not inline))
    folder = into or Path(package)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"`{folder}` is there already, and not empty: choose another folder with --into")
    try:
        for path, text in found.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror or error}") from error
    for path in found:
        click.echo(folder / path)
