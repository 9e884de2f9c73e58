"""PC2xx: does the implementation keep the API's public protocol?"""

from __future__ import annotations

from collections.abc import Iterator

from provider_conformance.evidence.signatures import ComparedPublic, method_of, public_protocol
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.protocols.compare import Aspect
from provider_conformance.protocols.signature import Kind
from provider_conformance.rules.model import Scope, rule


def _method(subject: Subject) -> bool:
    return method_of(subject, public_protocol) is not None


def _required(subject: Subject) -> bool:
    method = method_of(subject, public_protocol)
    return method is not None and not method.optional


def _optional(subject: Subject) -> bool:
    method = method_of(subject, public_protocol)
    return method is not None and method.optional


def _has_positions(subject: Subject) -> bool:
    method = method_of(subject, public_protocol)
    return method is not None and any(p.kind <= Kind.POSITIONAL_OR_KEYWORD for p in method.signature.named())


def _has_defaults(subject: Subject) -> bool:
    method = method_of(subject, public_protocol)
    return method is not None and any(not p.required for p in method.signature.named())


def _attribute(subject: Subject) -> bool:
    protocol = subject.api.public if subject.api else None
    attribute = protocol.attributes.get(subject.method) if protocol else None
    return attribute is not None and (attribute.injected or not attribute.has_value)


@rule("PC201", "method-missing", scope=Scope.PUBLIC, applies=_required)
def method_missing(found: ComparedPublic) -> Iterator[Finding]:
    """Check that a method of the public protocol is there.

    What it does:
        Looks the method up on the class (or instance) that the provider's factory returns, as
        Python would: through the bases, attributes set after the class body, attributes set on
        the instance, `__getattr__`. An attribute that cannot be called counts as missing, and so does
        what a property over `async def` gives.

    Why is this bad:
        The router or the server calls the method by its name and gets an `AttributeError`; the
        client sees an internal server error, at the first request rather than at start-up.

    Example:
        ```python
        class MyInference:  # the protocol also demands `embeddings`
            async def chat_completion(self, model, messages, ...): ...
        ```

    How to fix:
        Write the method with the signature that the finding shows. If the backend cannot do it,
        write it all the same and raise `NotImplementedError` with a sentence that says so.

    Source:
        The public protocols of the stack, as its resolver maps them to APIs.
    """
    yield from found.of(Aspect.MISSING)


@rule("PC202", "method-stub", scope=Scope.PUBLIC, applies=_required)
def method_stub(found: ComparedPublic) -> Iterator[Finding]:
    """Check that what stands under a method's name is an implementation and not a promise.

    What it does:
        Reports methods whose body does nothing: the protocol's own empty body, inherited; a body
        of the class that is only `...`; an abstract method; an empty body of another protocol or
        base, reached by inheritance or by an alias; and a protocol's empty body that stands
        before a mixin's real method. Owners are compared by identity, so a class may bear the
        protocol's name. A body that is only `pass` is fine where None is a promised result.

    Why is this bad:
        The call succeeds and returns None. The error surfaces far away, when something reads a
        field of the result, or never.

    Example:
        ```python
        class MyInference(Inference, OpenAIMixin):  # the protocol's empty bodies come first
            pass
        ```

    How to fix:
        Implement the method. Where a mixin implements it, put the mixin before the protocol
        among the bases.

    Source:
        Python's method resolution order; the stack's own check compares names of classes, or
        looks at marked methods only, and lets most stubs through.
    """
    yield from found.of(Aspect.STUB)


@rule("PC203", "call-does-not-bind", scope=Scope.PUBLIC, applies=_method, proves=True)
def call_does_not_bind(found: ComparedPublic) -> Iterator[Finding]:
    """Check that the calls which the stack makes bind to the method's signature.

    What it does:
        Binds the calls that the stack's own code makes (its routers, routing tables and routes,
        and its own providers) to the signature of what really runs, with their arguments as they
        are passed: a call that does not bind is an error, and is quoted. Then the calls of somebody
        who knows only the protocol (with all parameters, and with only the required ones): one that
        does not bind is a warning where all calls of the stack are known and bind, else an error.
        Where a router contradicts its protocol, the router's call counts. Wrappers that pass
        `*args, **kwargs` on are followed, with what they add. Further optional parameters and
        `**kwargs` are fine. A class or static method of the protocol is also called on the class;
        special methods (`__getitem__`) by position only.

    Why is this bad:
        The call raises `TypeError` before the first line of the method runs.

    Example:
        ```python
        class MyInference:
            async def embeddings(self, model, texts): ...  # the protocol says `contents`
        ```

    How to fix:
        Use the protocol's parameter names, give what is optional there a default, and give
        parameters of your own a default.

    Source:
        The stack's source, where each call has its line; the stack's own check compares sets of names and
        accepts additional required parameters, positional-only ones and dropped defaults.
    """
    yield from found.of(Aspect.BINDING)


