"""From candles to orders: one position a symbol, ranking, reversal, gathering, links, restarts of state."""

from decimal import Decimal as D

import msgspec

from engine.core import Core
from engine.model.facts import (
    Decided,
    EquityMarked,
    FundingBooked,
    LinkMoved,
    Signal,
    TradeChanged,
    TradeClosed,
)
from engine.model.instrument import Instrument
from engine.model.market import Exits
from engine.model.messages import CandleClosed, FundingSettled, LinkDown, LinkUp, Quote, Timer, VenueSnapshot
from engine.plan import Bracket, StrategyPlan
from engine.scoring.evaluate import WindowEvaluator
from engine.state import DeskState
from tests.desk import LEAVE, WIDE, Desk, Say, Scripted, long, short
from tests.scripted import START, scripted


def test_a_signal_becomes_an_order_with_its_bracket_and_its_record() -> None:
    desk = Desk({0: long(90, 120)})
    desk.bar(100)
    order = desk.order("entry")
    assert (order.side, order.qty, order.stop, order.target, order.reason) == ("buy", D(20), D(90), D(120), "scripted")
    (signal,) = desk.told(Signal)
    assert (signal.signal, signal.entry, signal.score, signal.at) == ("Long", D(100), 60, START + 60_000)
    (decided,) = desk.told(Decided)
    assert (decided.verdict, decided.signal, decided.order_id) == ("approved", signal, order.id)


def test_a_signal_of_the_strategy_that_holds_the_symbol_is_passed_over() -> None:
    desk = Desk({0: long(90), 2: long(90), 3: short(110)})
    desk.walk(100, 100, 100)
    assert desk.denied == []
    assert len(desk.submitted) == 2


def test_a_signal_against_the_position_without_an_exit_is_passed_over() -> None:
    desk = Desk({0: long(90), 2: msgspec.structs.replace(short(110), exit_long=False)})
    desk.walk(100, 100, 100, 100)
    assert desk.qty == 20
    assert desk.denied == []


def test_another_strategys_symbol_is_refused() -> None:
    plans = [
        StrategyPlan(name, Scripted(table), None, "1m", ("BTC",))
        for name, table in (("a", {0: long(90)}), ("b", {2: long(90)}))
    ]
    desk = Desk({}, strategies=plans)
    desk.walk(100, 100, 100)
    assert desk.denied == ["position_exists"]
    holding = desk.position()
    assert holding is not None
    assert holding.strategy == "a"


def test_candidates_of_one_close_are_taken_best_first() -> None:
    table = {"A": 40.0, "B": 90.0, "C": 90.0, "D": 60.0}
    targets = {"A": 120.0, "B": 110.0, "C": 130.0, "D": 150.0}
    desk = Desk(
        {s: {0: long(90, targets[s], score)} for s, score in table.items()}, settings=WIDE | {"MAX_POSITIONS": "3"}
    )
    for symbol in ("D", "B", "A"):
        desk.bar(100, symbol=symbol)
        assert desk.submitted == []
    desk.bar(100, symbol="C")
    # Confidence first, then reward over risk: C earns 30 for 10, B 10 for 10.
    assert [order.symbol for order in desk.submitted] == ["C", "B", "D"]
    assert desk.denied == ["max_positions"]


def test_a_symbol_that_is_late_is_waited_for_one_second() -> None:
    desk = Desk({"A": {0: long(90)}, "B": {0: long(90)}})
    desk.bar(100, symbol="A")
    desk.feed(Timer(START + 60_999, "minute"))
    assert desk.submitted == []
    desk.feed(Timer(START + 61_000, "minute"))
    assert [order.symbol for order in desk.submitted] == ["A"]
    desk.bar(100, symbol="B", late=2_000)
    assert [order.symbol for order in desk.submitted] == ["A", "B"]


def test_without_a_timer_the_next_minute_finds_the_signal_expired() -> None:
    desk = Desk({"A": {0: long(90)}, "B": {}})
    desk.bar(100, symbol="A")
    desk.bar(100, symbol="A")
    assert desk.denied == ["expired"]


def test_a_bracket_of_the_users_replaces_the_strategys_and_its_exits_stay() -> None:
    desk = Desk({0: long(50, 500), 2: LEAVE}, bracket=Bracket(D("0.1"), D("0.05")))
    desk.walk(100, 100)
    assert (desk.order("stop").trigger, desk.order("target").trigger) == (D(90), D(105))
    desk.walk(100, 101)
    assert desk.trades == [("100", "101", "20", "signal")]


def test_stop_and_target_are_rounded_towards_the_entry_on_the_tick() -> None:
    tick = [Instrument("BTC", "BTC", "USDT", tick=D("0.5"))]
    buyer = Desk({0: long(90.1, 120.4)}, instruments=tick)
    buyer.bar(100)
    assert (buyer.order("entry").stop, buyer.order("entry").target) == (D("90.5"), D(120))
    seller = Desk({0: short(109.9, 80.1)}, instruments=tick)
    seller.bar(100)
    assert (seller.order("entry").stop, seller.order("entry").target) == (D("109.5"), D("80.5"))


