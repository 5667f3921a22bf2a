"""Other parameter sets of a strategy: the neighbours of one, and a spread over what it takes."""

import math
from collections.abc import Iterator
from random import Random

import msgspec
from msgspec import inspect

from engine.ports import Params
from engine.proof.subject import Subject

STEP = 0.1
"""A neighbour is a tenth of the value away, a whole number at least 1."""
SPREAD = 3.0
"""Other sets lie between a third and three times of each value."""
Number = inspect.IntType | inspect.FloatType


def neighbours(subject: Subject) -> list[Params]:
    """The sets that differ from the chosen one by one step down or up in one number."""
    found: list[Params] = []
    for name, kind, value in _numbers(subject.params):
        for sign in (-1.0, 1.0):
            other = value + sign * max(abs(value) * STEP, 1.0 if isinstance(kind, inspect.IntType) else 0.0)
            made = _with(subject, {name: _fitting(kind, other)})
            if made is not None and made not in (subject.params, *found):
                found.append(made)
    return found


def spread(subject: Subject, count: int, seed: int) -> list[Params]:
    """Up to `count` sets with every number drawn anew (evenly in its logarithm); the chosen one is not among them."""
    random = Random(seed)
    numbers = list(_numbers(subject.params))
    found: list[Params] = []
    for _ in range(20 * count if numbers else 0):
        drawn = {
            name: _fitting(kind, value * SPREAD ** random.uniform(-1.0, 1.0) if value else random.uniform(-1.0, 1.0))
            for name, kind, value in numbers
        }
        made = _with(subject, drawn)
        if made is not None and made not in (subject.params, *found):
            found.append(made)
        if len(found) == count:
            break
    return found


def _numbers(params: Params) -> Iterator[tuple[str, Number, float]]:
    """Fields that hold a number: name, what they take, value."""
    for field in msgspec.structs.fields(type(params)):
        kind = inspect.type_info(field.type)
        while isinstance(kind, inspect.Metadata):
            kind = kind.type
        value = getattr(params, field.name)
        if isinstance(kind, inspect.IntType | inspect.FloatType) and not isinstance(value, bool):
            yield field.name, kind, float(value)


def _fitting(kind: Number, value: float) -> float | int:
    """The nearest value that the field takes."""
    least = -math.inf if kind.ge is None else float(kind.ge)
    most = math.inf if kind.le is None else float(kind.le)
    value = min(most, max(least, value))
    return round(value) if isinstance(kind, inspect.IntType) else value


def _with(subject: Subject, values: dict[str, float | int]) -> Params | None:
    """The chosen set with other values, None when it is not one the strategy takes."""
    try:
        made = msgspec.convert(
            {name: getattr(subject.params, name) for name in subject.params.__struct_fields__} | values,
            type(subject.params),
        )
    except msgspec.ValidationError:
        return None
    return None if subject.strategy.check(made) is not None else made
