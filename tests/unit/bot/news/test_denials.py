"""Refused limits are told when they begin to refuse, then ever less often, and counted."""

import pytest

from bot.news.denials import Denials
from engine.model.facts import Denied

MINUTE = 60_000


def denied(at: int, code: str = "max_position", symbol: str = "BTC/USDT", leg: str = "entry") -> Denied:
    return Denied(at, symbol, "razor", leg, code, "10.2% of equity, limit 10%")


def told_at(minutes: list[int], code: str = "max_position") -> list[tuple[int, int]]:
    """Minutes at which one limit that refuses at these is told of, with the number of silent ones before."""
    denials = Denials()
    news = [(minute, denials.news([denied(minute * MINUTE, code)])) for minute in minutes]
    return [(minute, found[0][1]) for minute, found in news if found]


def test_a_limit_that_refuses_each_minute_is_told_at_once_and_then_after_5_15_and_60_minutes() -> None:
    assert told_at(list(range(160))) == [(0, 0), (5, 4), (20, 14), (80, 59), (140, 59)]


def test_a_limit_that_was_silent_for_an_hour_is_news_again() -> None:
    assert told_at([0, 1, 61, 62, 66]) == [(0, 0), (61, 1), (66, 1)]


def test_a_limit_of_one_pair_and_another_limit_are_told_beside_it_pairs_of_one_limit_together() -> None:
    news = Denials().news([denied(0), denied(0, symbol="ETH/USDT"), denied(0, "var_limit")])
    assert [[one.symbol for one in group] for group, _ in news] == [["BTC/USDT", "ETH/USDT"], ["BTC/USDT"]]


def test_a_limit_of_the_whole_desk_backs_off_for_all_pairs_together() -> None:
    denials = Denials()
    first = denials.news([denied(0, "max_positions"), denied(0, "max_positions", "ETH/USDT")])
    assert [[one.symbol for one in group] for group, _ in first] == [["BTC/USDT", "ETH/USDT"]]
    assert denials.news([denied(MINUTE, "max_positions", "SOL/USDT")]) == []
    assert [silent for _, silent in denials.news([denied(5 * MINUTE, "max_positions", "XRP/USDT")])] == [1]


def test_a_halted_desk_says_once_that_a_kept_position_is_not_left_and_nothing_of_entries() -> None:
    denials = Denials()
    bars = [denied(minute * MINUTE, "halted", leg=leg) for minute in range(5) for leg in ("entry", "exit")]
    assert denials.news(bars) == [([bars[1]], 0)]


def test_a_refusal_that_is_no_limit_is_not_told() -> None:
    assert Denials().news([denied(0, "position_exists"), denied(0, "warming_up")]) == []


BREAKERS = ("daily_loss", "weekly_loss", "max_drawdown", "drawdown_ladder", "consecutive_losses", "volatility_halt")


@pytest.mark.parametrize("code", [*BREAKERS, "reject_rate", "blind", "kill_switch"])
def test_what_tripped_was_told_then_and_its_refusals_do_not_ring_for_each_symbol(code: str) -> None:
    denials = Denials()
    told = [denials.news([denied(minute * MINUTE, code, f"{base}/USDT")]) for minute in range(90) for base in "AB"]
    assert not any(told)


def test_a_price_that_jumped_is_told_for_its_pair_and_a_wrong_clock_for_the_desk() -> None:
    pairs = [denied(0, code, symbol) for symbol in ("BTC/USDT", "ETH/USDT") for code in ("bad_price", "clock_skew")]
    denials = Denials()
    assert [len(group) for one in pairs for group, _ in denials.news([one])] == [1, 1, 1]
