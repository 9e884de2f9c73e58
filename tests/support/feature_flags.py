"""The part of the OpenFeature SDK 0.10 that the documentation shows, for where the SDK is not installed.

Names, signatures and what is abstract are the SDK's; the modules are made under its names.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol


@dataclass
class Metadata:
    name: str


@dataclass
class FlagResolutionDetails:
    value: Any


class FeatureProvider(Protocol):
    def initialize(self, evaluation_context: object) -> None: ...

    def shutdown(self) -> None: ...

    def get_metadata(self) -> Metadata: ...

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: object = None
    ) -> FlagResolutionDetails: ...

    async def resolve_boolean_details_async(
        self, flag_key: str, default_value: bool, evaluation_context: object = None
    ) -> FlagResolutionDetails: ...

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: object = None
    ) -> FlagResolutionDetails: ...

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: object = None
    ) -> FlagResolutionDetails: ...

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: object = None
    ) -> FlagResolutionDetails: ...

    def resolve_object_details(
        self, flag_key: str, default_value: object, evaluation_context: object = None
    ) -> FlagResolutionDetails: ...

    def track(self, tracking_event_name: str, evaluation_context: object = None) -> None: ...


class AbstractProvider(FeatureProvider):
    def initialize(self, evaluation_context: object) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def track(self, tracking_event_name: str, evaluation_context: object = None) -> None:
        pass

    @abstractmethod
    def get_metadata(self) -> Metadata:
        pass

    @abstractmethod
    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: object = None
    ) -> FlagResolutionDetails:
        pass

    async def resolve_boolean_details_async(
        self, flag_key: str, default_value: bool, evaluation_context: object = None
    ) -> FlagResolutionDetails:
        return self.resolve_boolean_details(flag_key, default_value, evaluation_context)

    @abstractmethod
    def resolve_object_details(
        self, flag_key: str, default_value: object, evaluation_context: object = None
    ) -> FlagResolutionDetails:
        pass


def modules() -> dict[str, ModuleType]:
    """The modules of the SDK by their names, to be put into ``sys.modules``."""
    names = ("openfeature", "openfeature.provider", "openfeature.flag_evaluation")
    made = {name: ModuleType(name) for name in names}
    for offered in (FeatureProvider, AbstractProvider, Metadata):
        setattr(made["openfeature.provider"], offered.__name__, offered)
    setattr(made["openfeature.flag_evaluation"], FlagResolutionDetails.__name__, FlagResolutionDetails)
    return made