@rule("PC204", "parameter-order", scope=Scope.PUBLIC, severity=Severity.WARNING, applies=_has_positions)
def parameter_order(found: ComparedPublic) -> Iterator[Finding]:
    """Check that parameters stand in the protocol's order.

    What it does:
        Compares the order of the parameters that both know and that can be passed by position.
        An error where the stack passes them by position, a warning where it uses keywords only. Where
        it passes them by position, a parameter that has another name, or none for callers, is a warning.

    Why is this bad:
        A call by position puts values into the wrong parameters, and nothing raises. A caller that goes by
        the protocol and passes a renamed one by keyword gets a `TypeError`.

    Example:
        ```python
        class MyMemory:
            async def insert_documents(self, documents, bank_id, ttl_seconds=None): ...
        ```

    How to fix:
        Keep the protocol's order.

    Source:
        The routers' calls: some releases pass arguments to memory providers by position.
    """
    yield from found.of(Aspect.ORDER)


@rule("PC205", "default-changed", scope=Scope.PUBLIC, severity=Severity.WARNING, applies=_has_defaults)
def default_changed(found: ComparedPublic) -> Iterator[Finding]:
    """Check that optional parameters keep the protocol's default values.

    What it does:
        Compares defaults by value, however they are spelled: equal models, a string enum's
        member and its text, and objects of equal state count as the same.

    Why is this bad:
        Who leaves the argument out relies on what the protocol says will happen.

    Example:
        ```python
        class MyInference:
            async def chat_completion(self, model, messages, stream=True): ...  # promised: False
        ```

    How to fix:
        Use the protocol's default; put a provider's own default into its configuration.

    Source:
        The defaults in the protocol's signature.
    """
    yield from found.of(Aspect.DEFAULT)


@rule("PC206", "result-kind", scope=Scope.PUBLIC, applies=_method)
def result_kind(found: ComparedPublic) -> Iterator[Finding]:
    """Check that a call yields the promised kind of result: an awaitable, an async iterator, a plain value.

    What it does:
        Tells coroutine functions, asynchronous generators, plain generators and plain functions apart.
        A plain `def` is judged by what it returns, so one that returns an awaitable passes as `async def`.

    Why is this bad:
        `await` on a plain value or on an asynchronous generator raises `TypeError`, as does
        `async for` over a coroutine; and it happens in the middle of a request.

    Example:
        ```python
        class MySafety:
            def run_shield(self, shield_type, messages, params=None):  # promised: async def
                return RunShieldResponse()
        ```

    How to fix:
        Use `async def` where the protocol does. A method that may stream returns the iterator
        from a coroutine; it does not `yield` itself.

    Source:
        The routers await the call and only then look whether to iterate.
    """
    yield from found.of(Aspect.RESULT)


@rule("PC207", "misleading-signature", scope=Scope.PUBLIC, applies=_method)
def misleading_signature(found: ComparedPublic) -> Iterator[Finding]:
    """Check that a method takes what its visible signature says.

    What it does:
        Reports a method whose `__signature__` or `functools.wraps` shows the right parameters
        while the function that really runs does not take them, or a wrapper around it adds a keyword
        that it does not take.

    Why is this bad:
        Every check that asks `inspect.signature` is content, and the call raises `TypeError`.

    Example:
        ```python
        def traced(function):
            @functools.wraps(function)
            async def wrapper(self, model):  # the wrapped one takes four parameters
                return await function(self, model)
            return wrapper
        ```

    How to fix:
        Let the wrapper take `*args, **kwargs` and pass both on.

    Source:
        How Python calls functions: by their code object, not by `__signature__`.
    """
    yield from found.of(Aspect.MISLEADING)


@rule("PC208", "optional-method", scope=Scope.PUBLIC, severity=Severity.WARNING, applies=_optional)
def optional_method(found: ComparedPublic) -> Iterator[Finding]:
    """Check the methods to which the protocol itself gives a body.

    What it does:
        Such a method need not be written, but the body only helps classes that inherit the
        protocol. Warns where it is absent, overridden by a stub, or where the protocol's default
        hides a mixin's real method.

    Why is this bad:
        Instead of the protocol's polite refusal the caller gets an `AttributeError`, or a None.

    Example:
        ```python
        class MyInference:  # does not inherit the protocol, whose `rerank` has a default
            ...
        ```

    How to fix:
        Inherit the protocol, after any mixins, or write the method.

    Source:
        Concrete bodies in the stack's protocols, `rerank` among them.
    """
    yield from found.of(Aspect.OPTIONAL)


@rule("PC209", "protocol-attribute", scope=Scope.PUBLIC, applies=_attribute)
def protocol_attribute(found: ComparedPublic) -> Iterator[Finding]:
    """Check the data members that the protocol declares.

    What it does:
        Attributes that the routing table injects (`model_store`, `shield_store`, ...) must be
        assignable; they need not be there. Constants with a value in the protocol are optional.
        Any other declared member must be there, as an attribute or a property: not as a method,
        where the annotation rules out a function, and not as an asynchronous property. A property
        that the protocol gives a setter must be assignable.

    Why is this bad:
        The stack sets the store when it starts, and the assignment raises; or a reader of the
        member gets an `AttributeError`.

    Example:
        ```python
        class MyInference:
            __slots__ = ("config",)  # `model_store` cannot be set
        ```

    How to fix:
        Leave `__slots__` out or name the attribute there; give a read-only property a setter; let
        a pydantic model allow extra fields.

    Source:
        The initialisation of the routing tables.
    """
    yield from found.of(Aspect.ATTRIBUTE)
