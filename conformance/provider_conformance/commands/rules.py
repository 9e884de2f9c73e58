"""``provider-conformance rules``: all rules, a line each."""

from __future__ import annotations

import json

import click


@click.command(epilog="Example: provider-conformance rules --select PC2,PC301")
@click.option(
    "--select", default="", metavar="CODES", help="Only these codes or prefixes, separated by commas."
)
@click.option("--json", "as_json", is_flag=True, help="Print them as a JSON list.")
def command(select: str, as_json: bool) -> None:
    """List the rules: code, name, severity, and the level that each stands for."""
    from provider_conformance import rules  # noqa: PLC0415 - imports all rules
    from provider_conformance.run.pages import summary  # noqa: PLC0415
    from provider_conformance.run.selection import parse_codes, wanted  # noqa: PLC0415

    every = rules.all_rules()
    patterns = parse_codes([select], [rule.code for rule in every], "--select")
    chosen = [rule for rule in every if wanted(rule.code, patterns, ())]
    if as_json:
        told = [
            {
                "code": rule.code,
                "name": rule.name,
                "severity": rule.severity.value,
                "level": int(rule.level),
                "scope": rule.scope.value,
                "summary": summary(rule),
            }
            for rule in chosen
        ]
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for rule in chosen:
        click.echo(f"{rule.code}  {rule.severity.value:<7}  {rule.level.title:<8}  {rule.name}")
