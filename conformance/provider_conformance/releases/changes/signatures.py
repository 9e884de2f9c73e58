"""Two signatures of a method compared: where each parameter has gone, and how it has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from provider_conformance.protocols.signature import MISSING, Kind, Parameter, SourceDefault
from provider_conformance.releases.changes.model import Change
from provider_conformance.releases.changes.model import Kind as What
from provider_conformance.releases.changes.seen import Method, RequestObject


@dataclass(frozen=True, slots=True)
class Pairing:
    """Where the parameters of a method have gone.

    Attributes:
        kept: Those that are there in both, the old one and the new one; their names may differ.
        folded: Old ones by name, with the new parameter and its field that carries them.
        unfolded: New ones by name, with the old parameter and its field that has carried them.
        added: The new ones that are neither kept nor unfolded.
        removed: The old ones that are neither kept nor folded.
    """

    kept: tuple[tuple[Parameter, Parameter], ...]
    folded: dict[str, tuple[str, str]]
    unfolded: dict[str, tuple[str, str]]
    added: tuple[Parameter, ...]
    removed: tuple[Parameter, ...]


def pair(old: Method, new: Method) -> Pairing:
    """Tell where the parameters of a method have gone.

    By name first. Then a data model takes in those that have the names of its fields. What is left is
    renamed where it stands in the same place: behind the same parameter, as many as before, of the same
    kind, and with the same type or a part of the name in common.
    """
    before, after = old.declared.signature.parameters, new.declared.signature.parameters
    removed, added = _without(before, after), _without(after, before)
    folded = _carried(removed, added, new)
    unfolded = _carried(added, removed, old)
    renamed = [
        (one, other)
        for one, other in _in_gaps(before, after)
        if _alike(one, other, old, new)
        if one.name not in folded and other.name not in unfolded
        if not _takes_in(other.name, folded) and not _takes_in(one.name, unfolded)
    ]
    gone, come = {one.name for one, _ in renamed}, {other.name for _, other in renamed}
    names = {p.name: p for p in after}
    kept = [(one, names[one.name]) for one in before if one.name in names]
    return Pairing(
        tuple(sorted([*kept, *renamed], key=lambda found: before.index(found[0]))),
        folded,
        unfolded,
        tuple(p for p in added if p.name not in come | unfolded.keys()),
        tuple(p for p in removed if p.name not in gone | folded.keys()),
    )


def _without(some: Iterable[Parameter], others: Iterable[Parameter]) -> list[Parameter]:
    names = {p.name for p in others}
    return [p for p in some if p.name not in names]


def _takes_in(name: str, carried: dict[str, tuple[str, str]]) -> bool:
    return any(carrier == name for carrier, _ in carried.values())


def _carried(
    loose: Iterable[Parameter], carriers: Iterable[Parameter], method: Method
) -> dict[str, tuple[str, str]]:
    """Which of the loose parameters are fields of a data model that one of the carriers takes."""
    loose = [*loose]
    found: dict[str, tuple[str, str]] = {}
    for carrier in carriers:
        model = method.objects.get(carrier.name)
        for p in loose if model is not None else ():
            field = _field_for(p.name, carrier.name, model)
            if field:
                found.setdefault(p.name, (carrier.name, field))
    return found


def _field_for(name: str, carrier: str, model: RequestObject | None) -> str:
    """The field that carries a parameter: of its name, with the carrier's or without it; "" for none."""
    fields = model.fields if model is not None else {}
    inner = name.removeprefix(f"{carrier}_")
    return next((field for field in (name, inner) if field in fields), "")


def _in_gaps(
    before: Sequence[Parameter], after: Sequence[Parameter]
) -> Iterator[tuple[Parameter, Parameter]]:
    """The pairs of parameters with different names that stand in the same place."""
    for one, other in zip(_gaps(before, after), _gaps(after, before), strict=False):
        if one[0] == other[0] and len(one[1]) == len(other[1]):
            yield from (pair for pair in zip(one[1], other[1], strict=True) if pair[0].kind is pair[1].kind)


def _gaps(some: Iterable[Parameter], others: Iterable[Parameter]) -> Iterator[tuple[str, list[Parameter]]]:
    """The runs of parameters that the others do not have, each with the name that stands before it."""
    shared = {p.name for p in others}
    last, run = "", list[Parameter]()
    for p in some:
        if p.name in shared:
            yield last, run
            last, run = p.name, []
        else:
            run.append(p)
    yield last, run


