"""Every breaker of section 6 by its printed example, at its boundary, and on its way back."""

from datetime import UTC, datetime
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from engine.model.days import day_of
from engine.model.market import Floats
from engine.risk import (
    jump,
    ladder,
    order_rate,
    period_loss,
    reject_rate,
    streak,
    volatility_halt,
)
from engine.risk.jump import PriceFilter
from engine.risk.ladder import Ladder
from engine.risk.latch import Move
from engine.risk.order_rate import Bucket
from engine.risk.period_loss import PeriodLoss, week_of
from engine.risk.reject_rate import Rejects
from engine.risk.streak import Streak
from engine.risk.volatility_halt import VolatilityHalt, shock, shock_line, storm
from tests.printed import near

MINUTE = 60_000
UTC_ZONE = ZoneInfo("UTC")


def at(day: int, clock: str, month: int = 5) -> int:
    hour, minute = map(int, clock.split(":"))
    return int(datetime(2026, month, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


def test_daily_loss_by_the_printed_ticks() -> None:
    state, allowed = PeriodLoss(), []
    ticks = ((10, "06:00", "8400"), (10, "15:20", "8064.01"), (10, "15:21", "8064"), (10, "20:00", "8500"))
    for day, clock, equity in (*ticks, (11, "00:00", "8500"), (11, "03:00", "8160.5")):
        state, _ = period_loss.look(state, day_of(at(day, clock), UTC_ZONE), D(equity), D("0.04"))
        allowed.append(not state.tripped)
    assert allowed == [True, True, False, False, True, True]


def test_a_period_announces_its_trip_and_its_end_once() -> None:
    moves: list[Move | None] = []
    state = PeriodLoss()
    for key, equity in (("1", "100"), ("1", "95"), ("1", "90"), ("1", "120"), ("2", "120"), ("2", "120")):
        state, move = period_loss.look(state, key, D(equity), D("0.05"))
        moves.append(move)
    assert moves == [None, "tripped", None, None, "reset", None]
    # A late tick of the period before changes no base.
    assert period_loss.look(state, "1", D(200), D("0.05"))[0] == state


def test_a_base_that_is_not_above_nothing_trips() -> None:
    assert period_loss.look(PeriodLoss(), "1", D(0), D("0.05")) == (PeriodLoss("1", D(0), True), "tripped")
    still = period_loss.look(PeriodLoss("1", D(0), True), "2", D(-5), D("0.05"))
    assert still == (PeriodLoss("2", D(-5), True), None)


def test_money_paid_in_or_out_is_no_profit_and_no_loss() -> None:
    state = period_loss.paid_in(PeriodLoss("1", D(1000)), D(-500))
    assert not period_loss.look(state, "1", D(500), D("0.05"))[0].tripped
    assert period_loss.look(state, "1", D(475), D("0.05"))[0].tripped


def test_a_confirmed_resume_takes_the_equity_of_now_as_base() -> None:
    tripped = PeriodLoss("1", D(100), True)
    assert period_loss.resume(tripped, D(90)) == (PeriodLoss("1", D(90)), "reset")
    armed = PeriodLoss("1", D(100))
    assert period_loss.resume(armed, D(90)) == (armed, None)


def test_days_and_weeks_are_those_of_the_zone() -> None:
    almaty = ZoneInfo("Asia/Almaty")
    # 2026-05-10 is a Sunday: at 19:00 UTC Monday begins in Almaty, and with it week 20.
    assert [day_of(at(10, clock), almaty) for clock in ("18:30", "19:30")] == ["2026-05-10", "2026-05-11"]
    assert [week_of(at(10, clock), almaty) for clock in ("18:30", "19:30")] == ["2026-W19", "2026-W20"]
    assert week_of(at(1, "00:00", 1), UTC_ZONE) == "2026-W01"
    assert week_of(at(1, "00:00", 1) - 5 * 86_400_000, UTC_ZONE) == "2025-W52"


def test_losses_in_a_row_by_the_printed_closes() -> None:
    state, seen = Streak(), []
    for clock, pnl in (("08:00", -4), ("08:05", 0), ("08:30", -1)):
        state, _ = streak.closed(state, at(10, clock), D(pnl), 2, 15 * MINUTE)
        seen.append(not streak.paused(state, at(10, clock)))
    seen += [not streak.paused(state, at(10, clock)) for clock in ("08:44", "08:45")]
    assert seen == [True, True, False, False, True]


def test_a_win_starts_the_count_over_and_a_pause_does_too() -> None:
    state = Streak()
    for pnl in (-1, -1, 1, -1, -1):
        state, move = streak.closed(state, 0, D(pnl), 3, 10)
        assert move is None
    assert state == Streak(2)
    state, move = streak.closed(state, 5, D(-1), 3, 10)
    assert (state, move) == (Streak(0, 15), "tripped")


def test_losses_during_the_pause_count_for_the_next_one() -> None:
    state = Streak(0, 15)
    state, _ = streak.closed(state, 6, D(-1), 2, 10)
    assert streak.closed(state, 7, D("0.01"), 2, 10)[0] == Streak(0, 15)
    assert streak.closed(state, 7, D("-0.01"), 3, 10)[0] == Streak(2, 15)
    assert streak.closed(state, 8, D(-1), 2, 10) == (Streak(0, 18), None)
    assert streak.closed(state, 8, D(-1), 2, 1) == (Streak(0, 15), None)
    assert streak.look(state, 14) == (state, None)
    assert streak.look(state, 15) == (Streak(1), "reset")
    assert streak.look(Streak(1), 15) == (Streak(1), None)


def test_a_streak_is_reset_by_a_confirmed_resume() -> None:
    assert streak.resume(Streak(1, 15)) == (Streak(1), "reset")
    assert streak.resume(Streak(1)) == (Streak(1), None)


def test_drawdown_by_the_printed_equities() -> None:
    state, marks, halted = Ladder(D(8400)), [], []
    for equity in ("8400", "9000", "7920.01", "7920", "9500"):
        state, _ = ladder.look(state, D(equity), D("0.12"))
        marks.append(state.hwm)
        halted.append(state.rung == ladder.HALTED)
    assert marks == [8400, 9000, 9000, 9000, 9000]
    assert halted == [False, False, False, True, True]
    assert ladder.resume(state, D(9500)) == (Ladder(D(9500)), "reset")


def test_the_rungs_at_their_boundaries_only_rise() -> None:
    # Limit 20 %: half size at 10 %, exits only at 15 %, halt at 20 %; the first is left below 5 %.
    state, rungs, moves, scales = Ladder(D(100)), [], [], []
    for equity in ("90.01", "90", "95", "95.01", "90", "85", "99", "101", "80.8", "200"):
        state, move = ladder.look(state, D(equity), D("0.20"))
        rungs.append(state.rung)
        moves.append(move)
        scales.append(state.scale)
    assert rungs == [0, 1, 1, 0, 1, 2, 2, 2, 3, 3]
    assert moves == [None, "tripped", None, "reset", "tripped", "tripped", None, None, "tripped", None]
    assert scales == [1, D("0.5"), D("0.5"), 1, D("0.5"), 0, 0, 0, 0, 0]
    assert state.hwm == 101


def test_a_crash_takes_all_rungs_at_once_and_a_resume_of_nothing_is_silent() -> None:
    assert ladder.look(Ladder(D(100)), D(10), D("0.2")) == (Ladder(D(100), 3), "tripped")
    assert ladder.look(Ladder(D(0)), D(0), D("0.2")) == (Ladder(D(0), 3), "tripped")
    assert ladder.resume(Ladder(D(100)), D(90)) == (Ladder(D(90)), None)
    assert ladder.resume(Ladder(D(100), ladder.HALVED), D(90)) == (Ladder(D(90)), "reset")
    assert ladder.look(Ladder(D(100)), D(84), D("0.2")) == (Ladder(D(100), ladder.EXITS_ONLY), "tripped")


def test_small_accounts_have_drawdowns_like_large_ones() -> None:
    assert ladder.look(Ladder(D("0.5")), D("0.46"), D("0.2")) == (Ladder(D("0.5")), None)
    assert period_loss.look(PeriodLoss("1", D("0.5")), "1", D("0.48"), D("0.05"))[1] is None


def test_the_shock_line_by_the_printed_number() -> None:
    assert shock_line(0.0310, 6) == near(0.004901530373)
    assert not shock(0.0048, 0.0310, 6)
    assert shock(-0.0051, 0.0310, 6)
    line = shock_line(0.0310, 6)
    assert not shock(line, 0.0310, 6)
    assert not shock(9.0, None, 6)


def minutes(last: float) -> Floats:
    """240 alternating returns: 225 of +-0.001, then 15 of +-`last`."""
    sign = np.where(np.arange(240) % 2 == 0, 1.0, -1.0)
    found: Floats = sign * np.where(np.arange(240) < 225, 0.001, last)
    return found


def test_a_storm_is_many_times_as_volatile_as_the_hours_around_it() -> None:
    # Of +-0.004 after +-0.001: sd(15) = 0.00413, sd(240) = 0.00139, ratio 2.97.
    assert storm(minutes(0.004), 2.9)
    assert not storm(minutes(0.004), 3.0)
    assert not storm(minutes(0.001), 1.1)


def test_a_ratio_of_exactly_the_limit_is_no_storm() -> None:
    returns = minutes(0.004)
    ratio = float(np.std(returns[-15:], ddof=1) / np.std(returns, ddof=1))
    assert not storm(returns, ratio)
    assert storm(returns, float(np.nextafter(ratio, 0)))


def test_an_undefined_ratio_is_no_storm() -> None:
    assert not storm(minutes(0.01)[1:], 1.1)
    assert not storm(np.zeros(240), 0.5)
    assert not storm(np.append(minutes(0.01), np.nan), 1.1)


def test_no_storm_exceeds_the_square_root_of_239_over_14() -> None:
    alone = np.concatenate([np.zeros(225), minutes(1.0)[-15:]])
    assert storm(alone, 4.1)
    assert not storm(alone, (239 / 14) ** 0.5)


def test_a_halt_is_reset_by_a_confirmed_resume() -> None:
    assert volatility_halt.resume(VolatilityHalt(5)) == (VolatilityHalt(), "reset")
    assert volatility_halt.resume(VolatilityHalt()) == (VolatilityHalt(), None)


def test_prices_by_the_printed_candidates() -> None:
    state = PriceFilter(tuple(D(price) for price in ("50", "50.2", "50.1", "49.9", "50.05")))
    seen = []
    for price in ("50.7", "51.6", "NaN", "50.4"):
        state, accepted = jump.judge(state, D(price), D("50.1"), D("0.015"))
        seen.append(accepted)
    assert seen == [True, False, False, True]
    assert state.window == (D("50.1"), D("49.9"), D("50.05"), D("50.7"), D("50.4"))


@pytest.mark.parametrize(
    ("window", "price", "mark", "accepted"),
    [
        ((), "100", "100", True),
        ((), "101", "100", True),
        ((), "101.01", "100", False),
        ((), "100", None, False),
        ((), "100", "NaN", False),
        ((), "100", "0", False),
        (("100",), "102", None, True),
        (("100",), "98", None, True),
        (("100",), "102.01", None, False),
        # A jump that a second source confirms.
        (("100",), "150", "151.5", True),
        (("100",), "150", "151.6", False),
        (("100", "104"), "99.96", None, True),
        (("100", "104"), "99.95", None, False),
        ((), "0.5", "0.5", True),
        ((), "0", "0", False),
        (("100",), "0", "100", False),
        (("100",), "-100", "100", False),
        (("100",), "Infinity", "100", False),
    ],
)
def test_a_price_needs_the_median_or_the_mark(
    window: tuple[str, ...], price: str, mark: str | None, accepted: bool
) -> None:
    before = PriceFilter(tuple(map(D, window)))
    after, verdict = jump.judge(before, D(price), None if mark is None else D(mark), D("0.02"))
    assert verdict is accepted
    assert after == (PriceFilter((*before.window, D(price))) if accepted else before)


def test_the_bucket_by_the_printed_requests() -> None:
    state, seen = Bucket(), []
    for time in (0, 0, 0, 0, 250, 500, 500, 2000):
        state, taken = order_rate.take(state, time, 3, D(2))
        seen.append(taken)
    assert seen == [True, True, True, False, False, True, False, True]


def test_a_bucket_says_when_the_next_order_may_go() -> None:
    assert order_rate.ready_in(Bucket(), 3, D(2)) == 0
    assert order_rate.ready_in(Bucket(D("0.25")), 3, D(2)) == 375
    # 1 / 3 of a second, up to the next millisecond; a millisecond earlier nothing goes.
    assert order_rate.ready_in(Bucket(D(0), 1000), 3, D(3)) == 334
    assert not order_rate.take(Bucket(D(0), 1000), 1333, 3, D(3))[1]
    assert order_rate.take(Bucket(D(0), 1000), 1334, 3, D(3))[1]
    assert order_rate.ready_in(Bucket(D(2)), 3, D(2)) == 0


def test_time_never_takes_tokens_away_and_a_smaller_bucket_holds_less() -> None:
    assert order_rate.take(Bucket(D(2), 1000), 500, 3, D(2)) == (Bucket(D(1), 1000), True)
    assert order_rate.take(Bucket(D(5), 0), 0, 1, D(2)) == (Bucket(D(0), 0), True)


def test_a_request_in_vain_keeps_what_has_come_in_since() -> None:
    # A quarter of a second at 2 a second.
    assert order_rate.take(Bucket(D(0), 1000), 1250, 3, D(2)) == (Bucket(D("0.5"), 1250), False)


@pytest.mark.parametrize(("third", "trips"), [(20_900, True), (21_000, False)])
def test_rejects_by_the_printed_times(third: int, trips: bool) -> None:
    state = Rejects()
    for time in (1000, 12_000):
        state, move = reject_rate.rejected(state, time, 3, 20_000)
        assert move is None
    state, move = reject_rate.rejected(state, third, 3, 20_000)
    assert (move == "tripped") is trips
    assert reject_rate.paused(state, third) is trips


def test_after_the_pause_the_window_of_rejects_is_empty() -> None:
    state, _ = reject_rate.rejected(Rejects((1, 2)), 3, 3, 1000)
    end = 3 + 15 * MINUTE
    assert state == Rejects((), end)
    assert reject_rate.rejected(state, end - 1, 3, 1000) == (state, None)
    assert reject_rate.look(state, end - 1) == (state, None)
    assert reject_rate.look(state, end) == (Rejects(), "reset")
    assert reject_rate.look(Rejects((1,)), end) == (Rejects((1,)), None)
    assert reject_rate.rejected(state, end, 3, 1000) == (Rejects((end,)), None)
    assert reject_rate.resume(state) == (Rejects(), "reset")
    assert reject_rate.resume(Rejects((1,))) == (Rejects(), None)


def test_one_reject_may_be_enough() -> None:
    assert reject_rate.rejected(Rejects(), 5, 1, 1000)[1] == "tripped"