def test_a_stop_that_rounds_onto_the_entry_is_no_trade() -> None:
    desk = Desk({0: long(99.7)}, instruments=[Instrument("BTC", "BTC", "USDT", tick=D("0.5"))])
    desk.bar(100)
    assert desk.denied == ["stop_too_close"]


def test_a_signal_without_a_stop_is_no_trade() -> None:
    desk = Desk({0: long()})
    desk.bar(100)
    assert desk.denied == ["stop_missing"]


def test_a_strategy_on_five_minutes_trades_on_the_first_minute_after_its_bar() -> None:
    desk = Desk({1: long(90)}, timeframe="5m")
    desk.walk(*[100] * 10)
    assert len(desk.submitted) == 1
    desk.bar(101, open=101)
    holding = desk.position()
    assert holding is not None
    assert (holding.avg, holding.opened_at) == (D(101), START + 600_000)


def test_time_stops_count_bars_of_the_strategy() -> None:
    desk = Desk({0: long(90)}, exits=Exits(time_stop=3))
    desk.walk(100, 100, 100, 100)
    assert desk.order("exit").reason == "time_stop"
    desk.walk(104)
    assert desk.trades == [("100", "104", "20", "time_stop")]


def test_a_trailing_stop_follows_the_best_close_and_never_goes_back() -> None:
    desk = Desk({0: long(90)}, exits=Exits(trail_percent=0.05))
    desk.walk(100, 100, 110, 120, 118)
    assert [fact.position.stop for fact in desk.told(TradeChanged)] == [95, D("104.5"), 114]
    desk.bar(100, open=118, low=100)
    assert desk.trades == [("100", "114", "20", "stop")]


def test_a_trailing_stop_waits_for_its_profit_and_mirrors_for_shorts() -> None:
    desk = Desk({0: short(110)}, exits=Exits(trail_percent=0.05, trail_activate_r=1.0))
    desk.walk(100, 100, 91)
    assert desk.told(TradeChanged) == []
    desk.walk(90, 80)
    assert [fact.position.stop for fact in desk.told(TradeChanged)] == [D("94.5"), 84]


def test_a_stop_follows_by_the_distance_of_each_bar_and_never_goes_back() -> None:
    says = {0: long(90), 2: Say(trail=8), 3: Say(trail=4), 4: Say(trail=20), 6: Say(trail=6)}
    desk = Desk(says, exits=Exits(trail_scored=True))
    desk.walk(100, 100, 110, 120, 130, 130, 125)
    # 110 - 8, 120 - 4; 130 - 20 would risk more again; nothing is known of the sixth bar; 130 - 6.
    assert [fact.position.stop for fact in desk.told(TradeChanged)] == [102, 116, 124]


def test_a_stop_that_follows_by_distance_waits_for_its_profit_and_mirrors_for_shorts() -> None:
    says = {0: short(110)} | {bar: Say(trail=5) for bar in range(1, 9)}
    desk = Desk(says, exits=Exits(trail_scored=True, trail_activate_r=1.0))
    desk.walk(100, 100, 91)
    assert desk.told(TradeChanged) == []
    desk.walk(90, 80)
    assert [fact.position.stop for fact in desk.told(TradeChanged)] == [95, 85]


def test_the_stop_goes_to_break_even_once_r_is_earned_and_r_is_that_of_the_first_stop() -> None:
    tick = [Instrument("BTC", "BTC", "USDT", tick=D("0.5"))]
    desk = Desk({0: long(90)}, exits=Exits(break_even_r=1.0), instruments=tick)
    desk.bar(100)
    desk.bar(100, open=100.25)
    desk.walk(110.5)
    holding = desk.position()
    assert holding is not None
    # R is 100.25 - 90: earned at 110.5; the stop is the entry on the tick, to the safe side.
    assert holding.stop == D("100.5")
    desk.walk(130, 140)
    assert len(desk.told(TradeChanged)) == 1


def test_funding_falls_on_what_is_open_at_its_time_only() -> None:
    desk = Desk({1: long(90)})
    desk.bar(100)
    desk.feed(FundingSettled(desk.now, "BTC", D("0.01")))
    desk.walk(100, 100)
    desk.feed(FundingSettled(desk.now, "BTC", D("0.01")))
    assert [fact.cash for fact in desk.told(FundingBooked)] == [-20]
    desk.bar(120)
    desk.feed(FundingSettled(desk.now, "BTC", D("0.5"), D(100)))
    assert desk.core.state.funding == -1020


def test_funding_can_trip_the_emergency() -> None:
    desk = Desk({0: long(90)}, settings=WIDE | {"EMERGENCY_STOP_LOSS_PERCENT": "51"})
    desk.walk(100, 100)
    desk.feed(FundingSettled(desk.now, "BTC", D(3)))
    assert desk.trading == "HALTED"


