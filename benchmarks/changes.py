"""Changes of one thing in an adapter that break it in a stack."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapters import ENTRY, Adapter, Function

from provider_conformance.contracts.model import ApiContract, StackCall
from provider_conformance.protocols.model import ProtocolMethod

INIT = "__init__.py"


@dataclass(frozen=True)
class Change:
    """An adapter after one change.

    ``live_only``: nothing but running the provider, or a type checker that imports it, can tell.
    """

    kind: str
    what: str
    adapter: Adapter
    live_only: bool = False


Kind = Callable[[Adapter, ApiContract], Iterator[Change]]


# -- what is there to be changed ----------------------------------------------------------------


def demanded(api: ApiContract) -> dict[str, ProtocolMethod]:
    """The methods that a provider of an API has to have."""
    both = [p.methods for p in (api.public, api.private) if p is not None]
    return {name: method for methods in both for name, method in methods.items() if not method.optional}


def own(adapter: Adapter, api: ApiContract) -> Iterator[Function]:
    """The demanded methods that the class itself defines."""
    found = (adapter.methods[name] for name in demanded(api) if name in adapter.methods)
    return (function for function in found if begin(function.body[0]) > function.lineno)


def begin(node: ast.stmt) -> int:
    """The first line of a statement, decorators included."""
    return min(one.lineno for one in (node, *getattr(node, "decorator_list", ())))


def inherited(adapter: Adapter, name: str, bases: tuple[type, ...] | None = None) -> bool:
    """Whether a base has a method of that name which does something; of these bases where they are given."""
    if adapter.cls is None:
        return True
    cls = adapter.cls if bases is None else types.new_class("Other", bases)
    owner = next((one for one in cls.__mro__[bases is None :] if name in vars(one)), object)
    promises = getattr(owner, "_is_protocol", False) or owner.__name__.endswith("ProtocolPrivate")
    return owner is not object and not promises


def unnoticed(adapter: Adapter, function: Function) -> bool:
    """Whether nobody notices that a method is gone: it does nothing, as what the protocol passes on does."""
    idle = all(
        isinstance(node, ast.Pass)
        or (isinstance(node, ast.Return) and node.value is None)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in function.body
    )
    above = adapter.cls.__mro__[1:] if adapter.cls is not None else ()
    return idle and any(function.name in vars(cls) for cls in above)


def asynchronous(function: Function) -> bool:
    """Whether it is a coroutine function, no generator."""
    return isinstance(function, ast.AsyncFunctionDef) and not any(
        isinstance(node, ast.Yield) for node in ast.walk(function)
    )


def called_by_keyword(api: ApiContract, name: str) -> set[str]:
    """The arguments that some call of the stack passes to a method by keyword."""
    calls: tuple[StackCall, ...] = api.calls.get(name, ())
    return {keyword for call in calls for keyword in call.keywords}


# -- texts -------------------------------------------------------------------------------------


def edited(adapter: Adapter, first: int, last: int, *lines: str, path: str = "") -> Adapter:
    """The adapter with these lines in the place of those from ``first`` to ``last``, which count from 1."""
    there = adapter.files[path or adapter.home].splitlines()
    there[first - 1 : last] = lines
    return adapter.with_file(path or adapter.home, "\n".join(there) + "\n")


def replaced(adapter: Adapter, node: ast.expr | ast.arg, text: str, path: str = "") -> Adapter:
    """The adapter with another text in the place of an expression."""
    lines = adapter.files[path or adapter.home].splitlines()
    first, last = node.lineno, node.end_lineno or node.lineno
    head = lines[first - 1].encode()[: node.col_offset].decode()
    tail = lines[last - 1].encode()[node.end_col_offset or 0 :].decode()
    return edited(adapter, first, last, *(head + text + tail).splitlines(), path=path)


def declared(
    adapter: Adapter, function: Function, parameters: str = "", *, head: str = "", body: str = ""
) -> Adapter:
    """The adapter with another head line, other parameters or another body of a method."""
    was = ast.unparse(function.args)
    kind = head or ("async def" if isinstance(function, ast.AsyncFunctionDef) else "def")
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    line = f"    {kind} {function.name}({parameters or was}){returns}:"
    if body:
        return edited(adapter, function.lineno, function.end_lineno or 0, line, f"        {body}")
    return edited(adapter, function.lineno, begin(function.body[0]) - 1, line)


def before_class(adapter: Adapter, text: str) -> Adapter:
    """The adapter with a text in front of its class statement."""
    line = begin(adapter.node)
    return edited(adapter, line, line - 1, *text.splitlines(), "", "")


def decorated(adapter: Adapter, function: Function, name: str, text: str = "") -> Adapter:
    """The adapter with a decorator on one of its methods."""
    changed = edited(adapter, function.lineno, function.lineno - 1, f"    @{name}")
    return before_class(changed, text) if text else changed


def misspelt(name: str) -> str:
    """A name with two letters the wrong way round, or the last one missing."""
    where = next(
        (i for i in range(len(name) // 2, len(name) - 1) if name[i].isalpha() and name[i + 1].isalpha()), 0
    )
    swapped = name[:where] + name[where + 1] + name[where] + name[where + 2 :]
    return swapped if swapped != name else name[:-1]


# -- changes that break ------------------------------------------------------------------------


def delete(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A demanded method is gone."""
    for f in own(adapter, api):
        if not inherited(adapter, f.name) and not unnoticed(adapter, f):
            yield Change("delete", f.name, edited(adapter, f.lineno, f.end_lineno or 0, "    _gone = True"))


