"""PC210 and PC211: what ails an implementation as a whole, and would else be told of each of its methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from provider_conformance.evidence.loading import is_given
from provider_conformance.evidence.membership import Membership, Memberships
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.package import places
from provider_conformance.protocols import classes
from provider_conformance.protocols.declaring import declaration
from provider_conformance.rules.model import Scope, rule

_SHOWN: Final = 3


def _has_protocol(subject: Subject) -> bool:
    return subject.api is not None and (subject.api.public is not None or subject.api.private is not None)


@rule("PC210", "base-order", scope=Scope.SPEC, applies=_has_protocol)
def base_order(found: Memberships) -> Iterator[Finding]:
    """Check that no protocol stands before the class that has the methods.

    What it does:
        Looks at all methods of the API's protocols. Where several of them run a protocol's own body
        although a class further along the bases has a real one, the order of the bases is told once. A
        single method of that kind is told by PC202, PC208 or PC302.

    Why is this bad:
        Python takes the first base that has the name. The protocol's empty body runs, and returns None.

    Example:
        ```python
        class MyStore(VectorIO, OpenAIVectorStoreMixin):  # the mixin's methods are never reached
            ...
        ```

    How to fix:
        Name the classes with methods first and the protocols last.

    Source:
        Python's method resolution order.
    """
    for one in found.classes:
        if len(one.hidden) > 1:
            yield _wrong_order(one)
            return


def _wrong_order(one: Membership) -> Finding:
    names = tuple(member.method.name for member in one.hidden)
    cls, before, behind = _crossed(one)
    own = classes.class_name(cls)
    order = f"{' and '.join(before)} {'comes' if len(before) == 1 else 'come'} before {' and '.join(behind)}"
    hides = "hides" if len(before) == 1 else "hide"
    only_defaults = all(member.method.optional for member in one.hidden)
    return Finding(
        "PC210",
        Severity.WARNING if only_defaults else Severity.ERROR,
        f"`{own}` has its bases in the wrong order: {order} and {hides} "
        f"{len(names)} methods: {_listed(names)}",
        location=places.of_class(cls) or one.view.location,
        why="Python takes the first base that has a name: calls of these run the protocol's own bodies.",
        fix=f"write `class {own}({', '.join(_sorted(cls))})`",
        methods=names,
    )


def _crossed(one: Membership) -> tuple[type, list[str], list[str]]:
    """The class whose own bases are in the wrong order, the protocols among them, and what they hide."""
    wanted = {member.found.hidden for member in one.hidden}
    for cls in classes.mro(one.view.cls):
        bases = cls.__bases__
        bringing = [number for number, base in enumerate(bases) if wanted & {*classes.mro(base)}]
        before = [base for base in bases[: max(bringing, default=0)] if classes.only_promises(base)]
        if before:
            return cls, _quoted(before), _quoted([bases[number] for number in bringing])
    owners = dict.fromkeys(f"`{member.found.owner}`" for member in one.hidden)
    return one.view.cls, [*owners], _quoted([cls for cls in wanted if cls is not None])


def _quoted(found: Sequence[type]) -> list[str]:
    return [f"`{classes.class_name(cls)}`" for cls in found]


def _sorted(cls: type) -> list[str]:
    """The names of a class's bases, those that only promise something last."""
    return [classes.class_name(base) for base in sorted(cls.__bases__, key=classes.only_promises)]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


@rule("PC211", "not-of-its-api", scope=Scope.SPEC, applies=_has_protocol)
def not_of_its_api(subject: Subject, found: Memberships) -> Iterator[Finding]:
    """Check that the class is an implementation of the API that its spec names.

    What it does:
        Counts the methods that the API's protocols demand and that the class does not have. Where most of
        them are absent, this is told once and not for each: with the API to which the class belongs, if it
        has all that another one demands, or else with the declarations of what is missing.

    Why is this bad:
        The stack starts the provider for this API. Each request to it ends in an `AttributeError`, or runs an
        empty body.

    Example:
        ```python
        RemoteProviderSpec(api=Api.inference, module="my_pkg.search", ...)  # a tool runtime's module
        ```

    How to fix:
        Name the API that the class implements, or the module that implements the API. Inherit the class that
        has the methods (a mixin of the stack, say) if it is missing among the bases.

    Source:
        The public and private protocols of the stack's APIs.
    """
    for one in found.classes:
        if not one.is_foreign or subject.spec is None or subject.contract is None:
            continue
        other = found.elsewhere(one, subject.contract, subject.spec.api)
        if other is not None:
            yield _of_another(subject, one, *other)
            return
        if one.lacks_much:
            yield _missing(subject, one)
            return


def _of_another(subject: Subject, one: Membership, other: str, number: int) -> Finding:
    api = subject.spec.api if subject.spec else ""
    place = subject.spec.location if subject.spec and subject.spec.location else one.view.location
    how = f"--provider-api={other}" if is_given(subject) else f"write `api=Api.{other}` in the spec"
    return Finding(
        "PC211",
        Severity.ERROR,
        f"{_lacks(one, api)}; it has all {number} of `{other}`",
        location=place,
        why=_WHY,
        fix=f"{how}, or name what implements `{api}`",
    )


def _missing(subject: Subject, one: Membership) -> Finding:
    api = subject.spec.api if subject.spec else ""
    lines = "\n".join(f"    {declaration(member.method, member.protocol)}" for member in one.absent)
    return Finding(
        "PC211",
        Severity.ERROR,
        _lacks(one, api),
        location=one.view.location,
        why=_WHY,
        fix=f"inherit the class that has them, before the protocols, or implement:\n{lines}",
    )


_WHY: Final = "The stack starts it for this API, and calls these methods: the calls raise, or run nothing."


def _lacks(one: Membership, api: str) -> str:
    name, absent = classes.class_name(one.view.cls), [member.method.name for member in one.absent]
    return f"`{name}` lacks {len(absent)} of the {len(one.demanded)} methods of `{api}`: {_listed(absent)}"
