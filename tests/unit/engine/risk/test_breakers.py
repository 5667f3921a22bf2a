"""R6.1, R6.2 and R6.4 with their printed ticks. A desk of 84 long 1 of a symbol at 100 whose price is equity."""

from datetime import datetime
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest

from engine.model.commands import Resume
from engine.model.facts import BreakerMoved, EquityMarked, Flattened, StateChanged
from engine.model.messages import CandleClosed, Command, OrderFilled, Timer
from engine.risk.daily_loss import day_loss
from engine.risk.max_drawdown import drawdown
from tests.desk import WIDE, Desk


def holding_one(settings: dict[str, str], cash: str = "8400", zone: str = "UTC") -> Desk:
    """Equity moves one for one with the price of BTC, bought at 10000 by somebody else; equity 8400 there."""
    desk = Desk({}, settings=WIDE | settings, cash=cash, venue=False, zone=zone)
    desk.feed(OrderFilled(at("2026-05-10T00:00"), "?", "t", "BTC", "buy", D(1), D(10_000), D(0)))
    return desk


def at(text: str) -> int:
    return int(datetime.fromisoformat(f"{text}+00:00").timestamp() * 1000)


def tick(desk: Desk, text: str, equity: float) -> None:
    price = 10_000 + equity - float(desk.core.state.cash)
    desk.feed(CandleClosed(at(text), "BTC", "1m", at(text) - 60_000, price, price, price, price, 1.0))


def allowed(desk: Desk) -> bool:
    return not desk.core.breakers.tripped("daily_loss")


def test_the_printed_ticks_of_the_daily_loss() -> None:
    desk = holding_one({"MAX_DAILY_LOSS_PERCENT": "4"})
    seen = []
    for when, equity in (
        ("2026-05-10T06:00", 8400),
        ("2026-05-10T15:20", 8064.01),
        ("2026-05-10T15:21", 8064),
        ("2026-05-10T20:00", 8500),
        ("2026-05-11T00:00", 8500),
        ("2026-05-11T03:00", 8160.5),
    ):
        tick(desk, when, equity)
        seen.append(allowed(desk))
    assert seen == [True, True, False, False, True, True]
    tick(desk, "2026-05-11T03:01", 8160)
    assert not allowed(desk)
    assert [(fact.breaker, fact.tripped) for fact in desk.told(BreakerMoved)] == [
        ("daily_loss", True),
        ("daily_loss", False),
        ("daily_loss", True),
    ]


def test_the_days_base_is_equity_at_its_first_tick() -> None:
    desk = holding_one({"MAX_DAILY_LOSS_PERCENT": "4"})
    tick(desk, "2026-05-10T23:59", 8400)
    tick(desk, "2026-05-11T00:00", 8000)
    assert desk.core.state.day_base == 8000
    assert allowed(desk)


def test_the_day_is_that_of_the_users_zone() -> None:
    desk = holding_one({"MAX_DAILY_LOSS_PERCENT": "4"}, zone="Asia/Almaty")
    tick(desk, "2026-05-10T18:30", 8000)
    assert desk.core.state.day == "2026-05-10"
    assert not allowed(desk)
    tick(desk, "2026-05-10T19:30", 8000)
    assert desk.core.state.day == "2026-05-11"
    assert allowed(desk)


def test_a_day_begins_with_the_first_event_of_any_kind() -> None:
    desk = holding_one({"MAX_DAILY_LOSS_PERCENT": "4"})
    tick(desk, "2026-05-10T18:30", 8000)
    desk.feed(Timer(at("2026-05-11T00:00"), "minute"))
    assert allowed(desk)


