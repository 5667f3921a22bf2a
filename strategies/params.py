"""Parameters typed by a person: texts by name -> the frozen Struct of a strategy, or one clear sentence."""

import math
from collections.abc import Collection, Mapping
from typing import Protocol

import msgspec
from msgspec import inspect

from engine.model.errors import BadInput

_SHOWN = 40


class Parametrised[P: msgspec.Struct](Protocol):
    """The part of a strategy that concerns its parameters."""

    @property
    def name(self) -> str:
        """Id of the strategy."""

    @property
    def params_type(self) -> type[P]:
        """Struct whose fields have defaults and ranges (msgspec.Meta)."""

    def check(self, params: P) -> str | None:
        """A sentence when parameters contradict one another, else None."""


def parse_params[P: msgspec.Struct](strategy: Parametrised[P], texts: Mapping[str, str]) -> P:
    """The strategy's parameters: its defaults with `texts` (name -> value as typed) in their place.

    Raises BadInput with one sentence for an unknown name, a value of another type or out of range, a
    contradiction.
    """
    fields = {field.name: field for field in msgspec.structs.fields(strategy.params_type)}
    values = {}
    for name, text in texts.items():
        if name not in fields:
            raise BadInput(f"{strategy.name} has no parameter {shown(name)}; it has {listed(fields)}.")
        values[name] = _value(f"{strategy.name}: {name}", text, fields[name].type)
    params = strategy.params_type(**values)
    contradiction = strategy.check(params)
    if contradiction is not None:
        raise BadInput(f"{strategy.name}: {contradiction}")
    return params


def accepted(annotation: object) -> str:
    """What a field takes, in words: `a whole number from 2 to 200`, `sma or ema`."""
    kind = inspect.type_info(annotation)
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    match kind:
        case inspect.LiteralType():
            return listed([str(value) for value in kind.values], last="or")
        case inspect.IntType():
            return f"a whole number{_range(kind)}"
        case inspect.FloatType():
            return f"a number{_range(kind)}"
        case inspect.BoolType():
            return "true or false"
        case _:
            return "text"


def shown(text: str) -> str:
    """Foreign text in a message: quoted, control characters escaped, cut after 40 characters."""
    return ascii(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


def listed(names: Collection[str], last: str = "and") -> str:
    """`a, b and c`; `none` when there are no names."""
    *most, end = names or ("none",)
    return f"{', '.join(most)} {last} {end}" if most else end


def _value(where: str, text: str, annotation: object) -> object:
    try:
        value: object = msgspec.convert(text.strip(), annotation, strict=False)
    except msgspec.ValidationError:
        value = math.nan
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput(f"{where} is {shown(text)}, but it takes {accepted(annotation)}.") from None
    return value


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    match kind.ge, kind.le:
        case None, None:
            return ""
        case None, most:
            return f" of at most {most:g}"
        case least, None:
            return f" of at least {least:g}"
        case least, most:
            return f" from {least:g} to {most:g}"
