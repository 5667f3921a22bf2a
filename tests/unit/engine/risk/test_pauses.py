"""Pauses that the clock ends: counted, told once when they begin and once when they end, at their own times."""

from decimal import Decimal as D

import pytest

from engine.model.commands import Resume
from engine.model.facts import BreakerMoved
from engine.model.messages import LinkDown, LinkUp, OrderRejected, Timer
from engine.risk.reject_rate import Rejects
from engine.risk.streak import Streak
from engine.risk.volatility_halt import VolatilityHalt
from engine.state import Breaker, Holding
from tests.desk import WIDE, Desk
from tests.unit.engine.risk.asked import entry, remembering, world

MINUTE = 60_000


def moves(desk: Desk) -> list[tuple[int, str, bool, str, str, str]]:
    """Each breaker that moved: after how many milliseconds from the first bar's end, and what was said."""
    start = desk.now
    return [(f.at - start, f.breaker, f.tripped, f.value, f.limit, f.text) for f in desk.told(BreakerMoved)]


def lose(desk: Desk, at: int, realised: str = "-1", fees: str = "0", funding: str = "0") -> None:
    """A trade of the strategy is over."""
    trade = Holding("BTC", "scripted", "t", 0, D(0), D(100), None, None)
    trade.realised, trade.fees, trade.funding = D(realised), D(fees), D(funding)
    desk.core.pauses.closed(trade, at)
    desk.effects += desk.core.desk.out


def tick(desk: Desk, after: int) -> None:
    desk.feed(Timer(desk.now + after, "minute"))


LOSSES = WIDE | {"CONSECUTIVE_LOSSES": "2", "LOSS_PAUSE_MIN": "30"}


def test_losses_in_a_row_pause_their_strategy_and_the_clock_ends_it() -> None:
    desk = world(settings=LOSSES)
    lose(desk, desk.now)
    assert desk.core.state.streaks == {"scripted": Streak(1)}
    lose(desk, desk.now + 5)
    end = 5 + 30 * MINUTE
    assert desk.core.state.streaks == {"scripted": Streak(0, desk.now + end)}
    assert desk.core.state.wakes == desk.now + end
    text = "its entries are allowed again after 30 min, or after an admin's /resume"
    name = "consecutive_losses scripted"
    assert desk.core.state.breakers[name] == Breaker(True, desk.now + 5, text)
    tick(desk, end - 1)
    assert desk.core.state.breakers[name].tripped
    tick(desk, end + 7)
    assert desk.core.state.breakers[name] == Breaker()
    assert desk.core.state.streaks == {"scripted": Streak()}
    assert moves(desk) == [
        (5, name, True, "2 losses", "2", text),
        (end, name, False, "", "", "the pause is over"),
    ]


@pytest.mark.parametrize(
    ("realised", "fees", "funding", "losses"),
    [("1", "0", "0", 0), ("1", "1.5", "0", 1), ("1", "1", "0", 0), ("1", "1.5", "1", 0), ("1", "0", "-2", 1)],
)
def test_a_trade_is_lost_after_fees_and_funding(realised: str, fees: str, funding: str, losses: int) -> None:
    desk = world(settings=LOSSES)
    lose(desk, desk.now, realised, fees, funding)
    assert desk.core.state.streaks.get("scripted", Streak()).losses == losses


def test_losses_are_not_counted_where_no_limit_is_set() -> None:
    desk = world()
    for _ in range(9):
        lose(desk, desk.now)
    assert desk.core.state.streaks == {}
    desk = world(settings=LOSSES)
    lose(desk, desk.now, "0")
    assert desk.core.state.streaks == {}


def test_rejected_orders_pause_the_desk_for_a_quarter_of_an_hour() -> None:
    desk = world(settings=WIDE | {"MAX_REJECTS": "2", "REJECT_WINDOW_S": "20"})
    for after in (0, 20_001, 40_000):
        desk.feed(OrderRejected(desk.now + after, "?", "no", ""))
    end = 40_000 + 15 * MINUTE
    assert desk.core.state.wakes == desk.now + end
    tick(desk, end)
    assert desk.core.state.rejects == Rejects()
    text = "entries are allowed again after 15 min, or after an admin's /resume"
    assert moves(desk) == [
        (40_000, "reject_rate", True, "2 orders", "2 in 20 s", text),
        (end, "reject_rate", False, "", "", "the pause is over"),
    ]


