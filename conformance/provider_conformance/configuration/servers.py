"""What remote providers work with in this process: the stand-in for their servers, and stores."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from provider_conformance.configuration.given import is_stood_in
from provider_conformance.package.model import Spec, SpecKind

if TYPE_CHECKING:
    from provider_conformance.backends import Backend
    from provider_conformance.backends.stores import Stores


def servers_for(specs: Iterable[Spec], during: ExitStack) -> tuple[Backend | None, Stores | None]:
    """The stand-in that runs and the stores that can be started, each None where no spec has use for it.

    Args:
        specs: The specs under test.
        during: Ends them.
    """
    remote = [spec for spec in specs if spec.kind is SpecKind.REMOTE]
    if not remote:
        return None, None
    from provider_conformance.backends import serving  # noqa: PLC0415 - few runs need it
    from provider_conformance.backends.stores import Stores  # noqa: PLC0415 - few runs need it

    standin = during.enter_context(serving()) if any(map(is_stood_in, remote)) else None
    return standin, during.enter_context(Stores())
