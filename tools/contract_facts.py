"""Write down what a release of a stack demands, and the table of it in ``docs/contracts.md``.

``python tools/contract_facts.py`` prints the entry of the stack that is installed beside it for
``tests/contracts/facts.yaml``: check it against the stack's source before you add it, the tests hold the
probe to it ever after. ``--page`` writes the table of all entries into the page; with ``--check`` it writes
nothing and exits with 1 where the page says something else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from provider_conformance.contracts.load import load_contract
from provider_conformance.contracts.model import ApiContract, Contract, Role

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT / "tests" / "contracts" / "facts.yaml"
PAGE = ROOT / "docs" / "contracts.md"
_MARK = "<!-- written by tools/contract_facts.py -->"


def entry(contract: Contract) -> dict[str, Any]:
    """The facts of one contract, in the form of ``facts.yaml``."""
    apis = contract.apis.values()
    routed = [api for api in apis if api.role is Role.ROUTED]
    return {
        "apis": len(contract.apis),
        "routed": {api.name: api.routed_by for api in routed},
        "providable": [api.name for api in apis if api.providable],
        "public": {api.name: len(api.public.methods) for api in apis if api.public is not None},
        "private": {api.name: sorted(api.private.methods) for api in apis if api.private is not None},
        "undeclared": {api.name: undeclared(api) for api in routed},
        "factories": {kind: list(factory.optional) for kind, factory in contract.factories.items()},
    }


def undeclared(api: ApiContract) -> list[str]:
    """Called methods that no protocol declares; in brackets where a provider may lack them."""
    declared = {name for protocol in (api.public, api.private) if protocol for name in protocol.methods}
    return sorted(
        f"({name})" if all(call.guarded for call in calls) else name
        for name, calls in api.calls.items()
        if name not in declared
    )


def table(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """All releases: how many APIs and methods, and per routed API what is registered and called besides."""
    parts = [
        "| release | APIs | with providers | public methods | factories' optional parameters |",
        "|---|---|---|---|---|",
        *(_release(title, fact) for title, fact in facts.items()),
    ]
    for title, fact in facts.items():
        parts += [
            "",
            f"### {title}",
            "",
            "| routed API | its table | public methods | private methods | called, declared nowhere |",
            "|---|---|---|---|---|",
            *(_routed(api, fact) for api in fact["routed"]),
        ]
    return "\n".join(parts) + "\n"


def _release(title: str, fact: Mapping[str, Any]) -> str:
    optional = {name for names in fact["factories"].values() for name in names}
    cells = (
        title,
        str(fact["apis"]),
        str(len(fact["providable"])),
        str(sum(fact["public"].values())),
        _listed(sorted(optional)),
    )
    return f"| {' | '.join(cells)} |"


def _routed(api: str, fact: Mapping[str, Any]) -> str:
    cells = (
        api,
        fact["routed"][api],
        str(fact["public"][api]),
        _listed(fact["private"][api]),
        _listed(fact["undeclared"][api]),
    )
    return f"| {' | '.join(cells)} |"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def written(page: str, facts: Mapping[str, Mapping[str, Any]]) -> str:
    """The page with its table renewed: all that follows the mark."""
    return f"{page.partition(_MARK)[0]}{_MARK}\n\n{table(facts)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print an entry, or write or check the page; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--page", action="store_true", help="write the table of all entries into the page")
    parser.add_argument("--check", action="store_true", help="write nothing, fail where the page differs")
    options = parser.parse_args(arguments)
    if not (options.page or options.check):
        contract = load_contract("installed")
        sys.stdout.write(yaml.safe_dump({contract.title: entry(contract)}, sort_keys=False, width=110))
        return 0
    page = PAGE.read_text(encoding="utf-8")
    new = written(page, yaml.safe_load(FACTS.read_text(encoding="utf-8")))
    if options.check:
        return int(new != page)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
