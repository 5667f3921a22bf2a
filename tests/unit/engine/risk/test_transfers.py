"""Money paid in or out moves the bases of the account's breakers, and is no result (risk.md R6.1, R6.4, R6.11)."""

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ledger
from engine.model.facts import BreakerMoved, MoneyMoved
from engine.model.messages import Transferred
from engine.pictures.pictures import pnl
from engine.risk.daily_loss import day_loss
from engine.risk.max_drawdown import drawdown
from tests.desk import WIDE, Desk, long

LINES = WIDE | {
    "MAX_DAILY_LOSS_PERCENT": "5",
    "MAX_WEEKLY_LOSS_PERCENT": "10",
    "EMERGENCY_STOP_LOSS_PERCENT": "15",
    "MAX_LEVERAGE": "1",
}


def holding(mark: float = 100) -> Desk:
    """Long 20 from 100 of 10,000: a mark of 90 is a loss of 200."""
    desk = Desk({0: long(50)}, settings=LINES, venue=False)
    desk.bar(100)
    desk.feed(desk.filled(desk.order("entry"), "4"))
    desk.bar(mark)
    return desk


def paid(desk: Desk, amount: str, transfer_id: str = "a") -> None:
    desk.feed(Transferred(desk.now, transfer_id, D(amount)))


def test_a_deposit_moves_every_base_and_is_booked_once() -> None:
    desk = holding(75)  # 4 x 25 = 100 are lost of 10,000
    paid(desk, "10000")
    paid(desk, "10000")
    state = desk.core.state
    assert (state.cash, ledger.equity(state), state.start) == (D(20_000), D(19_900), D(20_000))
    assert state.day_base == state.week.base == 20_000
    # 9,900 of 10,000 was a fall of 1 %: of 19,900 it is 20,101.01...
    assert abs(state.hwm - D(19_900) / D("0.99")) < D("1e-20")
    (told,) = desk.told(MoneyMoved)
    assert (told.amount, told.account.equity, told.account.start) == (D(10_000), D(19_900), D(20_000))


def test_a_withdrawal_keeps_the_loss_of_the_day_in_money() -> None:
    """300 of 10,000 are 3 %; once 4,000 are taken out they are 5 % of 6,000, the line."""
    desk = holding(25)
    assert day_loss(desk.core.state.day_base, ledger.equity(desk.core.state)) == D("0.03")
    paid(desk, "-3999")
    assert not desk.told(BreakerMoved)
    paid(desk, "-1", "b")
    assert [(fact.breaker, fact.tripped) for fact in desk.told(BreakerMoved)] == [("daily_loss", True)]


def test_taking_money_out_of_an_account_that_has_fallen_is_no_fall() -> None:
    desk = holding(25)
    paid(desk, "-9000")
    assert desk.trading == "ACTIVE"
    assert "max_drawdown" not in desk.core.state.breakers
    assert drawdown(desk.core.state.hwm, ledger.equity(desk.core.state)) == pytest.approx(D("0.03"))


def test_an_account_that_is_emptied_has_no_peak() -> None:
    desk = Desk({}, settings=LINES)
    desk.bar(100)
    paid(desk, "-10000")
    state = desk.core.state
    assert state.cash == state.hwm == state.day_base == state.start == 0
    assert state.breakers["daily_loss"].tripped


def test_results_know_nothing_of_it() -> None:
    desk = holding(75)
    paid(desk, "5000")
    view = pnl(desk.core, "all", 0, (), ())
    assert view.equity_end - view.equity_start == -100


AMOUNTS = st.lists(st.decimals("-9000", "90000", places=2), max_size=6)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.integers(60, 140))
def test_whatever_is_paid_no_loss_grows_and_no_fall(amounts: list[D], mark: int) -> None:
    desk = holding(mark)
    state = desk.core.state
    lost, down = state.day_base - ledger.equity(state), drawdown(state.hwm, ledger.equity(state))
    total = D(0)
    for number, amount in enumerate(amounts):
        if ledger.equity(state) + amount <= 0:
            continue
        total += amount
        paid(desk, str(amount), f"t{number}")
        assert state.day_base - ledger.equity(state) == lost
        assert state.week.base - ledger.equity(state) == lost
        assert abs(drawdown(state.hwm, ledger.equity(state)) - down) < D("1e-30")
    assert (state.start, ledger.account(state).equity - ledger.account(state).start) == (10_000 + total, -lost)


def test_only_the_newest_transfers_are_remembered() -> None:
    desk = Desk({}, settings=LINES)
    desk.bar(100)
    for number in range(257):
        paid(desk, "1", str(number))
    assert (len(desk.core.state.transfers), "0" in desk.core.state.transfers) == (256, False)


@pytest.mark.parametrize(
    ("before", "amount", "peak"),
    [
        # A fall of half the account stays one of a half.
        ("5000", "1000", "12000"),
        ("5000", "-4999", "2"),
        # Where there is nothing to take a share of, money moves the peak by itself.
        ("0", "500", "10500"),
        ("-100", "600", "10600"),
        ("500", "-500", "9500"),
        ("500", "-600", "9400"),
        ("-100", "50", "10050"),
    ],
)
def test_the_peak_keeps_its_share_or_moves_with_the_money(before: str, amount: str, peak: str) -> None:
    desk = Desk({}, settings=LINES, venue=False)
    desk.bar(100)
    state = desk.core.state
    assert state.hwm == 10_000
    state.cash = D(before) + D(amount)
    desk.core.breakers.paid_in(D(amount))
    assert state.hwm == D(peak)
    assert (state.day_base, state.week.base) == (10_000 + D(amount), 10_000 + D(amount))
