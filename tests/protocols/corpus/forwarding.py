"""Methods that forward to another one, and decorators that do more than forward."""

from __future__ import annotations

import contextlib
import functools
import inspect
from typing import Any

from protocols.corpus import decorators
from protocols.corpus.case import Casebook, Seen
from protocols.corpus.stack import Embeddings, Inference, Naming, Streaming

cases = Casebook(__name__)


@cases.fine("forwards-to-an-own-method", Inference)
class ForwardsToOwn(Inference):
    async def completion(self, **kwargs):
        return await self._completion(**kwargs)

    async def _completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id, stream=stream)


@cases.fine("forwards-and-adds", Inference)
class ForwardsAndAdds(Inference):
    async def completion(self, *args, **kwargs):
        return await self._completion("tenant-a", *args, **kwargs)

    async def _completion(self, tenant, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id, stream=stream)


@cases.fine("forwards-what-is-left", Inference)
class ForwardsLeft(Inference):
    async def completion(self, *, stream=False, **kwargs):
        return await self._completion(**kwargs)

    async def _completion(self, model_id, content, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("forwards-a-selection", Inference)
class ForwardsSelection(Inference):
    async def completion(self, **kwargs):
        known = {name: kwargs[name] for name in ("model_id", "content")}
        return await self._completion(**known)

    async def _completion(self, model_id, content):
        return Seen(model_id=model_id)


@cases.defect("forwards-to-a-narrow-own-method", Inference, "x03 completion")
class ForwardsToNarrow(Inference):
    async def completion(self, **kwargs):
        return await self._completion(**kwargs)

    async def _completion(self, model_id, content):
        return Seen(model_id=model_id)


@cases.defect("forwards-to-a-narrow-base", Inference, "x03 completion")
class ForwardsToNarrowBase(type("Base", (), {"completion": lambda self, model_id: decorators.never()})):
    async def completion(self, *args, **kwargs):
        return await super().completion(*args, **kwargs)


@cases.fine("forwards-to-the-client", Inference)
class ForwardsToClient:
    def __init__(self) -> None:
        self.client = ForwardsToOwn()

    async def completion(self, *args, **kwargs):
        return await self.client.completion(*args, **kwargs)


def forgiving(function):
    """Try again without what the function did not know."""

    @functools.wraps(function)
    async def wrapper(self, *args, **kwargs):
        try:
            return await function(self, *args, **kwargs)
        except TypeError:
            known = inspect.signature(function).parameters
            return await function(self, **{name: kwargs[name] for name in kwargs if name in known})

    return wrapper


@cases.fine("wrapper-forgives", Inference)
class Forgiving(Inference):
    @forgiving
    async def completion(self, model_id, content):
        return Seen(model_id=model_id)


def filtering(function):
    """Hand on what the function knows."""

    @functools.wraps(function)
    async def wrapper(self, *args, **kwargs):
        known = inspect.signature(function).parameters
        kwargs = {name: value for name, value in kwargs.items() if name in known}
        return await function(self, *args, **kwargs)

    return wrapper


@cases.fine("wrapper-filters", Inference)
class Filtering(Inference):
    @filtering
    async def completion(self, model_id, content):
        return Seen(model_id=model_id)


def choosing(wide):
    """Take another function for the calls that this one cannot serve."""

    def decorate(function):
        @functools.wraps(function)
        async def wrapper(self, *args, **kwargs):
            if "stream" in kwargs:
                return await wide(self, *args, **kwargs)
            return await function(self, *args, **kwargs)

        return wrapper

    return decorate


async def _wide(self, model_id, content, stream=False, max_tokens=None):
    return Seen(model_id=model_id, stream=stream)


@cases.fine("wrapper-chooses", Inference)
class Choosing(Inference):
    @choosing(_wide)
    async def completion(self, model_id, content):
        return Seen(model_id=model_id)


def replaced_by(other):
    """Run another function altogether."""

    def decorate(function):
        @functools.wraps(function)
        async def wrapper(*args, **kwargs):
            return await other(*args, **kwargs)

        return wrapper

    return decorate


@cases.fine("wrapper-runs-another-function", Inference)
class Replaced(Inference):
    @replaced_by(_wide)
    async def completion(self): ...


async def _thin(self, model_id):
    return {}


@cases.defect("wrapper-runs-a-narrow-other-function", Inference, "x07 completion", culprit=__file__)
class ReplacedByThin(Inference):
    @replaced_by(_thin)
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return {}


def by_default(function):
    """Hold the function in a default of the wrapper."""

    @functools.wraps(function)
    async def wrapper(*args, _function=function, **kwargs):
        return await _function(*args, **kwargs)

    return wrapper


@cases.fine("wrapper-holds-it-in-a-default", Inference)
class HeldInDefault(Inference):
    @by_default
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.defect("wrapper-holds-a-narrow-one-in-a-default", Inference, "x03 completion")
class NarrowInDefault(Inference):
    @by_default
    async def completion(self, model_id, content):
        return Seen(model_id=model_id)


@contextlib.contextmanager
def _span():
    yield


@contextlib.asynccontextmanager
async def _async_span():
    yield


@cases.fine("context-manager-as-a-decorator", Inference)
class InSpan(Inference):
    @_span()
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id)


