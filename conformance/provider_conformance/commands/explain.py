"""``provider-conformance explain``: the page of a rule."""

from __future__ import annotations

import click


@click.command(epilog="Example: provider-conformance explain PC203")
@click.argument("code")
def command(code: str) -> None:
    """Print the page of the rule CODE: what it checks, why, and how to fix what it finds."""
    from provider_conformance.run.pages import explained  # noqa: PLC0415 - imports all rules

    click.echo(explained(code))
