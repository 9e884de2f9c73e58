"""Changes that break an adapter in ways that are seldom looked for: what is written is not what is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from adapters import ENTRY, Adapter, Function
from changes import (
    INIT,
    Change,
    Kind,
    asynchronous,
    called_by_keyword,
    declared,
    decorated,
    edited,
    inherited,
    own,
    replaced,
    unnoticed,
)

from provider_conformance.contracts.model import ApiContract


def _coroutines(adapter: Adapter, api: ApiContract) -> Iterator[Function]:
    return (f for f in own(adapter, api) if asynchronous(f))


def _only_here(adapter: Adapter, api: ApiContract) -> Iterator[Function]:
    """The methods that nothing stands in for where they are gone."""
    return (f for f in own(adapter, api) if not inherited(adapter, f.name) and not unnoticed(adapter, f))


def _at_the_end(adapter: Adapter, *lines: str) -> Adapter:
    """The adapter with more lines at the end of its class."""
    last = adapter.node.end_lineno or 0
    return edited(adapter, last + 1, last, "", *(f"    {line}" for line in lines))


def _after_the_class(adapter: Adapter, *lines: str) -> Adapter:
    last = adapter.node.end_lineno or 0
    return edited(adapter, last + 1, last, "", "", *lines)


def _text(adapter: Adapter, f: Function) -> list[str]:
    return adapter.files[adapter.home].splitlines()[f.lineno - 1 : f.end_lineno]


def wrong_default(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A parameter has another default than its protocol."""
    for f in own(adapter, api):
        for default in f.args.defaults:
            if isinstance(default, ast.Constant) and default.value in (None, False, True):
                other = "'none'" if default.value is None else repr(not default.value)
                yield Change("wrong default", f"{f.name}: {other}", replaced(adapter, default, other))


