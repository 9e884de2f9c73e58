"""``provider-conformance diff``: what changed for providers between two releases of a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provider_conformance.errors import UsageError

if TYPE_CHECKING:
    from provider_conformance.releases.changes import Comparison


@click.command(epilog="Example: provider-conformance diff llama-stack==0.4.7 llama-stack==0.5.4 --api eval")
@click.argument("old")
@click.argument("new")
@click.option("--api", "apis", multiple=True, help="Only this API; may be given several times.")
@click.option("--json", "form", flag_value="json", help="Print every change by itself, as JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="Print Markdown.")
def command(old: str, new: str, apis: tuple[str, ...], form: str | None) -> None:
    """Tell what changed for providers from release OLD to release NEW.

    A release is ogx==1.5.0, a file that `snapshot` has written, or ogx or llama-stack for what is installed.
    Releases that are shipped as snapshots need not be installed; nothing of them is run.
    """
    from provider_conformance.contracts.opening import open_snapshot  # noqa: PLC0415
    from provider_conformance.contracts.snapshots import available, load  # noqa: PLC0415
    from provider_conformance.releases.changes import compare, rendering  # noqa: PLC0415

    snapshots = open_snapshot(old), open_snapshot(new)
    known = {api for snapshot in snapshots for api in snapshot.contract.apis}
    if unknown := [api for api in apis if api not in known]:
        raise UsageError(f"--api={unknown[0]}: these releases have {', '.join(sorted(known))}")
    found: Comparison = compare(*snapshots, map(load, available()))
    shown = found.about(apis) if apis else found
    show = {"json": rendering.as_json, "markdown": rendering.markdown}.get(form or "", rendering.text)
    click.echo(show(shown).rstrip("\n"))
