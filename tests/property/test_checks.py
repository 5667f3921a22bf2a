"""Every strategy shipped with the program passes the checks that a desk makes at its start."""

import pytest
from msgspec.structs import replace

from engine.proof.effort import QUICK
from engine.proof.examination import examine
from engine.proof.subject import Subject
from strategies.base import AnyStrategy, catalogue
from strategies.rules.folder import library

SHIPPED = catalogue() | library()
GLANCE = replace(QUICK, bars=400, samples=4, signals=2, tail=2, windows=2)
"""Less than a desk looks at: prefixes and windows of each strategy are compared bar by bar elsewhere too."""


@pytest.mark.parametrize("strategy", SHIPPED.values(), ids=SHIPPED)
def test_no_shipped_strategy_fails(strategy: AnyStrategy) -> None:
    subject = Subject(strategy.name, strategy, strategy.params_type(), strategy.timeframes[0])
    assert examine(subject, GLANCE).refusal == ""
