"""The breakers of the account, one by one: their lines, what is told at them, and between which marks all is far."""

from decimal import Decimal as D
from math import inf

import pytest

from engine.model.commands import Resume
from engine.model.facts import BreakerMoved
from engine.model.messages import Timer
from engine.risk.breakers import Breakers
from engine.risk.period_loss import PeriodLoss
from engine.state import Breaker, Holding
from tests.desk import WIDE, Desk

LINES = WIDE | {
    "MAX_DAILY_LOSS_PERCENT": "10",
    "MAX_WEEKLY_LOSS_PERCENT": "15",
    "EMERGENCY_STOP_LOSS_PERCENT": "40",
}
"""Of 10,000: the day ends at 9,000, the week at 8,500; rungs at 8,000, 7,000 and 6,000."""
AT = 1_000


def desk_of(cash: str = "10000") -> Desk:
    """A desk at its first bar whose breakers look at nothing but what a test tells them."""
    desk = Desk({}, settings=LINES, venue=False)
    desk.bar(100)
    desk.core.state.cash = D(cash)
    return desk


def look(desk: Desk, cash: str) -> tuple[bool, list[tuple[str, bool, str, str, str]]]:
    """Whether the emergency line was crossed at this equity, and what was told."""
    desk.core.state.cash = D(cash)
    desk.core.desk.out.clear()
    crossed = desk.core.breakers.watch(AT)
    return crossed, said(desk)


def said(desk: Desk) -> list[tuple[str, bool, str, str, str]]:
    before = len(desk.effects)
    desk.effects += desk.core.desk.out
    found = [(f.breaker, f.tripped, f.value, f.limit, f.text) for f in desk.told(BreakerMoved) if f.at == AT]
    del desk.effects[before:]
    return found


DAY = ("daily_loss", True, "10.00%", "10.00%", "entries are allowed again next day (UTC), or after an admin's /resume")
WEEK = (
    "weekly_loss",
    True,
    "15.00%",
    "15.00%",
    "entries are allowed again next week (UTC), or after an admin's /resume",
)
HALF = "entries are half as large until the fall is below 10.00%, or an admin's /resume"


def test_each_line_is_told_once_and_at_equality() -> None:
    desk = desk_of()
    assert look(desk, "9000.01") == (False, [])
    assert look(desk, "9000") == (False, [DAY])
    assert look(desk, "8500.01") == (False, [])
    assert look(desk, "8500") == (False, [WEEK])
    assert look(desk, "8000.01") == (False, [])
    assert look(desk, "8000") == (False, [("drawdown_ladder", True, "20.00%", "20.00%", HALF)])
    assert look(desk, "7000.01") == (False, [])
    text = "only exits; an admin's /resume allows entries again"
    assert look(desk, "7000") == (False, [("drawdown_ladder", True, "30.00%", "30.00%", text)])
    assert look(desk, "6000.01") == (False, [])
    text = "everything is closed; only an admin's /resume starts trading again, once that is done"
    assert look(desk, "6000") == (True, [("max_drawdown", True, "40.00%", "40.00%", text)])
    assert look(desk, "5000") == (False, [])
    breakers = desk.core.state.breakers
    assert breakers["daily_loss"] == Breaker(
        True, AT, "entries are allowed again next day (UTC), or after an admin's /resume"
    )
    assert sorted(breakers) == ["daily_loss", "drawdown_ladder", "max_drawdown", "weekly_loss"]
    assert (desk.core.state.rung, desk.core.state.week.tripped) == (3, True)


def test_the_first_rung_is_left_below_a_quarter_of_the_limit() -> None:
    desk = desk_of()
    look(desk, "8000")
    assert look(desk, "9000") == (False, [])
    text = "the fall is below 10.00%; entries are whole again"
    assert look(desk, "9000.01") == (False, [("drawdown_ladder", False, "", "", text)])
    assert (desk.core.state.rung, desk.core.state.breakers["drawdown_ladder"]) == (0, Breaker())


def test_the_peak_rises_with_equity_and_its_lines_with_it() -> None:
    desk = desk_of()
    assert look(desk, "12000") == (False, [])
    assert desk.core.state.hwm == 12_000
    assert look(desk, "9600")[1] == [("drawdown_ladder", True, "20.00%", "20.00%", HALF)]


