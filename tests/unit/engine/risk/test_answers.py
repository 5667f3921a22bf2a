"""What each rule of steps 1 to 4 answers word for word, and what it measured and allows (risk.md section 8)."""

from decimal import Decimal as D
from typing import Any

import pytest

from engine.model.facts import TradingState
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits, with_settings
from engine.model.messages import LinkDown, OrderRejected, Quote
from engine.model.orders import Leg
from engine.risk.case import PASS
from engine.risk.consecutive_losses import ConsecutiveLosses
from engine.risk.cooldown import Cooldown
from engine.risk.max_drawdown import drawdown
from engine.risk.pace import Pace
from engine.risk.period_loss import PeriodLoss
from engine.risk.spread import Spread
from engine.risk.streak import Streak
from engine.risk.unheard import Unheard
from engine.state import Breaker
from tests.desk import WIDE, Desk
from tests.printed import near
from tests.unit.engine.risk.asked import DAY, entry, held, judged, said, seen, world

OUT: dict[str, Any] = {"side": "sell", "leg": "exit", "qty": D(20), "reason": "signal", "stop": None}
"""The exit of all that `held` holds."""


@pytest.mark.parametrize(
    ("trading", "why", "leg", "answer"),
    [
        ("REDUCING", "manual", "entry", ("paused", "entries are paused (manual); /resume allows them again")),
        ("HALTED", "manual", "entry", ("halted", "trading is halted (manual); /resume starts it again")),
        ("HALTED", "manual", "exit", ("halted", "trading is halted (manual); /resume starts it again")),
        ("HALTED", "kill switch: K", "entry", ("kill_switch", "kill switch: K; /resume starts trading again")),
        ("HALTED", "kill switch: K", "exit", ("halted", "trading is halted (kill switch: K); /resume starts it again")),
    ],
)
def test_a_desk_that_does_not_trade_says_why_and_the_way_back(
    trading: TradingState, why: str, leg: Leg, answer: tuple[str, str]
) -> None:
    desk = held()
    desk.core.state.trading, desk.core.state.trading_reason = trading, why
    assert said(desk, **(OUT if leg == "exit" else {"symbol": "ETH"})) == (*answer, None, None)


def test_a_signal_that_is_too_old_says_so() -> None:
    desk = world()
    assert said(desk, valid_until=desk.now - 1) == ("expired", "the signal is too old", None, None)


@pytest.mark.parametrize(
    ("link", "code", "text"),
    [
        ("storage", "not_ready", "the database cannot be written; entries wait until it can"),
        ("exchange", "not_ready", "the exchange has not answered yet; entries wait until it does"),
        ("feed gap", "data_gap", "minutes of the market are missing and being fetched"),
    ],
)
def test_a_link_that_is_down_is_named(link: str, code: str, text: str) -> None:
    desk = world()
    desk.core.state.links["telegram"] = False
    assert said(desk, "complete_data") == ("", "", None, None)
    desk.feed(LinkDown(desk.now, link, ""))
    assert said(desk) == (code, text, None, None)


def test_a_second_entry_of_one_signal_names_its_strategy() -> None:
    desk = world()
    desk.core.state.entered["scripted BTC"] = desk.now
    text = "this signal of scripted has become an entry already"
    assert said(desk, valid_until=desk.now) == ("duplicate", text, None, None)
    assert said(desk, "ready") == ("", "", None, None)


def test_the_age_of_a_price_is_in_the_sentence() -> None:
    desk = world()
    at = desk.now
    assert said(desk, "fresh_data", at=at + 3000) == ("", "", 3000, 3000)
    text = "the price is 3001 ms old, limit 3000 ms"
    assert said(desk, at=at + 3001) == ("stale_price", text, 3001, 3000)
    text = "the price is 1001 ms in the future; entries wait for one of now"
    assert said(desk, at=at - 1001) == ("clock_skew", text, -1001, 3000)
    assert said(Desk({})) == ("stale_price", "there is no price of BTC yet", None, None)


