"""Refused limits are told once in a quarter of an hour, and counted."""

from bot.denials import Denials
from engine.model.facts import Denied

MINUTE = 60_000


def denied(at: int, code: str = "max_positions", symbol: str = "BTC/USDT") -> Denied:
    return Denied(at, symbol, "razor", "entry", code, "5 positions are open, limit 5")


def test_the_same_limit_on_the_same_pair_is_silent_for_fifteen_minutes_of_market_time() -> None:
    denials = Denials()
    assert len(denials.news([denied(0)])) == 1
    assert denials.news([denied(1), denied(14 * MINUTE), denied(15 * MINUTE - 1)]) == []
    assert denials.news([denied(15 * MINUTE)]) == [([denied(15 * MINUTE)], 3)]


def test_another_pair_and_another_limit_are_told_and_pairs_of_one_limit_together() -> None:
    news = Denials().news([denied(0), denied(0, symbol="ETH/USDT"), denied(0, "daily_loss")])
    assert [[one.symbol for one in group] for group, _ in news] == [["BTC/USDT", "ETH/USDT"], ["BTC/USDT"]]


def test_a_refusal_that_is_no_limit_is_not_told() -> None:
    assert Denials().news([denied(0, "position_exists"), denied(0, "warming_up")]) == []
