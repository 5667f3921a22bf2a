"""One way to ask a strategy: on bars, with parameters by name."""

from collections.abc import Callable

import msgspec
import pytest

from engine.model.market import Bars, Scores
from strategies.base import build

Ask = Callable[..., Scores]


@pytest.fixture
def ask() -> Ask:
    """(name, bars, **params) -> the scores of these bars with the defaults but for `params`."""

    def run(name: str, bars: Bars, **params: object) -> Scores:
        strategy = build(name)
        return strategy.evaluate({"5m": bars}, msgspec.convert(params, strategy.params_type))

    return run
