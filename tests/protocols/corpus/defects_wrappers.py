"""Decorated methods: what really runs does not take the call, or claims what it does not take."""

from __future__ import annotations

import functools
import inspect
import sys
from typing import Any

from protocols.corpus import decorators
from protocols.corpus.case import Casebook, Seen
from protocols.corpus.stack import Inference, LinksPrivate, Naming, Streaming

cases = Casebook(__name__)


async def promised(self, model_id, content, stream=False, max_tokens=None):
    return {}


@cases.defect("pass-through-to-a-narrow-one", Inference, "x03 completion")
class ThroughToNarrow(Inference):
    @decorators.traced
    async def completion(self, model_id, content, stream=False) -> dict[str, Any]:
        return {}


@cases.defect("pass-through-to-a-renamed-one", Inference, "x03 completion")
class ThroughToRenamed(Inference):
    @decorators.traced_method
    async def completion(self, model, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("pass-through-to-additional-required", Inference, "x03 completion")
class ThroughToRequired(Inference):
    @decorators.sync_pass
    async def completion(self, model_id, content, tenant, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("stacked-pass-through-to-a-narrow-one", Inference, "x03 completion")
class StackedToNarrow(Inference):
    @decorators.traced
    @decorators.sync_pass
    @decorators.traced_method
    async def completion(self, model_id, content) -> dict[str, Any]:
        return {}


@cases.defect("unwrapped-pass-through-to-a-narrow-one", Inference, "x03 completion")
class UntidyToNarrow(Inference):
    @decorators.untidy
    async def completion(self, model_id, content) -> dict[str, Any]:
        return {}


@cases.defect("pass-through-to-changed-default", Inference, "x05 completion")
class ThroughToDefault(Inference):
    @decorators.traced
    async def completion(self, model_id, content, stream=True, max_tokens=None) -> dict[str, Any]:
        return Seen(stream=stream)


@cases.defect("pass-through-to-another-order", LinksPrivate, "x04 link", calls="positional")
class ThroughToOrder(LinksPrivate):
    @decorators.traced
    async def link(self, target: str, source: str) -> str:
        return Seen(source=source, target=target)


@cases.defect("pass-through-to-sync", Inference, "x06 completion")
class ThroughToSync(Inference):
    @decorators.sync_pass
    def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("positional-pass-through", Inference, "x07 completion", culprit=decorators.__file__)
class PositionalPass(Inference):
    @decorators.positional_pass
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("documentation-does-not-help", Inference, "x07 completion", culprit=decorators.__file__)
class DocumentedNarrow(Inference):
    @decorators.documented_by(Inference.completion)
    async def completion(self, model_id, content) -> dict[str, Any]:
        return {}


@cases.defect("narrow-wrapper", Inference, "x03 completion", culprit=decorators.__file__)
class NarrowWrapper(Inference):
    @decorators.narrow
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect(
    "narrow-wrapper-claims-the-wide-signature", Inference, "x07 completion", culprit=decorators.__file__
)
class NarrowWrapped(Inference):
    @decorators.narrow_wrapped
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect(
    "pass-through-around-a-misleading-wrapper", Inference, "x07 completion", culprit=decorators.__file__
)
class TracedNarrowWrapped(Inference):
    @decorators.traced
    @decorators.narrow_wrapped
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("signature-attribute-lies", Inference, "x07 completion")
class SignatureLies(Inference):
    @decorators.claiming(promised)
    async def completion(self, model_id, content) -> dict[str, Any]:
        return {}


@cases.defect("signature-attribute-lies-about-a-name", Inference, "x07 completion")
class SignatureLiesAboutName(Inference):
    @decorators.claiming(promised)
    async def completion(self, model, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("signature-attribute-lies-on-a-plain-method", Naming, "x07 names")
class SignatureLiesPlain:
    @decorators.claiming(Naming.names)
    def names(self):
        return []


@cases.defect("signature-attribute-lies-on-an-iterator", Streaming, "x07 tokens")
class SignatureLiesIterator:
    @decorators.claiming(Streaming.tokens)
    async def tokens(self, prompt):
        yield prompt


@cases.defect("update-wrapper-of-the-protocols-method", Inference, "x07 completion")
class UpdatedFromProtocol:
    async def completion(self, model_id):
        return {}

    functools.update_wrapper(completion, Inference.completion)


@cases.defect("signature-of-a-lying-callable-instance", Inference, "x07 completion")
class LyingCallable:
    class _Handler:
        __signature__ = inspect.Signature(list(inspect.signature(promised).parameters.values())[1:])

        async def __call__(self, model_id):
            return {}

    completion = _Handler()


@cases.defect("class-decorator-does-not-bind", Inference, "x03 completion", culprit=decorators.__file__)
class DecoratorForgetsToBind(Inference):
    @decorators.Decorator
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("binding-decorator-around-a-narrow-one", Inference, "x03 completion", views=("instance",))
class BindingNarrow(Inference):
    @decorators.BindingDecorator
    async def completion(self, model_id, content) -> dict[str, Any]:
        return {}


@cases.defect("supplied-argument-is-not-enough", Inference, "x03 completion")
class SuppliedNotEnough(Inference):
    @decorators.with_tenant
    async def completion(self, model_id, content, stream=False, *, tenant) -> dict[str, Any]:
        return {}


if sys.version_info < (3, 14):  # from then on a partial binds like a function

    @cases.defect("partial-in-the-class-body-gets-no-self", Inference, "x03 completion")
    class PartialInClass(Inference):
        completion = functools.partial(promised, stream=False)


@cases.defect("lru-cache-around-a-narrow-one", Naming, "x03 names")
class CachedNarrow(Naming):
    @functools.lru_cache  # noqa: B019
    def names(self) -> list[str]:
        return []


@cases.defect("single-dispatch-by-keyword", Naming, "x03 names")
class DispatchedByKeyword:
    @functools.singledispatchmethod
    def names(self, prefix=""):
        return [prefix]


def trace_all(cls):
    """Wrap every public method of a class."""
    for name, member in list(vars(cls).items()):
        if inspect.isfunction(member) and not name.startswith("_"):
            setattr(cls, name, decorators.traced(member))
    return cls


@cases.defect("class-decorator-around-a-narrow-method", Inference, "x03 completion")
@trace_all
class TracedClass(Inference):
    async def completion(self, model_id, content, stream=False) -> dict[str, Any]:
        return {}


def tagging(function):
    """Pass on a keyword that the function never heard of."""

    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return await function(*args, tag="a", **kwargs)

    return wrapper


@cases.defect("wrapper-adds-a-keyword", Inference, "x07 completion")
class Tagged(Inference):
    @tagging
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


def tagging_untidily(function):
    async def wrapper(self, *args, **kwargs):
        return await function(self, *args, **kwargs, tag="a")

    return wrapper


@cases.defect("wrapper-adds-a-keyword-untidily", Inference, "x03 completion")
class TaggedUntidily(Inference):
    @tagging_untidily
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


def tagging_the_dictionary(function):
    @functools.wraps(function)
    async def wrapper(self, **kwargs):
        kwargs["tag"] = "a"
        return await function(self, **kwargs)

    return wrapper


@cases.defect("wrapper-puts-a-keyword-into-the-dictionary", Inference, "x07 completion")
class TaggedByDictionary(Inference):
    @tagging_the_dictionary
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


def tagging_with_names(function):
    @functools.wraps(function)
    async def wrapper(self, model_id, content, stream=False, max_tokens=None):
        try:
            return await function(self, model_id, content, stream, max_tokens, tag="a")
        except ValueError:
            return {}

    return wrapper


@cases.defect("wrapper-with-names-adds-a-keyword", Inference, "x07 completion", culprit=__file__)
class TaggedWithNames(Inference):
    @tagging_with_names
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


def tagging_a_display(function):
    @functools.wraps(function)
    def wrapper(self, **kwargs):
        return function(self, **{**kwargs, "tag": "a"})

    return wrapper


@cases.defect("wrapper-adds-a-keyword-in-a-display", Inference, "x07 completion")
class TaggedByDisplay(Inference):
    @tagging_a_display
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("wrapper-adds-a-keyword-behind-another-wrapper", Inference, "x07 completion")
class TaggedAndTraced(Inference):
    @decorators.traced
    @tagging
    @decorators.traced_method
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


def choosing_the_model(function):
    """Pass what every caller passes as well."""

    @functools.wraps(function)
    async def wrapper(self, *args, **kwargs):
        return await function(self, *args, model_id="m", **kwargs)

    return wrapper


@cases.defect("wrapper-passes-what-the-caller-passes", Inference, "x07 completion")
class PassedTwice(Inference):
    @choosing_the_model
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}