def test_the_peak_and_the_line_of_relief_are_met_to_the_cent() -> None:
    desk = desk_of()
    look(desk, "10000.01")
    assert desk.core.state.hwm == D("10000.01")
    desk = desk_of()
    look(desk, "8000")
    assert look(desk, "9000.001")[1][0][1] is False


def test_on_the_first_rung_all_is_far_between_the_next_one_and_relief() -> None:
    desk = desk_of()
    for cash in ("9000", "8500", "8000", "8400"):
        look(desk, cash)
    holding(desk, "BTC", "10", 100.0)
    assert not desk.core.breakers.watch(AT)
    # 1,400 above the rung at 7,000 and 600 below the relief at 9,000.
    assert [*desk.core.breakers.band("BTC")] == [pytest.approx(-40, abs=1e-2), pytest.approx(160, abs=1e-2)]


def test_the_gate_knows_the_highest_line() -> None:
    desk = desk_of()
    gate, breakers = desk.core.desk.gate, desk.core.breakers
    for cash, line in (("10000", 9000), ("9000", 8500), ("8500", 8000), ("8000", 7000), ("7000", 6000), ("6000", 0)):
        look(desk, cash)
        breakers.aim()
        assert float(gate.floor) == pytest.approx(line * (1 + 1e-6), rel=1e-12)


def holding(desk: Desk, symbol: str, qty: str, mark: float) -> None:
    kept = Holding(symbol, "x", symbol, 0, D(qty), D(100), None, None)
    kept.qty_f, kept.avg_f = float(qty), 100.0
    desk.core.state.holdings[symbol] = kept
    desk.core.state.marks[symbol] = mark


def test_each_holding_has_its_share_of_what_may_be_lost_and_gained() -> None:
    desk = desk_of("9300")
    breakers = desk.core.breakers
    holding(desk, "BTC", "10", 110.0)
    holding(desk, "ETH", "-5", 120.0)
    assert not breakers.watch(AT)
    # Equity 9,300 + 100 - 100; 300 above the line, 700 below the peak: half of each over 10 and over 5.
    assert [*breakers.band("BTC")] == [pytest.approx(110 - 15, abs=1e-2), pytest.approx(110 + 35, abs=1e-2)]
    assert [*breakers.band("ETH")] == [pytest.approx(120 - 70, abs=1e-2), pytest.approx(120 + 30, abs=1e-2)]
    assert breakers.band("SOL") == (-inf, inf)
    low, high = breakers.band("BTC")
    calm = [breakers.calm("BTC", mark) for mark in (low, low + 0.01, high - 0.01, high)]
    assert calm == [False, True, True, False]
    assert breakers.calm("SOL", 1.0)
    desk.core.state.cash = D("9300.5")
    assert breakers.band("BTC") == breakers.band("SOL") == (inf, -inf)
    assert not breakers.calm("BTC", 110.0)
    assert not breakers.watch(AT)
    assert breakers.calm("BTC", 110.0)


def shown(desk: Desk, symbol: str, mark: float) -> bool:
    """Whether a mark is calm; one that is not is looked at."""
    desk.core.state.marks[symbol] = mark
    calm = desk.core.breakers.calm(symbol, mark)
    return calm or desk.core.breakers.watch(AT)


def following() -> Desk:
    """10,000 with its peak there, long 10 BTC and short 5 ETH at 100: 1,000 above the line, an eighth for each."""
    desk = desk_of()
    holding(desk, "BTC", "10", 100.0)
    holding(desk, "ETH", "-5", 100.0)
    assert desk.core.breakers.follow()
    assert not shown(desk, "BTC", 100.0)
    return desk


def test_a_peak_that_is_followed_is_no_line_and_is_noted_as_it_comes() -> None:
    desk = following()
    breakers, state = desk.core.breakers, desk.core.state
    bands = breakers.bands
    assert [*bands["BTC"], *bands["ETH"]] == [pytest.approx(87.5, abs=1e-2), inf, -inf, pytest.approx(125, abs=1e-2)]
    assert shown(desk, "BTC", 90.0)
    assert shown(desk, "SOL", 1.0)
    assert shown(desk, "ETH", 81.0), "9,900 and 95"
    assert state.hwm == 10_000
    assert not shown(desk, "BTC", 110.0)
    assert state.hwm == 10_195
    assert shown(desk, "BTC", 105.0)
    assert not shown(desk, "BTC", 120.5)
    assert state.hwm == 10_300
    assert breakers.bands is bands, "what may be lost down to the bands leaves equity far from every line"
    assert bands["BTC"][0] == pytest.approx(87.5, abs=1e-2)