def swapped(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """Two parameters change places, and the stack passes them by their places."""
    for f in own(adapter, api):
        passed = max((call.positional for call in api.calls.get(f.name, ())), default=0)
        if passed >= 2 and len(f.args.args) >= 3 and not f.args.defaults:
            names = [ast.unparse(a) for a in f.args.args]
            names[1], names[2] = names[2], names[1]
            yield Change("swapped", f.name, declared(adapter, f, ", ".join(names)))


def generator(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """What was awaited yields."""
    for f in _coroutines(adapter, api):
        yield Change("generator", f.name, declared(adapter, f, body="yield {}"))


def not_awaited(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """What a method returns was to be awaited."""
    for f in _coroutines(adapter, api):
        for node in ast.walk(f):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Await):
                text = f"({ast.unparse(node.value.value)})"
                changed = replaced(adapter, node.value, text)
                yield Change("not awaited", f"{f.name}: {text[:40]}", changed, live_only=True)


def other_dependency(adapter: Adapter, _api: ApiContract) -> Iterator[Change]:
    """The factory asks for an API that the spec does not name."""
    text = adapter.files[INIT]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Api" and node.attr != "telemetry":
            changed = replaced(adapter, node, "Api.conversations", INIT)
            yield Change("other dependency", node.attr, changed)


def other_configuration(adapter: Adapter, _api: ApiContract) -> Iterator[Change]:
    """The configuration class of the spec is no model of the provider's."""
    text = adapter.files[ENTRY]
    for line in text.splitlines():
        if line.strip().startswith("config_class="):
            for other in ("pathlib.Path", "ogx_api.Api"):
                changed = adapter.with_file(ENTRY, text.replace(line, f"        config_class='{other}',"))
                yield Change("other configuration", other, changed)


def attribute(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """An attribute of the class or of the instance hides the method."""
    for f in own(adapter, api):
        yield Change("attribute", f"{f.name} of the class", _at_the_end(adapter, f"{f.name} = None"))
        init = adapter.methods.get("__init__")
        if init is not None:
            last = init.end_lineno or 0
            changed = edited(adapter, last + 1, last, f"        self.{f.name} = {{}}")
            yield Change("attribute", f"{f.name} of the instance", changed)


_LOSES = """
def _logged(function):
    async def wrapper(self, *args, **kwargs):
        await function(self, *args, **kwargs)

    return wrapper
"""
_CACHES = "import functools"


def decorator(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A decorator drops the answer, or gives the same coroutine twice."""
    for f in _coroutines(adapter, api):
        if f.returns is not None and ast.unparse(f.returns) != "None":
            changed = decorated(adapter, f, "_logged", _LOSES)
            yield Change("decorator", f"{f.name} loses its answer", changed, live_only=True)
        changed = decorated(adapter, f, "functools.cache", _CACHES)
        yield Change("decorator", f"{f.name} is cached", changed, live_only=True)


def binding(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A method is one of the class, or of nobody."""
    for f in _coroutines(adapter, api):
        if any(isinstance(n, ast.Name) and n.id == "self" for n in ast.walk(f)):
            yield Change("binding", f"{f.name} is a class method", decorated(adapter, f, "classmethod"))
            yield Change("binding", f"{f.name} is a static method", decorated(adapter, f, "staticmethod"))


def get_attribute(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A method is gone, and ``__getattr__`` gives something else for it."""
    for f in _only_here(adapter, api):
        line = _text(adapter, f)[0].replace(f"def {f.name}(", f"def _{f.name}(")
        changed = _at_the_end(
            edited(adapter, f.lineno, f.lineno, line),
            "def __getattr__(self, name):",
            f"    if name == '{f.name}':",
            "        return None",
            "    raise AttributeError(name)",
        )
        yield Change("__getattr__", f.name, changed)


def set_later(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A method is replaced, or taken away, after its class was made."""
    name = adapter.class_name
    for f in own(adapter, api):
        for how, line in (
            ("setattr", f'setattr({name}, "{f.name}", lambda self: None)'),
            ("assignment", f"{name}.{f.name} = 1"),
        ):
            yield Change("set later", f"{f.name} by {how}", _after_the_class(adapter, line))
    for f in _only_here(adapter, api):
        yield Change("set later", f"{f.name} is deleted", _after_the_class(adapter, f"del {name}.{f.name}"))


def conditional(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A method is defined under a condition that does not hold, or within the one before it."""
    for f in _only_here(adapter, api):
        lines = [f"    {line}" for line in _text(adapter, f)]
        head = "    if __name__ == '__main__':"
        changed = edited(adapter, f.lineno, f.end_lineno or 0, head, *lines)
        yield Change("conditional", f"{f.name} for the main module", changed)
        changed = edited(adapter, f.lineno, f.end_lineno or 0, "    def _helper(self):", *lines)
        yield Change("conditional", f"{f.name} is indented", changed)


def overload(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """An overload comes last, or a second definition of other parameters does."""
    for f in _coroutines(adapter, api):
        line = _text(adapter, f)[0] if _text(adapter, f)[0].rstrip().endswith(":") else ""
        if line:
            text = ("import typing", "@typing.overload", f"{line.strip()} ...")
            yield Change("overload", f"{f.name} comes last", _at_the_end(adapter, *text))
        second = f"async def {f.name}(self, given_one, given_two, given_three, given_four): ..."
        yield Change("overload", f"{f.name} is defined again", _at_the_end(adapter, second))


def mangled(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A method's name is private."""
    for f in _only_here(adapter, api):
        line = _text(adapter, f)[0].replace(f"def {f.name}(", f"def __{f.name}(")
        yield Change("mangled", f.name, edited(adapter, f.lineno, f.lineno, line))


def kinds_of_parameters(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """What the stack passes by name is taken by place alone, or the other way round."""
    for f in own(adapter, api):
        if f.args.vararg or f.args.kwonlyargs or f.args.kwarg or len(f.args.args) < 2:
            continue
        was = ast.unparse(f.args)
        if called_by_keyword(api, f.name):
            yield Change("by place alone", f.name, declared(adapter, f, f"{was}, /"))
        by_place = any(call.positional for call in api.calls.get(f.name, ()))
        if by_place:
            yield Change("by name alone", f.name, declared(adapter, f, was.replace("self, ", "self, *, ", 1)))


SUBTLE: tuple[Kind, ...] = (
    wrong_default,
    swapped,
    generator,
    not_awaited,
    other_dependency,
    other_configuration,
    attribute,
    decorator,
    binding,
    get_attribute,
    set_later,
    conditional,
    overload,
    mangled,
    kinds_of_parameters,
)