def test_the_printed_ticks_of_the_emergency_stop() -> None:
    desk = holding_one({"MAX_DAILY_LOSS_PERCENT": "11", "EMERGENCY_STOP_LOSS_PERCENT": "12"})
    tripped, peaks = [], []
    for i, equity in enumerate((8400, 9000, 7920.01, 7920, 9500)):
        tick(desk, f"2026-05-10T06:0{i}", equity)
        tripped.append(desk.core.breakers.tripped("max_drawdown"))
        peaks.append(desk.core.state.hwm)
    assert tripped == [False, False, False, True, True]
    assert peaks == [8400, 9000, 9000, 9000, 9000]
    state = desk.core.state
    assert (desk.trading, state.flattening) == ("HALTED", "emergency")
    assert desk.order("exit").qty == 1
    # Until flat nobody can resume; then the mark starts from equity of now, and entries are allowed.
    desk.feed(Command(at("2026-05-10T06:10"), 1, "i", Resume()))
    assert desk.trading == "HALTED"
    desk.feed(desk.filled(desk.order("exit"), "1", "11100", "t2"))
    assert len(desk.told(Flattened)) == 1
    desk.feed(Command(at("2026-05-10T06:11"), 1, "j", Resume()))
    assert (desk.trading, state.hwm) == ("ACTIVE", D(9500))
    assert not desk.core.breakers.tripped("max_drawdown")
    assert not desk.core.breakers.tripped("daily_loss")
    assert [(f.before, f.after) for f in desk.told(StateChanged)] == [("ACTIVE", "HALTED"), ("HALTED", "ACTIVE")]


def test_a_fill_at_a_bad_price_trips_without_any_tick() -> None:
    desk = holding_one({"MAX_DAILY_LOSS_PERCENT": "4"})
    desk.feed(OrderFilled(at("2026-05-10T01:00"), "?", "t2", "BTC", "sell", D(1), D(9000), D(0)))
    assert not allowed(desk)


def test_a_loosened_limit_is_a_new_line_at_once() -> None:
    from engine.model.commands import SetRisk

    desk = holding_one({"MAX_DAILY_LOSS_PERCENT": "4"})
    desk.feed(Command(at("2026-05-10T01:00"), 1, "i", SetRisk("MAX_DAILY_LOSS_PERCENT", "1")))
    tick(desk, "2026-05-10T01:01", 8316)
    assert not allowed(desk)


@pytest.mark.parametrize(("base", "equity", "loss"), [("8400", "8064", "0.04"), ("0", "5", "1"), ("-1", "5", "1")])
def test_a_base_that_is_not_positive_counts_as_all_lost(base: str, equity: str, loss: str) -> None:
    assert day_loss(D(base), D(equity)) == D(loss)


def test_drawdown_is_a_share_of_the_peak() -> None:
    assert drawdown(D(9000), D(7920)) == D("0.12")
    assert drawdown(D(0), D(-1)) == 1


def test_every_hour_is_marked_with_the_price_that_closed_it() -> None:
    desk = holding_one({})
    tick(desk, "2026-05-10T00:30", 8400)
    tick(desk, "2026-05-10T01:00", 8500)
    tick(desk, "2026-05-10T01:20", 8600)
    desk.feed(Timer(at("2026-05-10T04:00"), "minute"))
    assert [(f.at, f.account.equity) for f in desk.told(EquityMarked)] == [
        (at("2026-05-10T01:00"), D(8500)),
        (at("2026-05-10T04:00"), D(8600)),
    ]


def test_days_of_twenty_three_and_twenty_five_hours_end_at_local_midnight() -> None:
    from engine.model.days import day_end, day_of, hour_end

    berlin = ZoneInfo("Europe/Berlin")
    assert day_end(at("2026-03-29T00:30"), berlin) == at("2026-03-29T22:00")
    assert day_end(at("2026-10-25T00:30"), berlin) == at("2026-10-25T23:00")
    assert day_end(at("2026-10-25T23:00"), berlin) == at("2026-10-26T23:00")
    assert day_of(at("2026-10-25T22:59"), berlin) == "2026-10-25"
    assert hour_end(at("2026-10-25T22:00")) == at("2026-10-25T23:00")