def test_a_band_that_is_used_up_begins_anew_alone_and_all_do_where_they_are_not_certain_together() -> None:
    desk = following()
    breakers, state = desk.core.breakers, desk.core.state
    bands, of_eth = breakers.bands, breakers.bands["ETH"]
    assert not shown(desk, "BTC", 80.0)
    # 9,800: an eighth of 800 for each.
    assert breakers.bands is bands
    assert [*bands["BTC"]] == [pytest.approx(70, abs=1e-2), inf]
    assert bands["ETH"] == of_eth
    holding(desk, "SOL", "-1", 100.0)
    holding(desk, "BTC", "-10", 80.0)
    state.cash -= D(400)
    assert not shown(desk, "SOL", 100.0)
    # The short of BTC earns 200; 9,800 again, of which a twelfth of 800 for each of three, one that turned among them.
    third = 800 / 12
    assert [*bands["BTC"]] == [-inf, pytest.approx(80 + third / 10, abs=1e-2)]
    assert [*bands["SOL"]] == [-inf, pytest.approx(100 + third, abs=1e-2)]
    del state.holdings["SOL"]
    state.cash -= D(100)
    assert not shown(desk, "ETH", 100.0)
    assert bands.keys() == {"BTC", "ETH"}
    state.cash -= D(600)
    assert not shown(desk, "ETH", 100.0)
    # 100 above the line, and 192 might be lost.
    assert breakers.bands is not bands
    edges = [breakers.band(symbol)[1] for symbol in ("BTC", "ETH")]
    assert edges == [pytest.approx(80 + 100 / 8 / 10, abs=1e-2), pytest.approx(100 + 100 / 8 / 5, abs=1e-2)]
    holding(desk, "ETH", "0", 100.0)
    assert not breakers.watch(AT)
    assert breakers.bands == {}


def test_a_band_ends_at_its_edge_however_small_the_position() -> None:
    desk = following()
    breakers, state = desk.core.breakers, desk.core.state
    del state.holdings["ETH"]
    holding(desk, "BTC", "0.5", 100.0)
    for place in (0, 1):
        breakers.bands = {}
        assert not shown(desk, "BTC", 100.0)
        edge = breakers.bands["BTC"][place]
        # 1,000 may be lost, a quarter of it by half of a coin.
        assert edge == pytest.approx((-400, 600)[place], abs=0.02)
        state.marks["BTC"] = 101.0
        assert not breakers.watch(AT)
        assert breakers.bands["BTC"][place] == edge
        assert not shown(desk, "BTC", edge)
        assert breakers.bands["BTC"][place] != edge
        holding(desk, "BTC", "-0.5", 100.0)


def test_on_the_first_rung_the_way_back_is_a_line_and_at_a_line_there_are_no_bands() -> None:
    desk = following()
    breakers, state = desk.core.breakers, desk.core.state
    state.cash = D("9000.001")
    assert not shown(desk, "BTC", 100.0)
    assert (state.rung, breakers.bands, said(desk)) == (0, {}, []), "too near for floats"
    state.cash = D(8000)
    assert not shown(desk, "BTC", 100.0)
    assert (state.rung, breakers.bands) == (1, {})
    assert not shown(desk, "BTC", 101.0)
    # 8,010: 1,010 above the next rung, 990 below a fall of 10 %.
    assert [*breakers.bands["BTC"]] == [pytest.approx(101 - 50.5, abs=1e-2), pytest.approx(101 + 49.5, abs=1e-2)]
    assert shown(desk, "BTC", 140.0)
    assert not shown(desk, "BTC", 201.0)
    assert state.rung == 0
    assert state.hwm == 10_000


