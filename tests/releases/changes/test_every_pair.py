"""All neighbouring releases, compared by the package and by plain means: the same methods and parameters."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from provider_conformance.contracts.snapshots import Release, available, load
from provider_conformance.releases.changes import Comparison, Kind, compare
from support.plain_changes import Library, Protocols, as_differences, differences, protocols

PAIRS = [*pairwise(available())]
OF_PROTOCOLS = ("apis", "_api/", "datatypes")
"""What the paths of modules with protocols have in them."""


@cache
def compared(old: Release, new: Release) -> Comparison:
    return compare(load(old), load(new), map(load, available()))


@cache
def plainly(release: Release) -> Protocols:
    """The protocols of a release, read off the texts in its snapshot; where each stands is as it says."""
    data = load(release).data
    texts = [
        "".join("\n" * line if isinstance(line, int) else f"{line}\n" for line in lines)
        for path, lines in data["modules"].items()
        if isinstance(lines, list) and any(part in path for part in OF_PROTOCOLS)
    ]
    where = {
        (api, side): found[key]["name"]
        for api, found in data["contract"]["apis"].items()
        for key, side in (("public", "public"), ("private", "registry"))
        if key in found
    }
    return protocols(Library(texts), where)


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=str)
def test_every_change_of_a_method_or_a_parameter_is_told_and_no_other(old: Release, new: Release) -> None:
    told = as_differences(compared(old, new).changes)
    assert told == differences(plainly(old), plainly(new))


def test_there_are_sixteen_pairs_with_many_changes() -> None:
    counts = [len(differences(plainly(old), plainly(new))) for old, new in PAIRS]
    assert (len(counts), sum(counts)) == (16, 779)


@pytest.mark.parametrize(("old", "new"), PAIRS[-2:], ids=str)
def test_the_newest_releases_of_ogx_change_no_method(old: Release, new: Release) -> None:
    nouns = {change.kind.noun for change in compared(old, new).changes}
    assert not nouns & {"api", "protocol", "method", "parameter", "result"}


def test_a_release_has_not_changed_from_itself() -> None:
    same = Release("ogx", "1.5.0")
    found = compared(same, same)
    assert (found.changes, found.gaps) == ((), ())


def test_22_methods_of_providers_take_a_request_from_llama_stack_0_5_on() -> None:
    found = compared(Release("llama-stack", "0.4.7"), Release("llama-stack", "0.5.4"))
    folded = {
        (change.api, change.method)
        for change in found.changes
        if change.kind is Kind.PARAMETER_FOLDED and change.api in found.served
    }
    assert len(folded) == 22
    assert {
        change.after.partition(".")[0] for change in found.changes if change.kind is Kind.PARAMETER_FOLDED
    } == {"request"}


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=str)
def test_a_moved_name_is_gone_from_where_it_was_and_is_where_it_is_said_to_be(
    old: Release, new: Release
) -> None:
    for change in compared(old, new).changes:
        if change.kind is Kind.NAME_MOVED:
            home = change.after.rpartition(".")[0]
            assert change.name in (load(new).names(home) or ()), change
            assert change.name not in (load(new).names(change.method) or ()), change
            assert change.name in (load(old).names(change.method) or ()), change