def test_a_jump_is_told_with_its_price_and_its_return() -> None:
    desk = Desk({}, settings=WIDE | {"BAD_PRICE_PERCENT": "2"})
    desk.walk(100, 100, 99)
    # 1 % is half of the limit, up to which nothing is looked up; 105 / 99 - 1 = 6.06 %.
    assert said(desk, "bad_price") == ("", "", near(0.01), D("0.02"))
    desk.walk(105)
    text = "105.0 is 6.06% from the minute before; the next minute has to confirm it"
    assert said(desk) == ("bad_price", text, near(0.0606060606), D("0.02"))
    desk.walk(105)
    desk.walk(107)
    # 2 after 105: 1.90 % of the minute before, 7.5 % of the median 99.5 of (100, 100, 99, 105).
    assert said(desk)[0] == "bad_price"


def test_a_jump_is_believed_by_the_minutes_that_stay_there() -> None:
    desk = Desk({}, settings=WIDE | {"BAD_PRICE_PERCENT": "2"})
    desk.walk(100, 103)
    assert said(desk)[0] == "bad_price"
    desk.walk(103.1, 103.2, 103.3, 105)
    # 105 is 1.65 % from the minute before and 1.79 % from 103.15, the median once 103.1 was vouched for.
    assert said(desk, "bad_price") == ("", "", near(105 / 103.3 - 1), D("0.02"))


def test_a_fall_of_a_tenth_is_measured_without_its_sign() -> None:
    desk = Desk({})
    desk.walk(100, 90)
    assert said(desk, "bad_price", entry=D(90), stop=D(80)) == ("", "", near(0.1), D("0.5"))
    desk.walk(30)
    text = "30.0 is 66.67% from the minute before; the next minute has to confirm it"
    assert said(desk, entry=D(30), stop=D(20)) == ("bad_price", text, near(2 / 3), D("0.5"))


def test_candles_that_are_no_minutes_are_not_judged_by_the_minute() -> None:
    desk = Desk({}, settings=WIDE | {"BAD_PRICE_PERCENT": "2", "VOLATILITY_HALT_K": "1"})
    desk.walk(100, 110)
    desk.core.desk.gate.series["BTC"].minutely = False
    for rule in ("bad_price", "volatility_halt"):
        assert said(desk, rule) == ("", "", None, None)
    desk.core.desk.gate.series = {}
    for rule in ("bad_price", "volatility_halt"):
        assert said(desk, rule) == ("", "", None, None)


def test_the_loss_lines_tell_the_loss_and_the_line() -> None:
    desk = world(settings=WIDE | {"MAX_DAILY_LOSS_PERCENT": "4", "EMERGENCY_STOP_LOSS_PERCENT": "12"})
    state = desk.core.state
    state.cash, state.week = D(9600), PeriodLoss(state.week.key, D(10_000))
    text = "4.00% lost today, limit 4.00%; entries again next day"
    assert said(desk) == ("daily_loss", text, D("0.04"), D("0.04"))
    state.day_base, state.hwm = D(9700), D(10_000)
    assert said(desk, "daily_loss") == ("", "", D(100) / D(9700), D("0.04"))
    assert said(desk, "max_drawdown") == ("", "", D("0.04"), D("0.12"))
    assert said(desk, "weekly_loss") == ("", "", D("0.04"), D("0.9"))
    state.hwm = D(12_000)
    assert said(desk) == ("max_drawdown", "20.00% below the peak, limit 12.00%", D("0.2"), D("0.12"))
    state.hwm, state.week = D(9600) / D("0.88"), PeriodLoss(state.week.key, D(96_000))
    text = "90.00% lost this week, limit 90.00%; entries again next week"
    state.hwm = D(9600)
    assert said(desk) == ("weekly_loss", text, D("0.9"), D("0.9"))


def test_a_fall_of_exactly_the_limit_is_refused_and_a_peak_that_is_not_above_0_counts_as_all_of_it() -> None:
    desk = world(settings=WIDE | {"MAX_DAILY_LOSS_PERCENT": "11", "EMERGENCY_STOP_LOSS_PERCENT": "12"})
    desk.core.state.cash = desk.core.state.day_base = D(8800)
    assert said(desk)[:2] == ("max_drawdown", "12.00% below the peak, limit 12.00%")
    assert (drawdown(D(1), D("0.5")), drawdown(D(0), D(5))) == (D("0.5"), D(1))