def test_no_band_is_known_of_nothing_and_of_a_holding_of_nothing() -> None:
    desk = desk_of()
    breakers = desk.core.breakers
    assert not breakers.watch(AT)
    assert (breakers.bands, breakers.band("BTC"), breakers.calm("BTC", 1.0)) == ({}, (inf, -inf), False)
    desk.core.state.cash = D(9500)
    holding(desk, "BTC", "0", 100.0)
    assert not breakers.watch(AT)
    assert breakers.bands == {}


def test_a_holding_without_a_mark_is_worth_what_it_cost() -> None:
    desk = desk_of("9500")
    holding(desk, "BTC", "10", 100.0)
    del desk.core.state.marks["BTC"]
    assert not desk.core.breakers.watch(AT)
    low, high = desk.core.breakers.band("BTC")
    assert [low, high] == [pytest.approx(50, abs=1e-2), pytest.approx(150, abs=1e-2)]


def test_marks_trip_a_line_like_cash() -> None:
    desk = desk_of()
    holding(desk, "BTC", "10", 200.0)
    assert not desk.core.breakers.watch(AT)
    assert desk.core.state.hwm == 11_000
    desk.core.state.marks["BTC"] = 0.0
    assert not desk.core.breakers.watch(AT)
    assert said(desk) == [DAY]
    assert desk.core.breakers.bands == {}


def test_a_new_day_and_a_new_week_start_from_the_equity_of_now() -> None:
    desk = desk_of()
    look(desk, "8500")
    state, breakers = desk.core.state, desk.core.breakers
    desk.core.desk.out.clear()
    breakers.new_day(AT, state.week.key)
    assert said(desk) == [("daily_loss", False, "", "", "a new day")]
    assert (state.day_base, state.week.tripped) == (D(8500), True)
    desk.core.desk.out.clear()
    breakers.new_day(AT, "9999-W01")
    assert said(desk) == [("weekly_loss", False, "", "", "a new week")]
    assert state.week == PeriodLoss("9999-W01", D(8500))
    assert float(desk.core.desk.gate.floor) == pytest.approx(8000 * (1 + 1e-6), rel=1e-12)


def test_a_person_arms_every_breaker_again_from_the_equity_of_now() -> None:
    desk = desk_of()
    for cash in ("9000", "8500", "8000"):
        look(desk, cash)
    state = desk.core.state
    key = state.week.key
    desk.core.desk.out.clear()
    desk.core.breakers.resumed(AT)
    assert said(desk) == [(name, False, "", "", "resumed") for name in ("daily_loss", "weekly_loss", "drawdown_ladder")]
    assert (state.day_base, state.hwm, state.rung, state.week) == (D(8000), D(8000), 0, PeriodLoss(key, D(8000)))
    assert float(desk.core.desk.gate.floor) == pytest.approx(7200 * (1 + 1e-6), rel=1e-12)
    look(desk, "4800")
    desk.core.desk.out.clear()
    desk.core.breakers.resumed(AT)
    assert ("max_drawdown", False, "", "", "resumed") in said(desk)


def test_a_resume_with_nothing_tripped_moves_no_base() -> None:
    desk = desk_of("9500")
    desk.core.breakers.resumed(AT)
    state = desk.core.state
    assert (state.day_base, state.hwm, state.week.base, said(desk)) == (D(10_000), D(10_000), D(10_000), [])


def test_a_desk_that_starts_with_its_emergency_tripped_is_on_the_last_rung() -> None:
    desk = desk_of()
    state = desk.core.state
    state.breakers["max_drawdown"], state.week = Breaker(True), PeriodLoss()
    state.day_base = D(9000)
    Breakers(desk.core.desk)
    assert (state.rung, state.week) == (3, PeriodLoss("", D(9000)))
    state.week = PeriodLoss("2026-W01", D(1))
    state.breakers.clear()
    state.rung = 1
    Breakers(desk.core.desk)
    assert (state.rung, state.week) == (1, PeriodLoss("2026-W01", D(1)))


def test_events_bring_the_new_week_and_a_resume_to_the_breakers() -> None:
    desk = desk_of()
    look(desk, "8500")
    desk.feed(Timer(desk.now + 8 * 86_400_000, "minute"))
    assert (desk.core.state.week.base, desk.core.state.week.tripped) == (D(8500), False)
    look(desk, "7000")
    desk.command(Resume(), desk.now + 8 * 86_400_000 + 1)
    assert (desk.core.state.rung, desk.core.state.hwm) == (0, D(7000))