def test_links_are_told_when_they_change() -> None:
    desk = Desk({})
    for event in (
        LinkUp(1, "feed"),
        LinkDown(2, "feed", "gone"),
        LinkDown(3, "feed"),
        LinkUp(4, "feed"),
        LinkUp(5, "feed"),
    ):
        desk.feed(event)
    assert [(f.at, f.up, f.text) for f in desk.told(LinkMoved)] == [(2, False, "gone"), (4, True, "")]


def test_a_snapshot_and_an_idle_timer_change_nothing() -> None:
    desk = Desk({}, venue=False)
    desk.bar(100)
    assert desk.feed(VenueSnapshot(desk.now, (), (), D(0)), Timer(desk.now + 1, "minute")) == []


def test_a_liquidation_halts_and_closes_the_rest() -> None:
    desk = Desk({"BTC": {0: long(96)}, "ETH": {0: long(96)}}, settings=WIDE | {"MAX_LEVERAGE": "10"})
    for _ in range(2):
        desk.bar(100, symbol="BTC")
        desk.bar(100, symbol="ETH")
    desk.broker.state.orders.pop("BTC")
    desk.bar(91, low=90, symbol="BTC")
    desk.bar(100, symbol="ETH")
    desk.bar(100, symbol="ETH")
    assert [(f.trade.symbol, f.trade.reason) for f in desk.told(TradeClosed)] == [
        ("BTC", "liquidation"),
        ("ETH", "emergency"),
    ]
    assert desk.trading == "HALTED"


def test_warming_fills_windows_and_never_trades() -> None:
    desk = Desk({0: long(90), 1: long(90)})
    desk.core.background.warm(CandleClosed(START + 60_000, "BTC", "1m", START, 100, 100, 100, 100, 1))
    desk.core.background.warm(CandleClosed(START + 60_000, "BTC", "1m", START, 100, 100, 100, 100, 1))
    desk.core.background.warm(CandleClosed(START + 60_000, "DOGE", "1m", START, 1, 1, 1, 1, 1))
    assert desk.submitted == []
    assert desk.core.state.marks == {"BTC": 100}
    desk.bars["BTC"] = 1
    desk.bar(100)
    assert len(desk.submitted) == 1


def test_warming_again_does_not_turn_prices_back() -> None:
    desk = Desk({})
    desk.walk(100, 101)
    core = Core(desk.plan, desk.instruments, {"BTC": "1m"}, WindowEvaluator(desk.plan.strategies), desk.core.state)
    core.background.warm(CandleClosed(START + 60_000, "BTC", "1m", START, 100, 100, 100, 100, 1))
    assert core.state.marks == {"BTC": 101}


def test_settings_of_people_are_in_force_again_after_a_restart() -> None:
    from engine.model.commands import SetRisk

    desk = Desk({})
    desk.command(SetRisk("MAX_POSITIONS", "1"))
    state = msgspec.json.decode(msgspec.json.encode(desk.core.state), type=DeskState)
    core = Core(desk.plan, desk.instruments, {"BTC": "1m"}, WindowEvaluator(()), state)
    assert core.desk.gate.limits.max_positions == 1


def test_a_minute_is_marked_by_its_timer_while_something_is_held() -> None:
    desk = Desk({0: long(90), 2: LEAVE})
    desk.feed(Timer(START + 2_000, "minute"))
    desk.walk(100, 100)
    desk.feed(Timer(desk.now + 2_000, "minute"), Timer(desk.now + 4_000, "minute"))
    (marked,) = desk.told(EquityMarked)
    # 2 % of 10,000 at risk over 10 of 100: 20 BTC for 2,000, all of it one position.
    assert (marked.at, marked.exposure, marked.net, marked.positions) == (desk.now + 2_000, D(2000), D(2000), 1)
    assert (marked.heat, marked.stress_heat, marked.correlated) == (D(200), D(200), D(2000))
    assert (marked.var, marked.es) == (None, None)
    desk.walk(100, 100)
    desk.feed(Timer(desk.now + 2_000, "minute"))
    assert desk.told(EquityMarked) == [marked]


def test_an_hour_is_marked_at_its_first_event_and_not_again_in_its_first_minute() -> None:
    desk = Desk({0: long(90)})
    desk.walk(*[100] * 59)
    assert desk.told(EquityMarked) == []
    desk.walk(101)
    desk.feed(Timer(desk.now + 2_000, "minute"))
    (marked,) = desk.told(EquityMarked)
    assert (marked.at, marked.account.equity, marked.exposure, marked.positions) == (
        START + 3_600_000,
        D(10_020),
        D(2020),
        1,
    )


def test_quotes_of_symbols_nobody_trades_are_harmless() -> None:
    desk = Desk({})
    desk.feed(Quote(START, "DOGE", 1.0, 2.0))
    assert desk.effects == []


def test_a_recorded_market_is_played_like_bars_by_hand() -> None:
    desk = Desk({0: long(90, 120)})
    desk.play(scripted({"BTC": [100.0, 100.0, 110.0, 125.0]}))
    assert desk.trades == [("100", "120", "20", "target")]
