"""Decorated, assembled and delegated methods that take every call."""

from __future__ import annotations

import contextlib
import functools
import sys
import typing
from typing import Any, Protocol

from protocols.corpus import decorators
from protocols.corpus.case import Casebook, Seen
from protocols.corpus.stack import Inference, LinksPrivate, Naming, Streaming, Use, used

cases = Casebook(__name__)


@cases.fine("pass-through", Inference)
class PassThrough(Inference):
    @decorators.traced
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id, content=content, stream=stream, max_tokens=max_tokens)


@cases.fine("pass-through-unwrapped", Inference)
class Untidy:
    @decorators.untidy
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id, content=content, stream=stream, max_tokens=max_tokens)


@cases.fine("pass-through-stacked", Inference)
class Stacked(Inference):
    @decorators.traced
    @decorators.sync_pass
    @decorators.traced_method
    @decorators.untidy
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id, content=content, stream=stream, max_tokens=max_tokens)


@cases.fine("plain-pass-through-around-async-with-annotation", Inference)
class SyncPass(Inference):
    @decorators.sync_pass
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.fine("lifted-to-async", Inference)
class Lifted(Inference):
    @decorators.lifted
    def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.fine("wrapper-supplies-a-keyword", Inference)
class SuppliedKeyword(Inference):
    @decorators.with_tenant
    async def completion(self, model_id, content, stream=False, max_tokens=None, *, tenant) -> dict[str, Any]:
        return {}


