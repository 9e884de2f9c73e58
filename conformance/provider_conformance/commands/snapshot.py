"""``provider-conformance snapshot``: what an installed stack demands, as a file."""

from __future__ import annotations

from pathlib import Path

import click

from provider_conformance.errors import UsageError


@click.command(epilog="Example: provider-conformance snapshot --output ogx-1.5.0.json")
@click.option(
    "--stack", type=click.Choice(["llama-stack", "ogx"]), help="Which one, where several are installed."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file; by default one of the release's name in the current folder.",
)
def command(stack: str | None, output: Path | None) -> None:
    """Write what an installed stack demands of its providers to a file."""
    from provider_conformance.contracts.snapshots.capture import capture  # noqa: PLC0415

    name, text = capture(stack)
    file = output or Path(name)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--output={file}: {error.strerror or error}") from error
    click.echo(f"{file}: {len(text):,} characters")
