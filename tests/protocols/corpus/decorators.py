"""Decorators as providers use them, good and bad ones."""

from __future__ import annotations

import functools
import inspect
from typing import Any


def traced(function):
    """The tidy pass-through: async, wrapped."""

    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    return wrapper


def traced_method(function):
    """A pass-through that names ``self``."""

    @functools.wraps(function)
    async def wrapper(self, *args: Any, **kwargs: Any) -> Any:
        return await function(self, *args, **kwargs)

    return wrapper


def untidy(function):
    """A pass-through without ``functools.wraps``."""

    async def wrapper(*args, **kwargs):
        return await function(*args, **kwargs)

    return wrapper


def sync_pass(function):
    """A plain function that hands on whatever the function returns."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def lifted(function):
    """Make a coroutine function of a plain one."""

    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def with_tenant(function):
    """Supply an argument that no caller passes."""

    @functools.wraps(function)
    async def wrapper(self, *args, **kwargs):
        return await function(self, *args, tenant="tenant-a", **kwargs)

    return wrapper


def with_client(function):
    """Supply a leading positional argument."""

    @functools.wraps(function)
    async def wrapper(self, *args, **kwargs):
        return await function(self, object(), *args, **kwargs)

    return wrapper


def with_default_tenant(function):
    """Supply an argument by way of the keyword dictionary."""

    @functools.wraps(function)
    async def wrapper(self, **kwargs):
        kwargs.setdefault("tenant", "tenant-a")
        return await function(self, **kwargs)

    return wrapper


def without_stream(function):
    """Take an argument out before the function sees it."""

    @functools.wraps(function)
    async def wrapper(self, *args, **kwargs):
        kwargs.pop("stream", None)
        return await function(self, *args, **kwargs)

    return wrapper


def renaming(function):
    """Translate the stack's name into the function's."""

    @functools.wraps(function)
    async def wrapper(self, **kwargs):
        kwargs["model"] = kwargs.pop("model_id")
        return await function(self, **kwargs)

    return wrapper


def documented_by(original):
    """Carry the name and the text of another function, and run the decorated one."""

    def decorate(function):
        @functools.wraps(original)
        async def wrapper(*args, **kwargs):
            return await function(*args, **kwargs)

        return wrapper

    return decorate


def narrow_wrapped(function):
    """Claim everything, accept two parameters."""

    @functools.wraps(function)
    async def wrapper(self, model_id, content):
        return await function(self, model_id, content)

    return wrapper


def narrow(function):
    """Accept two parameters and say so."""

    async def wrapper(self, model_id, content):
        return await function(self, model_id, content)

    return wrapper


def wide(function):
    """Say all parameters, in a wrapper's own signature."""

    @functools.wraps(function)
    async def wrapper(self, model_id, content, stream=False, max_tokens=None):
        return await function(self, model_id, content)

    return wrapper


def positional_pass(function):
    """Hand on positional arguments only."""

    @functools.wraps(function)
    async def wrapper(*args):
        return await function(*args)

    return wrapper


def claiming(signature_of):
    """Write another function's signature on the decorated one."""

    def decorate(function):
        function.__signature__ = inspect.signature(signature_of)
        return function

    return decorate


class Decorator:
    """A decorator that is a class and forgets that methods bind."""

    def __init__(self, function):
        self.function = function

    async def __call__(self, *args, **kwargs):
        return await self.function(*args, **kwargs)


class BindingDecorator(Decorator):
    """A decorator that is a class and binds."""

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)


class UpdatedBindingDecorator(BindingDecorator):
    """The same, with the names of what it wraps."""

    def __init__(self, function):
        super().__init__(function)
        functools.update_wrapper(self, function)


async def never():
    """Stand for work that no call reaches."""
    return {}