@pytest.mark.parametrize("name", ["daily_loss", "max_drawdown"])
def test_a_breaker_that_was_armed_again_refuses_nothing(name: str) -> None:
    desk = world()
    desk.core.state.breakers[name] = Breaker(False)
    assert said(desk, name)[0] == ""
    desk.core.state.breakers[name] = Breaker(True)
    assert said(desk)[0] == name


def test_losses_in_a_row_are_counted_and_named() -> None:
    desk = world(settings=WIDE | {"CONSECUTIVE_LOSSES": "3", "LOSS_PAUSE_MIN": "45"})
    assert said(desk, "consecutive_losses") == ("", "", 0, 3)
    desk.core.state.streaks["scripted"] = Streak(2)
    assert said(desk, "consecutive_losses") == ("", "", 2, 3)
    desk.core.state.streaks["scripted"] = Streak(0, desk.now + 1)
    text = "scripted lost 3 times in a row and pauses for 45 minutes"
    assert said(desk) == ("consecutive_losses", text, 3, 3)
    assert not ConsecutiveLosses().on(with_settings(RiskLimits(), {"CONSECUTIVE_LOSSES": "none"}))


def test_rejected_orders_are_counted_and_named() -> None:
    desk = world(settings=WIDE | {"MAX_REJECTS": "2", "REJECT_WINDOW_S": "20"})
    desk.feed(OrderRejected(desk.now, "?", "no", ""))
    assert said(desk, "reject_rate") == ("", "", 1, 2)
    desk.feed(OrderRejected(desk.now, "?", "no", ""))
    text = "the venue rejected 2 orders in 20 s; entries wait 15 min"
    assert said(desk) == ("reject_rate", text, 2, 2)


def test_silence_is_measured_in_milliseconds_and_told_in_seconds() -> None:
    desk = world(settings=WIDE | {"BLIND_S": "2"})
    assert said(desk, "blind") == ("", "", None, None)
    desk.feed(LinkDown(desk.now, "feed", ""))
    assert said(desk, "blind", at=desk.now + 1999) == ("", "", 1999, 2000)
    text = "nothing has been heard of the market for 2 s; entries wait until it is heard again"
    assert said(desk, at=desk.now + 2000) == ("blind", text, 2000, 2000)
    late = Unheard().check(entry(desk, at=desk.now + 600_000), seen(desk)).denial
    assert late is not None
    assert late.text.startswith("nothing has been heard of the market for 600 s;")


def test_the_second_rung_tells_the_fall_at_which_it_began() -> None:
    desk = world()
    desk.core.state.rung = 1
    assert said(desk, "drawdown_ladder") == ("", "", 1, 2)
    desk.core.state.rung = 2
    # Three quarters of 90 %.
    text = "the fall from the peak reached 67.50%; an admin's /resume allows entries again"
    assert said(desk) == ("drawdown_ladder", text, 2, 2)


def test_symbols_are_refused_by_name() -> None:
    off = Instrument("OFF", "OFF", "USDT", tradable=False)
    desk = world(instruments=[off, Instrument("COIN", "COIN", "USDT", spot=True)])
    desk.core.state.marked_at |= dict.fromkeys(("OFF", "XXX", "COIN"), desk.now)
    for symbol, code, text in (
        ("XXX", "symbol_unknown", "XXX is not a symbol of this desk"),
        ("OFF", "symbol_not_tradable", "OFF does not trade now"),
        ("COIN", "short_not_allowed", "COIN is spot: nobody lends it to be sold"),
    ):
        assert said(desk, symbol=symbol, side="sell", stop=D(110)) == (code, text, None, None)


