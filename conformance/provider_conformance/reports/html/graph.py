"""The dependency graph of the specs of a run, laid out: columns are levels, what is needed stands left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from provider_conformance.contracts.model import Contract, Role
from provider_conformance.package.model import Spec
from provider_conformance.stack.errors import CycleError
from provider_conformance.stack.graph import levels, topological_order

WIDTH: Final = 190
_GAP: Final = 64
_LINE: Final = 15
_PAD: Final = 8
_BETWEEN: Final = 12
_TOP: Final = 34
_MOST: Final = 6
_LONGEST: Final = 26


@dataclass(slots=True)
class Box:
    """Something that is started: specs with the same needs, a router, or what is made up around them."""

    name: str
    kind: str
    lines: tuple[str, ...]
    count: int
    needs: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    x: float = 0
    y: float = 0
    place: str = ""
    place_number: int = 0

    @property
    def height(self) -> int:
        """How high it is drawn."""
        return 2 * _PAD + _LINE * (1 + len(self.lines))


@dataclass(frozen=True, slots=True)
class Edge:
    """A need: from the box that is needed to the one that needs it."""

    path: str
    start: int
    end: int
    optional: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """A drawing; ``cycle`` says in words why there is none."""

    title: str
    boxes: tuple[Box, ...] = ()
    edges: tuple[Edge, ...] = ()
    columns: tuple[float, ...] = ()
    width: float = 0
    height: float = 0
    cycle: str = ""


def graph_of(contract: Contract, specs: Sequence[Spec]) -> Graph | None:
    """The graph of the specs that one stack judges; None where nothing depends on anything."""
    boxes = _boxes(contract, specs)
    if not any(box.needs or box.optional for box in boxes.values()):
        return None
    needs = {key: box.needs | box.optional for key, box in boxes.items()}
    try:
        columns = levels(needs)
    except CycleError:
        needs = {key: box.needs for key, box in boxes.items()}
        try:
            columns = levels(needs)
        except CycleError as cycle:
            told = " needs ".join(boxes[str(key)].name for key in cycle.path)
            return Graph(contract.title, cycle=told)
    _number([boxes[key] for key in topological_order(needs)])
    return _drawn(contract.title, boxes, columns)


def _boxes(contract: Contract, specs: Iterable[Spec]) -> dict[str, Box]:
    """The boxes by their keys, with the keys of what they need."""
    alike: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[Spec]] = {}
    for spec in specs:
        needs, optional = sorted(spec.api_dependencies), sorted(spec.optional_api_dependencies)
        alike.setdefault((spec.api, tuple(needs), tuple(optional)), []).append(spec)
    boxes: dict[str, Box] = {}
    of_api: dict[str, list[str]] = {}
    for number, ((api, *_), members) in enumerate(alike.items()):
        names = [spec.provider_type for spec in members]
        more = (f"and {len(names) - _MOST} more",) if len(names) > _MOST + 1 else ()
        shown = names[:_MOST] if more else names
        key = f"provider {number}"
        boxes[key] = Box(api, "provider", (*map(_short, shown), *more), len(names))
        of_api.setdefault(api, []).append(key)
    for api in list(of_api):
        known = contract.apis.get(api)
        if known is not None and known.role is Role.ROUTED:
            table = f"over {known.routed_by}" if known.routed_by else "router"
            boxes[f"router {api}"] = Box(api, "router", (f"router {table}",), 1, set(of_api[api]))
            of_api[api] = [f"router {api}"]
    for number, (_api, required, wished) in enumerate(alike):
        box = boxes[f"provider {number}"]
        box.needs = _targets(required, contract, of_api, boxes)
        box.optional = _targets(wished, contract, of_api, boxes) - {*box.needs, f"provider {number}"}
    return boxes


def _targets(
    apis: Iterable[str], contract: Contract, of_api: dict[str, list[str]], boxes: dict[str, Box]
) -> set[str]:
    """The boxes that serve some APIs; what no provider of the run serves is a neighbour that is made up."""
    found: set[str] = set()
    for api in apis:
        if api not in of_api:
            known = contract.apis.get(api)
            table = known is not None and known.role is Role.ROUTING_TABLE
            word = "routing table" if table else "stands in from outside"
            boxes[f"neighbour {api}"] = Box(api, "neighbour", (word,), 1)
            of_api[api] = [f"neighbour {api}"]
        found.update(of_api[api])
    return found


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _number(boxes: Iterable[Box]) -> None:
    """Say of each box its place in the order of start."""
    place = 1
    for box in boxes:
        last = place + box.count - 1
        box.place_number = place
        box.place = str(place) if box.count == 1 else f"{place} to {last}"
        place = last + 1


def _drawn(title: str, boxes: dict[str, Box], columns: Sequence[Sequence[str]]) -> Graph:
    heights = [sum(boxes[key].height + _BETWEEN for key in keys) - _BETWEEN for keys in columns]
    highest = max(heights)
    for number, keys in enumerate(columns):
        y = _TOP + (highest - heights[number]) / 2
        for key in sorted(keys, key=lambda key: _middle(boxes, key)):
            box = boxes[key]
            box.x, box.y = 12 + number * (WIDTH + _GAP), y
            y += box.height + _BETWEEN
    numbers = {key: number for number, key in enumerate(boxes)}
    edges = tuple(
        Edge(_curve(boxes[needed], box), numbers[needed], numbers[key], needed in box.optional)
        for key, box in boxes.items()
        for needed in sorted(box.needs | box.optional)
    )
    width = 24 + len(columns) * (WIDTH + _GAP) - _GAP
    lefts = tuple(12.0 + number * (WIDTH + _GAP) for number in range(len(columns)))
    return Graph(title, tuple(boxes.values()), edges, lefts, width, highest + _TOP + 14)


def _middle(boxes: dict[str, Box], key: str) -> float:
    """How high the boxes that one needs stand: beside them its lines are short."""
    placed = [boxes[needed].y + boxes[needed].height / 2 for needed in boxes[key].needs | boxes[key].optional]
    return sum(placed) / len(placed) if placed else 0.0


def _curve(start: Box, end: Box) -> str:
    x, y = start.x + WIDTH, start.y + start.height / 2
    to_x, to_y = end.x, end.y + end.height / 2
    bend = max(abs(to_x - x) / 2, 16)
    return f"M{x:.0f} {y:.0f}C{x + bend:.0f} {y:.0f} {to_x - bend:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"
