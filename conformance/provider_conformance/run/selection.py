"""Which checks are wanted: codes and prefixes, known failures, node ids; pure functions over text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from itertools import takewhile
from typing import Any, Final

from provider_conformance.errors import UsageError
from provider_conformance.findings import Level
from provider_conformance.run.checks import Check

_CODE: Final = re.compile(r"PC(?P<digits>\d{0,3})(?P<rest>x*)", re.IGNORECASE)
_KNOWN: Final = re.compile(
    r"(?:(?P<owner>[^\[\]]*?)::)?(?P<code>PC[0-9x]*)\s*(?:\[(?P<target>.*?)\])?\s*(?::\s*(?P<reason>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_UNSUPPORTED: Final = re.compile(r"(?P<target>\S+?):\s+(?P<reason>\S.*)", re.DOTALL)
_CODE_LENGTH: Final = len("PC101")
_ALIKE: Final = 0.6
STALE: Final = "This entry matches nothing. Remove it, or check its code and target"


def near(word: str, choices: Iterable[str], most: int = 3) -> list[str]:
    """The choices that look most like ``word``: those that begin with it first, then the similar ones."""
    pool = list(dict.fromkeys(choices))
    beginning = [choice for choice in pool if word and choice.startswith(word)]
    alike = {choice: _likeness(word, choice) for choice in pool}
    similar = sorted(
        (one for one in pool if alike[one][0] >= _ALIKE), key=lambda one: alike[one], reverse=True
    )
    return list(dict.fromkeys([*beginning, *similar]))[:most]


def _likeness(word: str, choice: str) -> tuple[float, int]:
    """How much two names look alike after what they share up to a separator; and how long they agree."""
    shared = "".join(
        a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, choice, strict=False))
    )
    start = max(shared.rfind(separator) for separator in ".:[-") + 1
    return SequenceMatcher(None, word[start:], choice[start:]).ratio(), len(shared)


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """A clause that offers near names, empty where nothing is near."""
    found = near(word, choices)
    return f"; did you mean {' or '.join(found)}?" if found else ""


@dataclass(frozen=True, slots=True)
class CodePattern:
    """A code or the beginning of one: ``PC2``, ``PC2xx`` and ``PC201`` are all accepted."""

    prefix: str

    def __str__(self) -> str:
        return self.prefix.ljust(_CODE_LENGTH, "x")

    def matches(self, code: str) -> bool:
        """Whether ``code`` begins as the pattern demands."""
        return code.startswith(self.prefix)


def parse_code(text: str, codes: Collection[str], option: str) -> CodePattern:
    """Read a code or prefix.

    Args:
        text: What the user wrote.
        codes: The codes of all rules.
        option: The option's name, for the message.

    Raises:
        UsageError: If ``text`` has another form, or no rule has such a code.
    """
    word = text.strip()
    match = _CODE.fullmatch(word)
    if match is None or (match["rest"] and len(word) != _CODE_LENGTH):
        hint = did_you_mean(word.upper(), codes)
        raise UsageError(f"{option}: {text!r} is no code; write PC201, PC2xx or PC2{hint}")
    pattern = CodePattern(f"PC{match['digits']}")
    if not any(pattern.matches(code) for code in codes):
        hint = did_you_mean(pattern.prefix, codes)
        raise UsageError(f"{option}: no rule has the code {text!r}{hint}")
    return pattern


def parse_codes(texts: Iterable[str], codes: Collection[str], option: str) -> tuple[CodePattern, ...]:
    """Read lists of codes, each of them separated by commas; see :func:`parse_code`."""
    words = (word for text in texts for word in text.split(","))
    return tuple(parse_code(word, codes, option) for word in words if word.strip())


def wanted(code: str, select: Sequence[CodePattern], ignore: Sequence[CodePattern]) -> bool:
    """Whether a code is selected and not ignored; without ``select`` every code is selected."""
    chosen = not select or any(pattern.matches(code) for pattern in select)
    return chosen and not any(pattern.matches(code) for pattern in ignore)


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """A failure that is accepted for a stated reason.

    ``owner`` narrows it to a provider or to one of its APIs (``my_pkg`` or ``my_pkg::inference``),
    ``target`` to what stands in the brackets of a node id; both are shell-style patterns. One that is
    ``expired`` accepts nothing any more. ``given`` are the fields of an entry of a baseline.
    """

    text: str
    code: CodePattern
    reason: str
    owner: str = ""
    target: str = ""
    expired: bool = False
    given: tuple[tuple[str, Any], ...] = field(default=(), compare=False)

    @property
    def fault(self) -> str:
        """What is wrong with the entry where it makes a run fail."""
        if self.expired:
            return "This entry has expired. Repair what it accepts, or give it a later date"
        return STALE

    def matches(self, check: Check) -> bool:
        """Whether the entry is about ``check``."""
        if not self.code.matches(check.code) or not self._owns(check):
            return False
        return not self.target or fnmatchcase(check.target, self.target)

    def _owns(self, check: Check) -> bool:
        names = (check.provider, f"{check.provider}::{check.api}")
        return not self.owner or any(fnmatchcase(name, self.owner) for name in names)

    def may_concern(self, providers: Iterable[str]) -> bool:
        """Whether one of the providers by these names can be the one that is meant."""
        if not self.owner:
            return True
        return any(fnmatchcase(name, self.owner) or self.owner.startswith(f"{name}::") for name in providers)


def parse_known_failure(text: str, codes: Collection[str], option: str) -> KnownFailure:
    """Read an entry of the form ``PC2xx[remote::foo.method]: reason``.

    Raises:
        UsageError: If the entry has another form, no reason, or a code that no rule has.
    """
    match = _KNOWN.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"{option}: {text!r} is no known failure; write PC2xx[remote::foo.method]: why it is accepted"
        )
    reason = (match["reason"] or "").strip()
    if not reason:
        raise UsageError(f"{option}: {text!r} gives no reason; write {text.strip(' :')}: why it is accepted")
    code = parse_code(match["code"], codes, option)
    return KnownFailure(text.strip(), code, reason, match["owner"] or "", match["target"] or "")


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A method that a provider is declared not to support, with the reason.

    ``target`` is what stands in the brackets of a check's id, a shell-style pattern.
    """

    text: str
    target: str
    reason: str

    @property
    def fault(self) -> str:
        """What is wrong with the entry where it makes a run fail."""
        return STALE

    def matches(self, check: Check) -> bool:
        """Whether the entry is about the method that ``check`` is about."""
        return bool(check.rule.covers) and fnmatchcase(check.target, self.target)


