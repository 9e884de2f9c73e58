"""Registry methods: called positionally, and what a caller by keyword too would meet."""

from __future__ import annotations

from typing import Any, Protocol

from protocols.corpus.case import Casebook, Seen
from protocols.corpus.stack import BanksPrivate, LinksPrivate, ModelsPrivate, Use, used

cases = Casebook(__name__)


class Unregistering:
    async def unregister_model(self, model_id: str) -> None:
        return None


@cases.fine("private-the-same", ModelsPrivate, calls="positional")
class PrivateSame(Unregistering, ModelsPrivate):
    async def register_model(self, model: str) -> str:
        return Seen(model=model)


@cases.fine("private-same-both-ways", ModelsPrivate, calls="both")
class PrivateBoth(PrivateSame): ...


@cases.fine("private-positional-only", ModelsPrivate, calls="positional")
class PrivatePositionalOnly(Unregistering, ModelsPrivate):
    async def register_model(self, model: str, /) -> str:
        return Seen(model=model)


@cases.fine("private-star-args", ModelsPrivate, calls="positional")
class PrivateArgs(Unregistering):
    async def register_model(self, *args):
        return args[0]


@cases.fine("private-self-inside-args", BanksPrivate, calls="positional")
class PrivateSelfInArgs:
    async def register_bank(*args):
        return args[1]


@cases.fine("private-args-and-kwargs-both-ways", BanksPrivate, calls="both")
class PrivateArgsKwargs:
    async def register_bank(self, *args, **kwargs):
        return "b"


@cases.fine("private-extra-optional-at-the-end", BanksPrivate, calls="positional")
class PrivateExtra:
    async def register_bank(self, bank, owner=None, ttl=0, region="", *, trace=False):
        return Seen(bank=bank, owner=owner, ttl=ttl)


@cases.fine("private-rest-in-args", BanksPrivate, calls="positional")
class PrivateRest:
    async def register_bank(self, bank, *rest):
        return Seen(bank=bank)


@cases.fine("private-static", ModelsPrivate, calls="positional")
class PrivateStatic(Unregistering):
    @staticmethod
    async def register_model(model):
        return Seen(model=model)


@cases.fine("private-bound-in-init", ModelsPrivate, calls="positional")
class PrivateBound(Unregistering):
    def __init__(self) -> None:
        self.register_model = PrivateStatic().register_model


@cases.defect("private-renamed", ModelsPrivate, "x04 register_model warning", calls="positional")
class PrivateRenamed(Unregistering, ModelsPrivate):
    async def register_model(self, obj: str) -> str:
        return obj


@cases.defect("private-renamed-second", LinksPrivate, "x04 link warning", calls="positional")
class PrivateRenamedSecond:
    async def link(self, source, destination):
        return Seen(source=source)


@cases.defect("private-renamed-both-ways", ModelsPrivate, "x03 register_model", calls="both")
class PrivateRenamedBoth(Unregistering):
    async def register_model(self, obj):
        return obj


@cases.defect("private-keyword-only", ModelsPrivate, "x03 register_model", calls="positional")
class PrivateKeywordOnly(Unregistering):
    async def register_model(self, *, model):
        return model


@cases.defect("private-keyword-only-optional", BanksPrivate, "x03 register_bank", calls="positional")
class PrivateKeywordOnlyOptional:
    async def register_bank(self, bank, *, owner=None, ttl=0):
        return bank


@cases.defect("private-args-swallow-a-named-one", BanksPrivate, "x04 register_bank", calls="positional")
class PrivateArgsSwallow:
    """The owner ends up among the rest, and the provider works with the default."""

    async def register_bank(self, bank, *rest, owner=None, ttl=0):
        return Seen(bank=bank, owner=owner, ttl=ttl)


@cases.defect("private-another-one-in-its-place", BanksPrivate, "x04 register_bank", calls="positional")
class PrivateAnotherInPlace:
    """The owner arrives as the region: both are there, and one has no place any more."""

    async def register_bank(self, bank, region=None, ttl=0, *, owner=None):
        return Seen(bank=bank, owner=owner, ttl=ttl)


@cases.defect("private-kwargs-only", ModelsPrivate, "x03 register_model", calls="positional")
class PrivateKwargs(Unregistering):
    async def register_model(self, **kwargs):
        return "m"


@cases.defect("private-names-then-kwargs", BanksPrivate, "x03 register_bank", calls="positional")
class PrivateNamesKwargs:
    async def register_bank(self, bank, **options):
        return bank


@cases.defect("private-no-self", ModelsPrivate, "x03 register_model", calls="positional")
class PrivateNoSelf(Unregistering):
    async def register_model(model):
        return model


@cases.defect("private-parameter-missing", LinksPrivate, "x03 link", calls="positional")
class PrivateMissing:
    async def link(self, source):
        return source


@cases.defect("private-additional-required", ModelsPrivate, "x03 register_model", calls="positional")
class PrivateAdditional(Unregistering):
    async def register_model(self, model, provider_id):
        return model


@cases.defect("private-additional-keyword-only", ModelsPrivate, "x03 register_model", calls="positional")
class PrivateAdditionalKeywordOnly(Unregistering):
    async def register_model(self, model, *, provider_id):
        return model


@cases.defect("private-default-dropped", BanksPrivate, "x03 register_bank", calls="positional")
class PrivateDefaultDropped:
    async def register_bank(self, bank, owner, ttl=0):
        return bank