def silent_since(desk: Desk) -> int | None:
    return desk.core.state.unheard


def test_silence_becomes_blindness_at_its_line_and_the_market_ends_it() -> None:
    desk = world(settings=WIDE | {"BLIND_S": "10"})
    desk.feed(LinkDown(desk.now, "telegram", ""))
    assert silent_since(desk) is None
    desk.feed(LinkDown(desk.now + 1, "feed", ""))
    desk.feed(LinkDown(desk.now + 5000, "exchange", ""))
    assert (silent_since(desk), desk.core.state.wakes) == (desk.now + 1, desk.now + 10_001)
    tick(desk, 10_000)
    assert moves(desk) == []
    tick(desk, 12_000)
    tick(desk, 13_000)
    desk.feed(LinkUp(desk.now + 14_000, "feed"))
    assert silent_since(desk) == desk.now + 1, "the exchange has not answered yet"
    desk.feed(LinkUp(desk.now + 15_000, "telegram"))
    desk.feed(LinkUp(desk.now + 16_000, "exchange"))
    assert silent_since(desk) is None
    text = "entries wait until the market is heard again"
    assert moves(desk) == [
        (10_001, "blind", True, "10 s", "10 s", text),
        (16_000, "blind", False, "", "", "the market is heard again"),
    ]


def test_a_short_silence_is_not_told() -> None:
    desk = world(settings=WIDE | {"BLIND_S": "10"})
    desk.feed(LinkDown(desk.now, "feed", ""))
    desk.feed(LinkUp(desk.now + 9000, "feed"))
    assert desk.core.state.wakes == desk.core.state.hour_ends
    tick(desk, 20_000)
    assert moves(desk) == []


def test_pauses_that_ended_together_are_told_in_the_order_of_their_ends() -> None:
    desk = world(settings=LOSSES | {"MAX_REJECTS": "1"})
    state, now = desk.core.state, desk.now
    state.streaks["scripted"] = Streak(1, now + 300)
    state.rejects = Rejects((), now + 200)
    state.halts["ETH"] = VolatilityHalt(now + 900_000)
    desk.core.pauses.aim()
    assert state.wakes == now + 200
    tick(desk, 400)
    assert [(at, name, text) for at, name, _, _, _, text in moves(desk)] == [
        (200, "reject_rate", "the pause is over"),
        (300, "consecutive_losses scripted", "the pause is over"),
    ]
    assert state.streaks == {"scripted": Streak(1)}
    assert (state.halts, state.wakes) == ({"ETH": VolatilityHalt(now + 900_000)}, now + 900_000)


def enter(desk: Desk) -> None:
    """An entry that is refused."""
    assert desk.core.desk.ask(entry(desk)) is None
    desk.effects += desk.core.desk.out


def halted() -> Desk:
    """Days of +-1 %, a line of 0.21 % a minute, and a minute of 1 % after which an entry has asked."""
    desk = remembering(Desk({}, settings=WIDE | {"VOLATILITY_HALT_K": "8"}), BTC=[0.01, -0.01] * 30)
    desk.walk(100, 101)
    enter(desk)
    return desk


def test_a_shock_is_told_once_and_ends_fifteen_calm_minutes_later() -> None:
    desk = halted()
    first = desk.now
    assert desk.core.state.halts == {"BTC": VolatilityHalt(first + 15 * MINUTE)}
    assert desk.core.state.wakes == first + 15 * MINUTE
    desk.core.desk.out.clear()
    enter(desk)
    desk.walk(*[101] * 15)
    assert desk.core.state.halts == {}
    desk.feed(Timer(desk.now, "minute"))
    text = "entries of BTC are allowed again after 15 calm minutes, or after an admin's /resume"
    assert [(f.at - first, f.breaker, f.tripped, f.value, f.limit, f.text) for f in desk.told(BreakerMoved)] == [
        (0, "volatility_halt BTC", True, "1.00%", "0.21%", text),
        (15 * MINUTE, "volatility_halt BTC", False, "", "", "calm for 15 minutes"),
    ]


