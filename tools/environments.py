"""What CI runs, read off ``tox.ini``, so that it stands in one place.

``python tools/environments.py besides`` says, at the end of ``tox run``, what CI runs besides.
``python tools/environments.py needing 3.11 3.12`` names CI's environments that need one of these Pythons;
``python tools/environments.py rest 3.11 3.12`` the others, without the suite on this Python.
``python tools/environments.py left`` names the environments that CI does not run either.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TOX: Final = Path(__file__).resolve().parent.parent / "tox.ini"
_SUITE: Final = re.compile(r"py3(\d+)")


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment of ``tox.ini``; ``python`` is the one that it needs ("3.12"), "" for any."""

    name: str
    description: str
    python: str


@dataclass(frozen=True, slots=True)
class Environments:
    """All that have a section, or are named in the label ``ci``."""

    ci: tuple[Environment, ...]
    left: tuple[Environment, ...]


def read(text: str) -> Environments:
    """Read the text of a ``tox.ini``."""
    tox = ConfigParser(interpolation=None)
    tox.read_string(text)
    sections = {
        name: section
        for section in tox.sections()
        if section.startswith("testenv:")
        for name in _spread(section.removeprefix("testenv:"))
    }
    labels = dict(_labels(tox.get("tox", "labels")))
    default = tox.get("tox", "env_list").split()

    def environment(name: str) -> Environment:
        section = sections.get(name, "testenv")
        needs = _SUITE.fullmatch(name)
        python = f"3.{needs[1]}" if needs else tox.get(section, "base_python", fallback="")
        return Environment(name, tox.get(section, "description"), python.removeprefix("python"))

    left = [name for name in sections if name not in labels["ci"] and name not in default]
    return Environments(tuple(map(environment, labels["ci"])), tuple(map(environment, left)))


def _spread(name: str) -> Iterator[str]:
    """The names that one with braces stands for: ``stack-{a,b}``."""
    parts = [part.split(",") for part in re.split(r"[{}]", name)]
    yield from map("".join, itertools.product(*parts))


def _labels(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in text.replace("\\\n", " ").splitlines():
        name, separator, listed = line.partition("=")
        if separator:
            yield name.strip(), tuple(filter(None, re.split(r"[\s,]+", listed)))


def rest(all_of_them: Environments, python: str) -> list[Environment]:
    """CI's environments without the suite on ``python``."""
    return [one for one in all_of_them.ci if not (_SUITE.fullmatch(one.name) and one.python == python)]


def besides(all_of_them: Environments, python: str) -> str:
    """What CI runs besides the suite on ``python``, as text."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in rest(all_of_them, python):
        needs = "" if _SUITE.fullmatch(one.name) else one.python
        groups.setdefault((one.description, needs), []).append(one.name)
    lines = [f"This was the suite on Python {python}, and nothing else. NOT RUN here, but by CI:"]
    for (description, needs), names in groups.items():
        needed = f" (needs Python {needs})" if needs else ""
        lines += [f"  {', '.join(names)}{needed}", f"      {description}"]
    lines += [
        "`.venv/bin/tox run -m ci` runs all of them, `-e NAME` one; `bash .ci/run` is what CI does.",
        f"CI does not run these either: {', '.join(one.name for one in all_of_them.left)}",
    ]
    return "\n".join(lines)


def main(what: str, *pythons: str) -> None:
    """Print what was asked for; see the head of this file."""
    found = read(TOX.read_text(encoding="utf-8"))
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if what == "besides":
        print(besides(found, here))
    elif what == "rest":
        print(*(one.name for one in rest(found, here) if one.python not in pythons))
    elif what == "needing":
        print(*(one.name for one in found.ci if one.python in pythons))
    elif what == "left":
        print(*(one.name for one in found.left))
    else:
        raise SystemExit(f"{what!r} is none of: besides, needing, rest, left")


if __name__ == "__main__":
    main(*sys.argv[1:])
