"""What may be tried: an axis for each parameter of a strategy, from the ranges its own type states."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any

import msgspec
from msgspec import inspect

from engine.model.errors import BadInput

Value = int | float | str | bool
Point = dict[str, Value]
"""One set of parameters by name."""
SHOWN = 40
NEARBY = 0.1
"""A neighbour of a value without a step is this share of it away."""


class Axis(msgspec.Struct, frozen=True):
    """The values one parameter may take: a range, or choices in their order."""

    name: str
    low: float = 0
    high: float = 0
    step: float | None = None
    """None: every number between is possible."""
    whole: bool = False
    choices: tuple[Value, ...] = ()

    def values(self) -> tuple[Value, ...]:
        """All of them in order; BadInput for a range without a step."""
        if self.choices:
            return self.choices
        if self.step is None:
            raise BadInput(f"{self.name} has no step, which a grid needs; write --space {self.name}=low:high:step.")
        return tuple(self._rounded(value) for value in _spread(self.low, self.high, self.step))

    def beside(self, value: Value) -> tuple[Value, ...]:
        """The next value below and above; none of texts and switches, which have no order."""
        if self.choices:
            if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in self.choices):
                return ()
            ordered = sorted(self.choices, key=float)
            at = ordered.index(value)
            return (*ordered[max(at - 1, 0) : at], *ordered[at + 1 : at + 2])
        number = float(value)
        away = max(self.step or 0, abs(number) * NEARBY) if not self.whole else max(self.step or 1, 1)
        return tuple(self._rounded(x) for x in (number - away, number + away) if self.low <= x <= self.high)

    def _rounded(self, value: float) -> Value:
        return round(value) if self.whole else float(f"{value:.12g}")


Space = tuple[Axis, ...]


def space_of(params: type[msgspec.Struct], typed: Mapping[str, str], fixed: Iterable[str] = ()) -> Space:
    """The axes to search. Without `typed` texts: every parameter with a range or choices but the `fixed` ones.

    With them: those alone, `fixed` or not, each within the range of its type. BadInput says what is wrong.
    """
    held = set(fixed)
    fields = {field.name: field for field in msgspec.structs.fields(params)}
    for name in typed:
        if name not in fields:
            raise BadInput(f"--space names {_shown(name)}, but there are the parameters {', '.join(fields)}.")
    if typed:
        found = [_typed(name, text, fields[name].type) for name, text in typed.items()]
    else:
        found = [axis for name, field in fields.items() if name not in held and (axis := _stated(name, field.type))]
    if not found:
        raise BadInput("There is no parameter to search; --space name=low:high names one.")
    return tuple(found)


def points(space: Space) -> list[Point]:
    """The whole grid, the last axis turning fastest."""
    names = [axis.name for axis in space]
    return [dict(zip(names, values, strict=True)) for values in product(*(axis.values() for axis in space))]


def _stated(name: str, annotation: object) -> Axis | None:
    """The axis that a type states by itself; None for texts and for ranges with an open end."""
    match _kind(annotation):
        case inspect.LiteralType(values=values):
            return Axis(name, choices=tuple(value for value in values if value is not None))
        case inspect.BoolType():
            return Axis(name, choices=(False, True))
        case inspect.IntType(ge=int(low), le=int(high)):
            return Axis(name, low, high, 1, whole=True)
        case inspect.FloatType(ge=low, le=high) if low is not None and high is not None:
            return Axis(name, float(low), float(high))
        case _:
            return None


def _typed(name: str, text: str, annotation: object) -> Axis:
    kind = _kind(annotation)
    numeric = isinstance(kind, inspect.IntType | inspect.FloatType)
    if ":" not in text or not numeric:
        chosen = tuple(_value(name, part, annotation) for part in text.split(","))
        if len(set(chosen)) < len(chosen):
            raise BadInput(f"--space {name} names a value twice.")
        return Axis(name, choices=chosen)
    low, high, *rest = text.split(":")
    whole = isinstance(kind, inspect.IntType)
    first, last = (float(_value(name, part, annotation)) for part in (low, high))
    step = _step(name, rest[0], whole) if rest else 1.0 if whole else None
    if len(rest) > 1 or first >= last:
        raise BadInput(f"--space {name} is {_shown(text)}, but it takes low:high or low:high:step, low below high.")
    if step is not None:
        last = _spread(first, last, step)[-1]
    return Axis(name, first, last, step, whole)


def _value(name: str, text: str, annotation: object) -> Any:
    try:
        return msgspec.convert(text.strip(), annotation, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(f"--space {name} cannot be {_shown(text)}: {str(error)[0].lower()}{str(error)[1:]}.") from None


def _step(name: str, text: str, whole: bool) -> float:
    try:
        step = Decimal(text.strip())
    except InvalidOperation:
        step = Decimal(0)
    if not 0 < step < 10**9 or (whole and step % 1):
        takes = "a whole number above 0" if whole else "a number above 0"
        raise BadInput(f"The step of --space {name} is {_shown(text)}, but it takes {takes}.")
    return float(step)


def _spread(low: float, high: float, step: float) -> Sequence[float]:
    """low, low + step, ... up to high, free of the rounding of repeated sums."""
    first, wide = Decimal(repr(low)), Decimal(repr(step))
    count = int((Decimal(repr(high)) - first) / wide)
    return [float(first + k * wide) for k in range(count + 1)]


def _kind(annotation: object) -> inspect.Type:
    kind = inspect.type_info(annotation)
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return kind


def _shown(text: str) -> str:
    return ascii(text if len(text) <= SHOWN else f"{text[:SHOWN]}...")