def test_another_shock_prolongs_the_halt_in_silence() -> None:
    desk = halted()
    first = desk.now
    desk.walk(101, 102, *[102] * 13)
    assert desk.core.state.halts == {"BTC": VolatilityHalt(first + 17 * MINUTE)}
    assert desk.core.state.wakes == first + 17 * MINUTE
    desk.walk(102, 102)
    assert desk.core.state.halts == {}
    assert [(f.at - first, f.tripped) for f in desk.told(BreakerMoved)] == [(0, True), (17 * MINUTE, False)]


def test_a_person_ends_every_pause_but_blindness() -> None:
    desk = halted()
    state, now = desk.core.state, desk.now
    state.streaks |= {"a": Streak(1, now + 300), "b": Streak(1)}
    state.rejects, state.unheard = Rejects((), now + 200), now
    for name in ("consecutive_losses a", "reject_rate", "blind"):
        state.breakers[name] = Breaker(True, now, "x")
    desk.command(Resume(), now + 1)
    assert (state.streaks, state.halts, state.rejects) == ({"a": Streak(1), "b": Streak(1)}, {}, Rejects())
    assert state.unheard == now
    assert [name for name, each in state.breakers.items() if each.tripped] == ["blind"]
    assert [(at, name, tripped, text) for at, name, tripped, _, _, text in moves(desk)][1:] == [
        (1, "consecutive_losses a", False, "resumed"),
        (1, "volatility_halt BTC", False, "resumed"),
        (1, "reject_rate", False, "resumed"),
    ]
    assert state.wakes == state.hour_ends


def test_rejects_that_did_not_pause_are_forgotten_without_a_word() -> None:
    desk = world(settings=WIDE | {"MAX_REJECTS": "3"})
    desk.core.state.rejects = Rejects((desk.now,))
    desk.command(Resume())
    assert desk.core.state.rejects == Rejects()
    assert moves(desk) == []


def test_a_halt_without_an_end_wakes_nobody() -> None:
    desk = world()
    desk.core.state.halts["BTC"] = VolatilityHalt()
    desk.core.pauses.aim()
    assert desk.core.state.wakes == desk.core.state.hour_ends


def test_a_halt_ends_by_the_clock_where_no_minute_comes() -> None:
    desk = halted()
    tick(desk, 15 * MINUTE)
    assert desk.core.state.halts == {}


def test_a_prolonged_halt_keeps_nobody_elses_end_and_is_waited_for() -> None:
    desk = halted()
    state, first = desk.core.state, desk.now
    desk.walk(101, 102)
    state.rejects = Rejects((), first + 15 * MINUTE + 1)
    state.streaks["a"] = Streak(0, first + 99 * MINUTE)
    tick(desk, 13 * MINUTE + 5)
    assert state.rejects == Rejects()
    assert state.halts == {"BTC": VolatilityHalt(first + 17 * MINUTE)}
    state.halts["BTC"] = VolatilityHalt(first + 15 * MINUTE)
    state.wakes = 0
    tick(desk, 14 * MINUTE)
    assert state.wakes == first + 17 * MINUTE


def test_pauses_that_end_at_once_are_told_by_name() -> None:
    desk = world(settings=LOSSES | {"BLIND_S": "10"})
    state, end = desk.core.state, desk.now + 10_000
    state.streaks["A"], state.rejects, state.unheard = Streak(0, end), Rejects((), end), desk.now
    desk.core.pauses.aim()
    tick(desk, 10_000)
    assert [name for _, name, *_ in moves(desk)] == ["blind", "reject_rate", "consecutive_losses A"]


def test_a_storm_is_told_in_its_own_unit() -> None:
    # 225 returns of +-0.1 %, then 15 of +-0.4 %: 2.97 times as volatile; no day is known.
    desk = Desk({}, settings=WIDE | {"VOLATILITY_HALT_M": "2.9"})
    close = 100.0
    for minute in range(241):
        desk.bar(close)
        close *= 1 + (-1) ** minute * (0.001 if minute < 225 else 0.004)
    enter(desk)
    assert [(f.breaker, f.value, f.limit) for f in desk.told(BreakerMoved)] == [
        ("volatility_halt BTC", "over 2.9x", "2.9 times the deviation of 4 hours")
    ]
