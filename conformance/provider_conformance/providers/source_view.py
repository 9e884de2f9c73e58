"""The source view of a provider: the same nouns as the live one, with nothing of it imported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from provider_conformance.contracts.model import Factory
from provider_conformance.package import loading, targets
from provider_conformance.package.model import Implementation, Provider, Spec
from provider_conformance.providers import implementation, locate
from provider_conformance.source.reading import SourceReader, environment
from provider_conformance.source.texts import Finder


def source_provider(
    argument: str, *, api: str | None = None, root: Path, finders: Sequence[Finder] = ()
) -> Provider:
    """Read the provider that ``argument`` names, as :func:`load_provider` loads it.

    Args:
        argument: What names the provider, in any of the forms that the live view takes.
        api: The API that the class of ``module:Class`` implements.
        root: The folder against which paths are looked up.
        finders: Where further source comes from, asked before the environment: a snapshot of a
            stack's own classes, say.

    Returns:
        The provider; ``reader`` is what its implementations are read with, and ``unseen`` says
        what kept its specs from being read.

    Raises:
        UsageError: the argument is malformed or names nothing that exists.
    """
    target = targets.parse(argument, root)
    return read_provider(argument, reader_for(target.folder, finders), api=api, root=root)


def read_provider(argument: str, reader: SourceReader, *, api: str | None = None, root: Path) -> Provider:
    """Read the provider that ``argument`` names with ``reader``; see :func:`source_provider`."""
    with loading.reading(reader):
        return locate.load_provider(argument, api=api, root=root)


def reader_for(folder: Path | None, finders: Sequence[Finder] = ()) -> SourceReader:
    """A reader of what is in ``folder`` and in the environment, ``finders`` asked first."""
    extra = [str(folder)] if folder is not None else []
    return SourceReader((*finders, *environment(extra)))


def source_implementation(spec: Spec, provider: Provider, factory: Factory | None = None) -> Implementation:
    """The class behind a spec, read off the source of its factory.

    Args:
        spec: The spec; a live view's is fine, too.
        provider: The provider that it is of.
        factory: What the stack calls for a spec of this kind; None for the usual one.
    """
    reader: SourceReader = provider.reader or reader_for(provider.folder)
    with loading.reading(reader):
        return implementation.find_implementation(spec, provider, factory)