def test_a_symbol_has_one_position_which_is_named_with_its_owner() -> None:
    assert said(held()) == ("position_exists", "BTC is held by scripted", None, None)
    desk = world(venue=False)
    assert desk.core.desk.ask(entry(desk)) is not None
    assert said(desk) == ("position_exists", "an entry order of BTC is under way", None, None)


def test_reductions_are_measured_by_what_is_held() -> None:
    desk = held()
    assert said(desk, "symbol", **OUT) == ("", "", 20, 20)
    assert said(desk, "symbol", **OUT | {"qty": D(5)}) == ("", "", 5, 20)
    more = ("reduce_exceeds_position", "21 is more than the 20.0 held", None, None)
    assert said(desk, **OUT | {"qty": D(21)}) == more
    none = "there is no short in BTC to reduce"
    assert said(desk, **OUT | {"side": "buy"}) == ("no_position", none, None, None)
    none = "there is no long in ETH to reduce"
    assert said(desk, **OUT | {"symbol": "ETH"}) == ("no_position", none, None, None)


def test_a_short_is_reduced_by_buying_and_by_no_more_than_it_is() -> None:
    desk = held()
    position = desk.position()
    assert position is not None
    position.qty = D(-20)
    assert said(desk, "symbol", **OUT | {"side": "buy"}) == ("", "", 20, 20)
    assert said(desk, **OUT)[0] == "no_position"
    assert said(desk, **OUT | {"side": "buy", "qty": D(21)})[0] == "reduce_exceeds_position"