@cases.defect("private-spread-fields", ModelsPrivate, "x03 register_model", calls="positional")
class PrivateSpread(Unregistering):
    """The fields of the object in place of the object."""

    async def register_model(self, model_id, provider_model_id, metadata):
        return model_id


@cases.defect("private-absent", ModelsPrivate, "x01 register_model", calls="positional")
class PrivateAbsent(Unregistering): ...


@cases.defect("private-stub", ModelsPrivate, "x02 register_model", calls="positional")
class PrivateStub(Unregistering, ModelsPrivate): ...


@cases.defect("private-keyword-only-both-ways", LinksPrivate, "x03 link", calls="both")
class BothKeywordOnly:
    async def link(self, *, source, target):
        return source


@cases.defect("private-positional-only-both-ways", LinksPrivate, "x03 link", calls="both")
class BothPositionalOnly:
    async def link(self, source, target, /):
        return source


@cases.defect("private-narrow-wrapper", LinksPrivate, "x03 link", calls="positional")
class PrivateNarrowLambda:
    link = lambda self, source: self._link(source)

    async def _link(self, source):
        return source


@used(query=Use({"text": "t"}, {"top": 2}, unnamed=("text",), defaults={"top": 1}))
class PositionalOnlyPrivate(Protocol):
    async def query(self, text: str, /, top: int = 1) -> str: ...


@cases.fine("protocol-positional-only-same", PositionalOnlyPrivate)
class UnnamedSame(PositionalOnlyPrivate):
    async def query(self, text: str, /, top: int = 1) -> str:
        return text


@cases.fine("protocol-positional-only-under-another-name", PositionalOnlyPrivate)
class UnnamedOther(PositionalOnlyPrivate):
    async def query(self, question: str, /, top: int = 1) -> str:
        return question


@cases.fine("protocol-positional-only-implemented-with-a-name", PositionalOnlyPrivate)
class UnnamedNamed(PositionalOnlyPrivate):
    async def query(self, question: str, top: int = 1) -> str:
        return question


@cases.fine("protocol-positional-only-into-args", PositionalOnlyPrivate)
class UnnamedArgs(PositionalOnlyPrivate):
    async def query(self, *texts: str, top: int = 1) -> str:
        return texts[0]


@cases.defect("protocol-positional-only-as-keyword-only", PositionalOnlyPrivate, "x03 query")
class UnnamedKeywordOnly(PositionalOnlyPrivate):
    async def query(self, *, text: str, top: int = 1) -> str:
        return text


@cases.defect("protocol-positional-only-into-kwargs", PositionalOnlyPrivate, "x03 query")
class UnnamedKwargs(PositionalOnlyPrivate):
    async def query(self, **kwargs: Any) -> str:
        return "t"


@cases.defect("protocol-positional-only-dropped", PositionalOnlyPrivate, "x03 query")
class UnnamedDropped(PositionalOnlyPrivate):
    async def query(self, top: int = 1) -> str:
        return "t"


@cases.fine("protocol-positional-only-called-positionally", PositionalOnlyPrivate, calls="positional")
class UnnamedPositional:
    async def query(self, question, top=1, /):
        return question


@used(query=Use({"text": "t"}, {"top": 2}, named=("text", "top"), defaults={"top": 1}))
class KeywordOnlyPrivate(Protocol):
    async def query(self, *, text: str, top: int = 1) -> str: ...


@cases.fine("protocol-keyword-only-same", KeywordOnlyPrivate, calls="positional")
class NamedSame(KeywordOnlyPrivate):
    async def query(self, *, text: str, top: int = 1) -> str:
        return text


@cases.fine("protocol-keyword-only-in-another-order", KeywordOnlyPrivate, calls="both")
class NamedReordered(KeywordOnlyPrivate):
    async def query(self, *, top: int = 1, text: str) -> str:
        return text


@cases.fine("protocol-keyword-only-as-ordinary-reordered", KeywordOnlyPrivate)
class NamedOrdinary(KeywordOnlyPrivate):
    async def query(self, top: int = 1, text: str = "") -> str:
        return text


@cases.fine("protocol-keyword-only-as-ordinary-positional", KeywordOnlyPrivate, calls="positional")
class NamedOrdinaryPositional(KeywordOnlyPrivate):
    async def query(self, text: str, top: int = 1) -> str:
        return text


@cases.fine("protocol-keyword-only-into-kwargs", KeywordOnlyPrivate)
class NamedKwargs(KeywordOnlyPrivate):
    async def query(self, **kwargs: Any) -> str:
        return kwargs["text"]


@cases.defect("protocol-keyword-only-renamed", KeywordOnlyPrivate, "x03 query", calls="positional")
class NamedRenamed(KeywordOnlyPrivate):
    async def query(self, *, question: str, top: int = 1) -> str:
        return question


@cases.defect("protocol-keyword-only-as-positional-only", KeywordOnlyPrivate, "x03 query")
class NamedPositionalOnly(KeywordOnlyPrivate):
    async def query(self, text: str, /, top: int = 1) -> str:
        return text


@cases.defect("protocol-keyword-only-default-changed", KeywordOnlyPrivate, "x05 query")
class NamedDefault(KeywordOnlyPrivate):
    async def query(self, *, text: str, top: int = 10) -> str:
        return Seen(top=top)
