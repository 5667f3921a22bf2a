"""When a member of an ensemble loses its vote for losing."""

import pytest

from engine.votes import to_be_paused


@pytest.mark.parametrize(
    ("trades", "sqn", "paused"),
    [(20, -1.01, True), (20, -1.0, False), (19, -5.0, False), (200, None, False), (50, 2.0, False)],
)
def test_a_strategy_is_paused_after_twenty_trades_of_low_quality(trades: int, sqn: float | None, paused: bool) -> None:
    assert to_be_paused(trades, sqn) is paused