def test_waiting_and_full_days_are_told_with_their_numbers() -> None:
    desk = world(settings=WIDE | {"COOLDOWN_BARS": "3", "MAX_TRADES_PER_DAY": "2"})
    assert said(desk, "cooldown") == ("", "", None, None)
    pace = desk.core.state.paces["scripted BTC"] = Pace(desk.now + 1, desk.now // DAY, 1)
    text = "scripted waits 3 bars after an exit from BTC"
    assert said(desk) == ("cooldown", text, 3, 3)
    pace.ready_at = desk.now
    assert said(desk, "cooldown") == ("", "", 1, 2)
    pace.entries = 2
    text = "scripted has opened 2 trades in BTC today, 2 are allowed"
    assert said(desk) == ("max_trades_per_day", text, 2, 2)
    pace.day -= 1
    assert said(desk, "cooldown") == ("", "", 0, 2)


@pytest.mark.parametrize(
    ("settings", "on"), [({}, False), ({"COOLDOWN_BARS": "1"}, True), ({"MAX_TRADES_PER_DAY": "1"}, True)]
)
def test_a_cooldown_is_asked_where_one_of_its_settings_is_set(settings: dict[str, str], on: bool) -> None:
    assert Cooldown().on(with_settings(RiskLimits(), settings)) is on


def test_a_limit_without_the_other_is_judged_alone() -> None:
    desk = world(settings=WIDE | {"MAX_TRADES_PER_DAY": "1"})
    pace = desk.core.state.paces["scripted BTC"] = Pace(desk.now + 1, desk.now // DAY, 0)
    assert said(desk, "cooldown") == ("", "", 0, 1)
    pace.entries = 1
    assert said(desk)[0] == "max_trades_per_day"
    desk = world(settings=WIDE | {"COOLDOWN_BARS": "1"})
    desk.core.state.paces["scripted BTC"] = Pace(desk.now, desk.now // DAY, 99)
    assert said(desk, "cooldown") == ("", "", 99, None)


def test_a_price_beyond_its_band_is_told_with_the_mark() -> None:
    desk = world(settings=WIDE | {"PRICE_BAND_PERCENT": "5"})
    text = "105.01 is 5.01% beyond the mark 100.0, limit 5.00%"
    assert said(desk, type="limit", price=D("105.01")) == ("price_band", text, D("0.0501"), D("0.05"))
    assert said(desk, "price_band", type="limit", price=D(104)) == ("", "", D("0.04"), D("0.05"))
    assert said(desk, "price_band", type="limit", price=D(104), side="sell", stop=D(110)) == (
        "", "", D("-0.04"), D("0.05"),
    )  # fmt: skip
    assert said(desk, "price_band") == ("", "", None, None)


def test_too_many_positions_are_counted() -> None:
    desk = held(settings=WIDE | {"MAX_POSITIONS": "2", "MAX_SAME_DIRECTION": "2"})
    assert said(desk, "max_positions", symbol="ETH") == ("", "", 1, 2)
    assert said(desk, "same_direction", symbol="ETH") == ("", "", 2, 2)
    desk = held(settings=WIDE | {"MAX_POSITIONS": "1", "MAX_SAME_DIRECTION": "1"})
    assert said(desk, symbol="ETH") == ("max_positions", "open positions: 1, limit 1", 1, 1)
    desk = held(settings=WIDE | {"MAX_SAME_DIRECTION": "1"})
    assert said(desk, symbol="ETH") == ("same_direction", "2 long positions with this one", 2, 1)
    assert said(desk, "same_direction", symbol="ETH", side="sell", stop=D(110)) == ("", "", 1, 1)


def test_too_many_entries_a_second_are_told_with_both_limits() -> None:
    desk = world(settings=WIDE | {"ORDER_BURST": "3", "ORDER_RATE": "0.5"})
    for count in (1, 2, 3):
        assert said(desk, "order_rate") == ("", "", count, 3)
    text = "more than 3 at once, or 0.5 a second: this entry is dropped, one in {} ms may pass"
    assert said(desk) == ("order_rate", text.format(2000), 3, 3)
    # Half a token a second: none after 1.999 s, one after 2.
    assert said(desk, at=desk.now + 1999) == ("order_rate", text.format(1), 3, 3)
    assert said(desk, "order_rate", at=desk.now + 2000) == ("", "", 3, 3)


def quoted(bid: float, ask: float, age: int = 0, **more: Any) -> Desk:
    """A desk whose newest candle came with this top of the book."""
    desk = world(**more)
    desk.bar(100, quote=Quote(desk.now + 60_000 - age, "BTC", bid, ask, 1.0, 1.0))
    return desk


def test_a_gap_between_bid_and_ask_is_told_with_its_limit() -> None:
    # 0.2 of a mid of 100 is 0.2 %, the default: equality passes. 99.89 to 100.11 is 0.22 %.
    assert said(quoted(99.9, 100.1), "spread") == ("", "", D("0.002"), D("0.002"))
    text = "bid and ask are 0.220% of the mid price apart, limit 0.200%"
    assert said(quoted(99.89, 100.11)) == ("spread_too_wide", text, D("0.0022"), D("0.002"))
    wide = quoted(99.89, 100.11, settings=WIDE | {"MAX_SPREAD_PERCENT": "0.22"})
    assert said(wide, "spread") == ("", "", D("0.0022"), D("0.0022"))
    assert said(quoted(99.89, 100.11), side="sell", stop=D(110), type="limit", price=D(100))[0] == "spread_too_wide"


def test_a_spread_that_is_not_known_is_not_noted_where_nothing_is_recorded() -> None:
    desk = world()
    assert Spread().check(entry(desk), seen(desk, explains=False)) == PASS


def test_where_no_quote_of_now_is_known_the_record_has_no_spread() -> None:
    assert said(world(), "spread") == ("", "", None, D("0.002"))
    assert said(quoted(90, 110, age=10_001), "spread") == ("", "", None, D("0.002"))
    assert said(quoted(90, 110, age=10_000))[0] == "spread_too_wide"


def test_the_newest_quote_of_a_symbol_counts_and_leaving_looks_at_none() -> None:
    desk = quoted(90, 110)
    desk.bar(100, quote=Quote(at := desk.now + 60_000, "BTC", 100.0, 100.0))
    assert said(desk, "spread") == ("", "", D(0), D("0.002"))
    desk.bar(100, quote=Quote(at - 1, "BTC", 90.0, 110.0))
    assert desk.core.state.quotes["BTC"].at == at
    leaving = held()
    leaving.core.state.quotes["BTC"] = Quote(leaving.now, "BTC", 90.0, 110.0)
    assert judged(leaving, **OUT).order is not None
