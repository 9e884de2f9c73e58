"""``provider-conformance matrix``: a provider's source held against many releases."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command(epilog="Example: provider-conformance matrix my_pkg --releases 'ogx==1.5.0,llama-stack>=0.6'")
@click.argument("provider")
@click.option(
    "--releases",
    default="all",
    help="Which: ogx==1.5.0,llama-stack>=0.6 have to fit; all (the default) need not.",
)
@click.option("--api", help="The API that the class of module:Class implements.")
@click.option("--json", "as_json", is_flag=True, help="Print the matrix as in the JSON report.")
def command(provider: str, releases: str, api: str | None, as_json: bool) -> int:
    """Judge the source of PROVIDER by releases of the stacks that need not be installed.

    PROVIDER is what --provider takes: an import name or a path. Nothing of it is run. The exit code is 1
    where releases were asked for by name and one of them does not fit.
    """
    from provider_conformance.contracts.snapshots import available  # noqa: PLC0415
    from provider_conformance.releases import rendering  # noqa: PLC0415
    from provider_conformance.releases.asking import parse_releases  # noqa: PLC0415
    from provider_conformance.releases.matrix import Matrix  # noqa: PLC0415
    from provider_conformance.releases.survey import Survey  # noqa: PLC0415

    asked = parse_releases(releases, available(), "--releases")
    survey = Survey(provider, api=api, root=Path.cwd(), here=Path.cwd())
    matrix = Matrix(survey.name, tuple(map(survey.fit, asked.releases)))
    if as_json:
        click.echo(json.dumps(rendering.as_data(matrix), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(text for text, _markup in rendering.lines(matrix)))
    return 0 if asked.survey or all(fit.fits for fit in matrix.fits) else 1