def parse_unsupported(text: str, option: str) -> Unsupported:
    """Read an entry of the form ``remote::foo.method: reason``.

    Raises:
        UsageError: If the entry has another form, or no reason.
    """
    match = _UNSUPPORTED.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{option}: {text!r} says nothing; write remote::foo.method: why it is not offered")
    return Unsupported(text.strip(), match["target"], match["reason"].strip())


@dataclass(frozen=True, slots=True)
class Requirement:
    """The level that providers have to reach; ``provider_type`` is a shell-style pattern."""

    level: Level
    provider_type: str = "*"


def parse_requirement(text: str, option: str) -> Requirement:
    """Read a level, or a level for a provider type: ``serves``, ``remote::foo=starts``.

    Raises:
        UsageError: If there is no such level.
    """
    provider_type, separator, word = text.strip().rpartition("=")
    names = {level.name.lower(): level for level in Level if level}
    if word.strip() not in names:
        hint = did_you_mean(word.strip(), names)
        raise UsageError(
            f"{option}: there is no level {word.strip()!r}; choose one of {', '.join(names)}{hint}"
        )
    return Requirement(names[word.strip()], provider_type.strip() if separator else "*")


def split_addresses(
    arguments: Iterable[str], names: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell node ids of providers from other arguments of a command line.

    Args:
        arguments: The positional arguments.
        names: Maps what a node id may begin with to the provider's name.

    Returns:
        The node ids, each beginning with the provider's name, and the other arguments.
    """
    ours: list[str] = []
    others: list[str] = []
    for argument in arguments:
        head, separator, tail = argument.partition("::")
        if head in names:
            ours.append(f"{names[head]}{separator}{tail}")
        else:
            others.append(argument)
    return tuple(ours), tuple(others)


def addressed(addresses: Iterable[str], checks: Sequence[Check], left_out: Sequence[Check]) -> frozenset[str]:
    """The ids of the checks that node ids (or beginnings of them) name.

    Every address of a provider that could not be loaded names all its checks: what the address
    was meant for cannot exist then, and the cause is what the user needs to see.

    Args:
        addresses: Node ids, or ``provider``, ``provider::api``, ``provider::api::CODE``.
        checks: The checks that can run.
        left_out: Checks that other options have left out.

    Raises:
        UsageError: If an address names no check; the message offers near ids.
    """
    chosen: set[str] = set()
    for address in addresses:
        found = {check.id for check in checks if _names(address, check)}
        if not found:
            raise UsageError(_unknown_address(address, checks, left_out))
        chosen |= found
    return frozenset(chosen)


def _names(address: str, check: Check) -> bool:
    if check.id == address or check.id.startswith((f"{address}::", f"{address}[")):
        return True
    unloadable = check.subject.provider.problem is not None
    return unloadable and address.startswith(f"{check.provider}::")


def _unknown_address(address: str, checks: Sequence[Check], left_out: Sequence[Check]) -> str:
    if any(_names(address, check) for check in left_out):
        return f"{address} is left out by --provider-select or --provider-ignore"
    offers: list[str] = []
    for check in checks:
        offers += (check.id, f"{check.provider}::{check.api}") if check.api else (check.id,)
    return f"no check is called {address}{did_you_mean(address, offers)}"
