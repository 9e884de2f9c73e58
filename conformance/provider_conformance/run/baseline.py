"""A baseline: failures that are accepted in a file, each with a reason, and for some only for a while."""

from __future__ import annotations

import datetime
import glob
import json
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from provider_conformance.errors import UsageError
from provider_conformance.findings import Outcome
from provider_conformance.run.report import Report
from provider_conformance.run.selection import KnownFailure, did_you_mean, parse_code

OPTION: Final = "--provider-baseline"
_TEXTS: Final = ("code", "provider", "target", "reason", "link")
_FIELDS: Final[dict[str, type]] = {**dict.fromkeys(_TEXTS, str), "expires": datetime.date}
_HEAD: Final = """\
# Failures that are accepted, for pytest --provider-baseline=FILE. Each takes a reason; `expires` (a date) and
# `link` are optional. --provider-baseline-update adds what fails now and drops what fails no longer.
"""


def parse(
    text: str, codes: Collection[str], today: datetime.date, *, unreasoned: bool = False
) -> tuple[KnownFailure, ...]:
    """The entries of a baseline.

    Args:
        text: The file, TOML.
        codes: The codes of all rules.
        today: Entries whose last day was before this one are expired.
        unreasoned: Whether entries may have no reason, since the file is to be written anew.

    Raises:
        UsageError: If the file is no baseline; the message says which entry is not.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{OPTION}: that is no TOML: {error}") from None
    entries = data.pop("accepted", [])
    if data or not isinstance(entries, list):
        raise UsageError(f"{OPTION}: a baseline has tables [[accepted]], nothing else")
    return tuple(
        _entry(entry, f"{OPTION}: entry {number}", codes, today, unreasoned=unreasoned)
        for number, entry in enumerate(entries, 1)
    )


def _entry(
    entry: Any, where: str, codes: Collection[str], today: datetime.date, *, unreasoned: bool
) -> KnownFailure:
    if not isinstance(entry, dict):
        raise UsageError(f"{where} is no table")
    for name, value in entry.items():
        if name not in _FIELDS:
            raise UsageError(f"{where}: there is no {name!r}{did_you_mean(name, _FIELDS)}")
        if not isinstance(value, _FIELDS[name]) or isinstance(value, datetime.datetime):
            kind = "a date: 2027-01-31" if name == "expires" else "a text"
            raise UsageError(f"{where}: {name!r} has to be {kind}")
    if not entry.get("code"):
        raise UsageError(f"{where} has no code")
    code = parse_code(entry["code"], codes, where)
    reason = " ".join(entry.get("reason", "").split())
    if not reason and not unreasoned:
        raise UsageError(f"{where} gives no reason: say why {_text(entry)} is accepted")
    return KnownFailure(
        _text(entry),
        code,
        " ".join(part for part in (reason, _in_brackets(entry)) if part),
        entry.get("provider", ""),
        entry.get("target", ""),
        expired="expires" in entry and entry["expires"] < today,
        given=tuple(entry.items()),
    )


def _text(entry: Mapping[str, Any]) -> str:
    owner = f"{entry['provider']}::" if entry.get("provider") else ""
    target = f"[{entry['target']}]" if entry.get("target") else ""
    until = f", until {entry['expires']}" if "expires" in entry else ""
    return f"{owner}{entry['code']}{target}{until}"


def _in_brackets(entry: Mapping[str, Any]) -> str:
    """What is told of an entry beside its reason."""
    until = f"until {entry['expires']}" if "expires" in entry else ""
    parts = [part for part in (until, entry.get("link", "")) if part]
    return f"({', '.join(parts)})" if parts else ""


def updated(report: Report, entries: Sequence[KnownFailure]) -> tuple[KnownFailure, ...]:
    """The entries as they have to be for a run to pass that comes to the same.

    Those that match nothing any more go; an expired one stays, with its date, for somebody has to decide.
    What fails and is accepted by none is added, without a reason.
    """
    gone = [entry for entry in report.unmatched if isinstance(entry, KnownFailure) and not entry.expired]
    kept = [entry for entry in entries if entry not in gone]
    failed = [record.check for record in report.records if record.result.outcome is Outcome.FAILED]
    new = []
    for check in failed:
        if not any(entry.matches(check) for entry in kept):
            owner, target = glob.escape(check.provider), glob.escape(check.target)
            given = {"code": check.code, "provider": owner, "target": target, "reason": ""}
            entry = {name: value for name, value in given.items() if value or name == "reason"}
            code = parse_code(check.code, (check.code,), OPTION)
            found = KnownFailure(_text(entry), code, "", owner, target)
            new.append(replace(found, given=tuple(entry.items())))
    return (*kept, *new)


def render(entries: Iterable[KnownFailure]) -> str:
    """The file with some entries."""
    tables = ("\n".join(["[[accepted]]", *(f"{n} = {_value(v)}" for n, v in e.given)]) for e in entries)
    return "\n".join([_HEAD, *(f"{table}\n" for table in tables)]).rstrip("\n") + "\n"


def _value(value: Any) -> str:
    """A value as TOML writes it: a text of JSON is one of TOML as well, but for what DEL is."""
    return str(value) if isinstance(value, datetime.date) else json.dumps(value).replace("\x7f", "\\u007f")