@cases.fine("async-context-manager-as-a-decorator", Inference)
class InAsyncSpan(Inference):
    @_async_span()
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id)


@cases.fine("context-manager-as-a-decorator-of-a-generator", Streaming)
class TokensInSpan(Streaming):
    @_span()
    async def tokens(self, prompt: str, limit: int = 3):
        yield prompt


@cases.defect("context-manager-around-a-narrow-one", Inference, "x03 completion")
class NarrowInSpan(Inference):
    @_span()
    async def completion(self, model_id, content) -> dict[str, Any]:
        return Seen(model_id=model_id)


@cases.defect("async-context-manager-around-a-generator", Streaming, "x06 tokens")
class TokensInAsyncSpan(Streaming):
    @_async_span()
    async def tokens(self, prompt: str, limit: int = 3):
        yield prompt


@cases.defect("decorated-staticmethod-gets-self", Inference, "x03 completion")
class TracedStatic(Inference):
    @decorators.traced
    @staticmethod
    async def completion(model_id, content, stream=False, max_tokens=None):
        return {}


@cases.fine("staticmethod-of-a-decorated-one", Inference)
class StaticTraced(Inference):
    @staticmethod
    @decorators.traced
    async def completion(model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("classmethod-of-a-decorated-one", Inference)
class ClassTraced(Inference):
    @classmethod
    @decorators.traced
    async def completion(cls, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


class Instrumented:
    """A base that wraps the methods of whoever derives from it."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, member in list(vars(cls).items()):
            if inspect.isfunction(member) and not name.startswith("_"):
                setattr(cls, name, decorators.traced(member))


@cases.fine("wrapped-by-the-base", Inference)
class WrappedByBase(Instrumented, Inference):
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.defect("wrapped-by-the-base-and-narrow", Inference, "x03 completion")
class NarrowWrappedByBase(Instrumented, Inference):
    async def completion(self, model_id, content):
        return {}


@cases.fine("wrapped-once-more-on-the-instance", Inference)
class WrappedOnInstance(Inference):
    def __init__(self) -> None:
        self.completion = decorators.untidy(self.completion)

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.defect("narrow-wrapped-on-the-instance", Inference, "x03 completion", views=("instance",))
class NarrowOnInstance(Inference):
    def __init__(self) -> None:
        self.completion = decorators.traced(self.completion)

    async def completion(self, model_id, content):
        return Seen(model_id=model_id)


def _bridged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        result = function(*args, **kwargs)
        return list(result)

    return wrapper


@cases.fine("wrapper-turns-a-generator-into-a-list", Naming)
class Listed(Naming):
    @_bridged
    def names(self, prefix: str = ""):
        yield prefix


@cases.fine("two-lambdas-in-a-line", Embeddings)
class TwoLambdas:
    embed, other = lambda self, model_id, texts: self._embed(texts), lambda self, a: [a]  # fmt: skip

    async def _embed(self, texts):
        return [1.0]


@cases.defect("two-lambdas-in-a-line-one-sync", Embeddings, "x06 embed")
class TwoLambdasSync:
    other, embed = lambda self, texts: self._embed(texts), lambda self, model_id, texts: [1.0]  # fmt: skip

    async def _embed(self, texts):
        return [1.0]


def logged_and_traced(function):
    """Hand the arguments to a logger, then to the function: as the stacks of 2025 trace every provider."""

    def describe(self, *args: Any, **kwargs: Any) -> str:
        return f"{type(self).__name__} {args} {kwargs}"

    @functools.wraps(function)
    async def wrapper(self, *args: Any, **kwargs: Any) -> Any:
        description = describe(self, *args, **kwargs)
        try:
            return await function(self, *args, **kwargs)
        except Exception as error:
            error.add_note(description)
            raise

    return wrapper


@cases.fine("logged-and-traced", Inference)
class LoggedAndTraced(Inference):
    @logged_and_traced
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id, stream=stream)


@cases.defect("logged-traced-and-narrow", Inference, "x03 completion")
class LoggedAndNarrow(Inference):
    @logged_and_traced
    async def completion(self, model_id, content):
        return Seen(model_id=model_id)


@cases.defect("logged-traced-and-reordered", Inference, "x04 completion warning")
class LoggedAndReordered(Inference):
    @logged_and_traced
    async def completion(self, model_id, content, max_tokens=None, stream=False):
        return Seen(model_id=model_id, stream=stream)


def tagging(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return await function(*args, tag="a", **kwargs)

    return wrapper


@cases.fine("wrapper-adds-a-keyword-that-the-method-takes", Inference)
class Tagged(Inference):
    @tagging
    async def completion(self, model_id, content, stream=False, max_tokens=None, *, tag):
        return Seen(model_id=model_id)


@cases.fine("wrapper-adds-a-keyword-and-the-method-takes-any", Inference)
class TaggedAnyhow(Inference):
    @tagging
    async def completion(self, model_id, content, stream=False, max_tokens=None, **options):
        return Seen(model_id=model_id)


def untagging(function):
    """Take out again what another wrapper adds."""

    @functools.wraps(function)
    async def wrapper(*args, tag=None, **kwargs):
        return await function(*args, **kwargs)

    return wrapper


@cases.fine("wrapper-adds-a-keyword-that-another-one-takes", Inference)
class TaggedAndUntagged(Inference):
    @tagging
    @untagging
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


def tagging_where_it_is_taken(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        if "tag" in inspect.signature(function).parameters:
            return await function(*args, tag="a", **kwargs)
        return await function(*args, **kwargs)

    return wrapper


@cases.fine("wrapper-adds-a-keyword-where-it-is-taken", Inference)
class TaggedPerhaps(Inference):
    @tagging_where_it_is_taken
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


def tagging_for_a_while(function):
    @functools.wraps(function)
    async def wrapper(self, **kwargs):
        kwargs["tag"] = "a"
        kwargs.pop("tag")
        return await function(self, **kwargs)

    return wrapper


@cases.fine("wrapper-takes-out-what-it-put-in", Inference)
class TaggedForAWhile(Inference):
    @tagging_for_a_while
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


def tagging_at_first(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        try:
            return await function(*args, tag="a", **kwargs)
        except TypeError:
            return await function(*args, **kwargs)

    return wrapper


@cases.fine("wrapper-adds-a-keyword-and-forgives", Inference)
class TaggedAtFirst(Inference):
    @tagging_at_first
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


def streaming_by_name(function):
    """Name a keyword of the caller's, and pass it on."""

    @functools.wraps(function)
    async def wrapper(self, *args, stream=False, **kwargs):
        return await function(self, *args, stream=stream, **kwargs)

    return wrapper


@cases.fine("wrapper-passes-on-a-keyword-that-it-names", Inference)
class StreamsByName(Inference):
    @streaming_by_name
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id, stream=stream)