@cases.fine("wrapper-supplies-a-position", Inference)
class SuppliedPosition(Inference):
    @decorators.with_client
    async def completion(self, client, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.fine("wrapper-supplies-by-dictionary", Inference)
class SuppliedByDictionary(Inference):
    @decorators.with_default_tenant
    async def completion(self, tenant, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.fine("wrapper-takes-an-argument-out", Inference)
class TakenOut(Inference):
    @decorators.without_stream
    async def completion(self, model_id, content, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.fine("wrapper-renames-an-argument", Inference)
class Renaming(Inference):
    @decorators.renaming
    async def completion(self, model, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.fine("wraps-the-protocols-stub-runs-the-real-one", Inference)
class Documented(Inference):
    @decorators.documented_by(Inference.completion)
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.fine("wraps-copied-from-the-protocol-onto-the-method", Inference)
class UpdatedFromProtocol(Inference):
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}

    functools.update_wrapper(completion, Inference.completion)


@cases.fine("wide-wrapper-of-a-narrow-one", Inference)
class WideWrapper(Inference):
    @decorators.wide
    async def completion(self, model_id, content) -> dict[str, Any]:
        return {}


async def _narrow(self, model_id):
    return {}


@cases.fine("signature-attribute-claims-less-than-runs", Inference)
class ClaimsLess(Inference):
    @decorators.claiming(_narrow)
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.fine("class-decorator-that-binds", Inference)
class Bound(Inference):
    @decorators.BindingDecorator
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.fine("class-decorator-that-binds-and-wraps", Inference)
class BoundUpdated(Inference):
    @decorators.UpdatedBindingDecorator
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.fine("partialmethod", Inference)
class PartialMethod(Inference):
    async def _completion(self, model_id, content, stream=False, max_tokens=None, *, tenant):
        return {}

    completion = functools.partialmethod(_completion, tenant="tenant-a")


@cases.fine("partialmethod-binds-a-leading-extra-one", Inference)
class PartialMethodLeading(Inference):
    async def _completion(self, tenant, model_id, content, stream=False, max_tokens=None):
        return {}

    completion = functools.partialmethod(_completion, "tenant-a")


@cases.fine("partialmethod-of-partialmethod", Inference)
class PartialMethodTwice(Inference):
    async def _completion(self, tenant, region, model_id, content, stream=False, max_tokens=None):
        return {}

    _for_tenant = functools.partialmethod(_completion, "tenant-a")
    completion = functools.partialmethod(_for_tenant, "eu")


@cases.fine("partialmethod-restates-the-default", Inference)
class PartialMethodDefault(Inference):
    async def _completion(self, model_id, content, stream=True, max_tokens=None):
        return Seen(stream=stream)

    completion = functools.partialmethod(_completion, stream=False)


@cases.fine("partialmethod-positional", LinksPrivate, calls="positional")
class PartialMethodPositional(LinksPrivate):
    async def _link(self, tenant, source, target):
        return Seen(source=source, target=target)

    link = functools.partialmethod(_link, "tenant-a")


@cases.fine("partial-on-the-instance", Inference)
class PartialOnInstance:
    def __init__(self) -> None:
        self.completion = functools.partial(self._completion, tenant="tenant-a")

    async def _completion(self, model_id, content, stream=False, max_tokens=None, *, tenant):
        return {}


async def _tenant_completion(model_id, content, stream=False, max_tokens=None, *, tenant):
    return {}


@cases.fine("partial-in-a-staticmethod", Inference)
class PartialStatic(Inference):
    completion = staticmethod(functools.partial(_tenant_completion, tenant="tenant-a"))


if sys.version_info < (3, 14):  # from then on a partial binds like a function

    @cases.fine("partial-in-the-class-body", Inference)
    class PartialInClass(Inference):
        completion = functools.partial(_tenant_completion, tenant="tenant-a")


@cases.fine("partial-of-partial", Inference)
class PartialOfPartial:
    def __init__(self) -> None:
        once = functools.partial(_tenant_completion, tenant="tenant-a")
        self.completion = functools.partial(once, tenant="tenant-b")


@cases.fine("lru-cached", Naming)
class Cached(Naming):
    @functools.lru_cache(maxsize=8)  # noqa: B019
    def names(self, prefix: str = "") -> list[str]:
        return [prefix]


@cases.fine("cached-unbounded", Naming)
class CachedUnbounded:
    @functools.cache  # noqa: B019
    def names(self, prefix=""):
        return [prefix]


@cases.fine("cached-behind-a-method", Naming)
class CachedBehind:
    def names(self, prefix=""):
        return self._names(prefix)

    @functools.cache  # noqa: B019
    def _names(self, prefix):
        return [prefix]


@cases.fine("single-dispatch-positional", LinksPrivate, calls="positional")
class Dispatched(LinksPrivate):
    @functools.singledispatchmethod
    async def link(self, source, target):
        return Seen(source=source, target=target)


@used(session=Use({"name": "n"}, then="value"))
class Sessions(Protocol):
    def session(self, name: str) -> contextlib.AbstractAsyncContextManager[str]: ...


@cases.fine("async-context-manager", Sessions)
class ContextManager(Sessions):
    @contextlib.asynccontextmanager
    async def session(self, name: str):
        yield name


@cases.fine("plain-context-manager-method", Naming)
class PlainContextManager(Naming):
    @contextlib.contextmanager
    def _open(self):
        yield []

    def names(self, prefix: str = "") -> list[str]:
        with self._open() as found:
            return [*found, prefix]


@cases.fine("marked-final-and-unchecked", Inference)
class Marked(Inference):
    @typing.final
    @typing.no_type_check
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return {}


def _chunked(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        async for item in function(*args, **kwargs):
            yield item

    return wrapper


@cases.fine("async-generator-in-an-async-generator", Streaming)
class ReYielding(Streaming):
    @_chunked
    async def tokens(self, prompt: str, limit: int = 3):
        for _ in range(limit):
            yield prompt


@cases.fine("plain-pass-through-around-async-generator", Streaming)
class PassedGenerator(Streaming):
    @decorators.sync_pass
    async def tokens(self, prompt: str, limit: int = 3):
        yield prompt


def _collected(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return {"all": [item async for item in function(*args, **kwargs)]}

    return wrapper


@cases.fine("async-generator-collected", Inference)
class Collected(Inference):
    @_collected
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        yield content


def _retrying(attempts):
    def decorate(function):
        @functools.wraps(function)
        async def wrapper(*args, **kwargs):
            for attempt in range(attempts):
                try:
                    return await function(*args, **kwargs)
                except OSError:
                    if attempt + 1 == attempts:
                        raise
            return None

        return wrapper

    return decorate


@cases.fine("retrying-decorator-with-arguments", Inference)
class Retrying(Inference):
    @_retrying(3)
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


def add_completion(cls):
    """Give a class the method that it lacks."""

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return {}

    cls.completion = completion
    return cls


@cases.fine("class-decorator-adds-the-method", Inference)
@add_completion
class Added(Inference): ...


def logged(cls):
    """Replace a class by a subclass of itself."""

    class Logged(cls):
        async def completion(self, *args, **kwargs):
            return await super().completion(*args, **kwargs)

    return Logged


@cases.fine("class-decorator-subclasses", Inference)
@logged
class Subclassed(Inference):
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}