def rename(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A demanded method has another name."""
    for f in own(adapter, api):
        if not inherited(adapter, f.name) and not unnoticed(adapter, f):
            line = adapter.files[adapter.home].splitlines()[f.lineno - 1]
            other = line.replace(f"def {f.name}(", f"def {misspelt(f.name)}(")
            yield Change("rename", f.name, edited(adapter, f.lineno, f.lineno, other))


def sync(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """An asynchronous method is a plain one."""
    for f in own(adapter, api):
        if asynchronous(f):
            yield Change("sync", f.name, declared(adapter, f, head="def", body="return {}"))


_ADDS = """
def _traced(function):
    @functools.wraps(function)
    async def wrapper(self, *args, **kwargs):
        return await function(self, *args, trace_id="t", **kwargs)

    return wrapper
"""
_SWALLOWS = """
def _traced(function):
    async def wrapper(self):
        return await function(self)

    return wrapper
"""


def wrapper(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A decorator hands over what the method does not take, or takes less itself."""
    for f in own(adapter, api):
        if not asynchronous(f) or f.args.kwarg:
            continue
        yield Change(
            "wrapper", f"{f.name} adds", decorated(adapter, f, "_traced", f"import functools\n\n{_ADDS}")
        )
        if len(f.args.args) > 1 + len(f.args.defaults):
            yield Change("wrapper", f"{f.name} swallows", decorated(adapter, f, "_traced", _SWALLOWS))


def as_property(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A method is a property."""
    for f in own(adapter, api):
        if asynchronous(f):
            yield Change("property", f.name, decorated(adapter, f, "property"))


def parameter(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A method demands one more argument, or calls one by another name than its callers."""
    for f in own(adapter, api):
        was = ast.unparse(f.args)
        if not f.args.vararg and not f.args.kwarg and not f.args.defaults and not f.args.kwonlyargs:
            yield Change("parameter", f"{f.name} demands one more", declared(adapter, f, f"{was}, tenant"))
        for argument in f.args.args[1:]:
            if argument.arg in called_by_keyword(api, f.name) and not f.args.kwarg:
                changed = replaced(adapter, argument, ast.unparse(argument).replace(argument.arg, "given", 1))
                yield Change("parameter", f"{f.name} has {argument.arg} under another name", changed)


def bases(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A base that has demanded methods is missing, or comes after the protocols."""
    there = adapter.node.bases
    if len(there) < 2 or adapter.cls is None:
        return
    live = adapter.cls.__bases__
    orders = [[b for b in range(len(there)) if b != left_out] for left_out in range(len(there))]
    orders.append([*range(1, len(there)), 0])
    for order in orders:
        if any(not _has(adapter, name, tuple(live[i] for i in order)) for name in demanded(api)):
            changed = edited_bases(adapter, ", ".join(ast.unparse(there[i]) for i in order))
            yield Change(
                "bases", ast.unparse(there[order[0]]) + " first" * (len(order) == len(there)), changed
            )


def edited_bases(adapter: Adapter, text: str) -> Adapter:
    """The adapter with other bases of its class."""
    first, last = adapter.node.bases[0], adapter.node.bases[-1]
    whole = ast.Name("", lineno=first.lineno, col_offset=first.col_offset)
    whole.end_lineno, whole.end_col_offset = last.end_lineno, last.end_col_offset
    return replaced(adapter, whole, text)


def _has(adapter: Adapter, name: str, given: tuple[type, ...]) -> bool:
    if name in adapter.methods:
        return True
    try:
        return inherited(adapter, name, given)
    except TypeError:  # no order of these bases is possible
        return False


def factory(adapter: Adapter, _api: ApiContract) -> Iterator[Change]:
    """The factory has another name, makes or returns something else, or is not asynchronous."""
    text, name = adapter.files[INIT], adapter.factory
    made = f"{adapter.class_name}("
    for what, old, new in (
        ("another name", f"async def {name}(", f"async def {misspelt(name)}("),
        ("another class", f"= {made}", f"= {misspelt(adapter.class_name)}("),
        ("returns nothing", "    return ", "    result = "),
        ("unknown dependency", f"= {made}", f"= {_dependencies(text)}['no_such_api'] or {made}"),
    ):
        if text.count(old) == 1:
            yield Change("factory", what, adapter.with_file(INIT, text.replace(old, new)))
    for call in (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id == adapter.class_name:
            other = replaced(adapter, call, f"{adapter.class_name}(no_such_setting=1)", INIT)
            yield Change("factory", "unknown setting", other)
    if text.count(f"async def {name}(") == 1:
        plain = text.replace(f"async def {name}(", f"def {name}(").replace("await ", "")
        yield Change("factory", "synchronous", adapter.with_file(INIT, plain))


def _dependencies(text: str) -> str:
    """What a factory calls its second parameter."""
    found = (n for n in ast.walk(ast.parse(text)) if isinstance(n, Function) and n.name.startswith("get_"))
    return next((f.args.args[1].arg for f in found if len(f.args.args) > 1), "deps")


def spec(adapter: Adapter, _api: ApiContract) -> Iterator[Change]:
    """A field of the spec is missing or names something that is not there."""
    text = adapter.files[ENTRY]
    for line in text.splitlines():
        field, _, value = line.strip().partition("=")
        if field in ("module", "config_class", "provider_data_validator"):
            wrong = line.replace(value, value.rstrip("',") + "x',")
            yield Change(
                "spec", f"{field} names nothing", adapter.with_file(ENTRY, text.replace(line, wrong))
            )
        if field in ("module", "config_class", "provider_type", "adapter_type"):
            yield Change("spec", f"no {field}", adapter.with_file(ENTRY, text.replace(f"{line}\n", "")))
        if field == "api":
            other = "safety" if adapter.api != "inference" else "vector_io"
            other = "inference" if other == "safety" else other
            wrong = line.replace(value, f"Api.{other},")
            yield Change("spec", f"api is {other}", adapter.with_file(ENTRY, text.replace(line, wrong)))
        if field == "api_dependencies" and value != "[],":
            yield Change(
                "spec", f"no {field}", adapter.with_file(ENTRY, text.replace(f"{line}\n", "")), live_only=True
            )


def config(adapter: Adapter, _api: ApiContract) -> Iterator[Change]:
    """The configuration demands more than its sample, or cannot be had.

    What a client sends with a request may demand what it likes: the class of that is left alone.
    """
    path = "config.py"
    tree = ast.parse(adapter.files.get(path, ""))
    named = re.search(r"\bconfig_class='[\w.]*\.(\w+)'", adapter.files[ENTRY])
    for cls in (
        n for n in tree.body if isinstance(n, ast.ClassDef) and named is not None and n.name == named[1]
    ):
        line = begin(cls.body[-1])
        needed = edited(adapter, line, line - 1, "    conformance_tenant: int", "", path=path)
        yield Change("config", "one more setting is required", needed, live_only=True)
        other = edited(adapter, cls.lineno, cls.lineno, f"class {misspelt(cls.name)}(BaseModel):", path=path)
        yield Change("config", "its class has another name", other)
        for sample in (n for n in cls.body if isinstance(n, Function) and n.name == "sample_run_config"):
            body = "        return no_such_name"
            changed = edited(adapter, begin(sample.body[0]), sample.end_lineno or 0, body, path=path)
            yield Change("config", "its sample raises", changed, live_only=True)


def types_of(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A parameter or a result is of another type."""
    for f in own(adapter, api):
        for argument in f.args.args[1:]:
            if argument.annotation and "Any" not in ast.unparse(argument.annotation):
                changed = replaced(adapter, argument.annotation, "bytearray")
                yield Change("types", f"{f.name}({argument.arg})", changed, live_only=True)
        promised = demanded(api)[f.name].returns
        if f.returns and promised not in ("", "None", "Any"):
            yield Change(
                "types", f"{f.name} returns", replaced(adapter, f.returns, "bytearray"), live_only=True
            )


BREAKING: tuple[Kind, ...] = (
    delete,
    rename,
    sync,
    wrapper,
    as_property,
    parameter,
    bases,
    factory,
    spec,
    config,
    types_of,
)