def _alike(one: Parameter, other: Parameter, old: Method, new: Method) -> bool:
    """Whether a parameter may go on under another name; what a renamed method takes has told that already."""
    same = old.types.get(one.name) == new.types.get(other.name) or old.name != new.name
    return same or bool({*one.name.split("_")} & {*other.name.split("_")})


# -- what is told ------------------------------------------------------------------------------


def parameter_changes(old: Method, new: Method) -> Iterator[Change]:
    """Tell all changes of a method's parameters; the changes do not say yet whose method it is."""
    found = pair(old, new)
    for name, (carrier, field) in found.folded.items():
        yield Change(What.PARAMETER_FOLDED, name=name, before=name, after=f"{carrier}.{field}")
    for name, (carrier, field) in found.unfolded.items():
        yield Change(What.PARAMETER_UNFOLDED, name=name, before=f"{carrier}.{field}", after=name)
    for p in found.removed:
        yield Change(
            What.PARAMETER_REMOVED, name=p.name, before=written(p, old), note=_uncarried(p, found, old, new)
        )
    for p in found.added:
        yield Change(What.PARAMETER_ADDED, name=p.name, after=written(p, new), note=_fresh(p, found, new))
    yield from _order(found.kept, new.declared.signature.parameters)
    for one, other in found.kept:
        if one.name != other.name:
            yield Change(What.PARAMETER_RENAMED, name=one.name, before=one.name, after=other.name)
        yield from _details(one, other, old, new)


def _details(one: Parameter, other: Parameter, old: Method, new: Method) -> Iterator[Change]:
    name = other.name
    if one.kind is not other.kind:
        yield Change(What.PARAMETER_KIND, name=name, before=_kind(one.kind), after=_kind(other.kind))
    defaults = default(one), default(other)
    if defaults[0] != defaults[1]:
        yield Change(What.PARAMETER_DEFAULT, name=name, before=defaults[0], after=defaults[1])
    types = old.types.get(one.name, ""), new.types.get(name, "")
    if all(types) and types[0] != types[1]:
        yield Change(What.PARAMETER_TYPE, name=name, before=types[0], after=types[1])


def _order(kept: Iterable[tuple[Parameter, Parameter]], after: Sequence[Parameter]) -> Iterator[Change]:
    """Whether parameters that can be passed by position have changed places with one another."""
    ordinary = [other for one, other in kept if max(one.kind, other.kind) <= Kind.POSITIONAL_OR_KEYWORD]
    ordered = sorted(ordinary, key=after.index)
    if ordered != ordinary:
        before, now = (", ".join(p.name for p in found) for found in (ordinary, ordered))
        yield Change(What.METHOD_REORDERED, before=before, after=now)


def written(p: Parameter, method: Method) -> str:
    """A parameter as a signature shows it: "limit: int = 20"."""
    shown, value = method.types.get(p.name, ""), default(p)
    text = f"{p}: {shown}" if shown else str(p)
    return f"{text} = {value}" if value else text


def default(p: Parameter) -> str:
    """A default as text, "" where there is none; a member of an enumeration by its class and its name."""
    if p.default is MISSING:
        return ""
    return _text(p.default)


def _text(value: Any) -> str:
    if isinstance(value, SourceDefault):
        return ".".join(value.member.split(".")[-2:]) if value.member else value.text
    return repr(value)


def _kind(kind: Kind) -> str:
    return kind.name.lower().replace("_", " ")


def _uncarried(p: Parameter, found: Pairing, old: Method, new: Method) -> str:
    """What is said of a parameter that no field carries, and of an object that has been taken apart."""
    if _takes_in(p.name, found.unfolded):
        rest = _rest(p, found.unfolded, old)
        return f"its fields without a parameter: {rest}" if rest else ""
    carriers = dict.fromkeys(carrier for carrier, _ in found.folded.values())
    return " and ".join(_nowhere(carrier, new) for carrier in carriers)


def _nowhere(carrier: str, new: Method) -> str:
    extra = ", which takes extra ones," if new.objects[carrier].extra else ""
    return f"no field of `{carrier}`{extra} carries it"


def _fresh(p: Parameter, found: Pairing, new: Method) -> str:
    """Which fields of an object that parameters were folded into are new."""
    rest = _rest(p, found.folded, new) if _takes_in(p.name, found.folded) else ""
    return f"new fields: {rest}" if rest else ""


def _rest(p: Parameter, carried: dict[str, tuple[str, str]], method: Method) -> str:
    used = {field for carrier, field in carried.values() if carrier == p.name}
    fields = method.objects[p.name].fields
    return ", ".join(
        f"{name} (required)" if required else name for name, required in fields.items() if name not in used
    )
