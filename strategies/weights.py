"""Weights of votes as a person types them."""

from collections.abc import Collection
from math import isfinite

from engine.model.errors import BadInput
from strategies.params import listed, shown
from strategies.structure.state import STATES
from strategies.votes import KIND_NAMES, Multipliers

MOST_WEIGHT, MOST_MULTIPLIER = 5.0, 3.0


def weights(text: str, names: Collection[str]) -> dict[str, float]:
    """`razor:2,grid:0.5` -> base weights 0..5 by member; BadInput says what is accepted."""
    return _table("weights", text, sorted(names), MOST_WEIGHT)


def multipliers(text: str) -> Multipliers:
    """`trend/BALANCED:0.5` -> multipliers 0..3 by kind and market state; BadInput says what is accepted."""
    keys = {f"{kind}/{state}": (kind, state) for kind in KIND_NAMES for state in STATES}
    return {keys[name]: value for name, value in _table("multipliers", text, keys, MOST_MULTIPLIER).items()}


def _table(where: str, text: str, names: Collection[str], most: float) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in text.split(",") if text.strip() else ():
        name, _, number = part.strip().partition(":")
        if name not in names:
            raise BadInput(f"{where} names {shown(name)}, but there are {listed(names)}.")
        if name in found:
            raise BadInput(f"{where} names {shown(name)} twice.")
        found[name] = _number(f"{where}: {name}", number, most)
    return found


def _number(where: str, text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (isfinite(value) and 0.0 <= value <= most):
        raise BadInput(f"{where} is {shown(text.strip())}, but it takes a number from 0 to {most:g}.")
    return value
