"""Bookkeeping against an oracle in fractions, and the identity of equity, for any sequence of fills."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine import ledger
from engine.model.facts import TradeClosed
from engine.model.messages import OrderFilled
from tests.desk import Desk

Fill = tuple[str, int, int, int]
FILLS = st.lists(
    st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 9999), st.integers(1, 999_999), st.integers(-50, 500)),
    min_size=1,
    max_size=30,
)
"""Side, amount in thousandths, price in cents, fee in thousandths."""
NEAR = Fraction(1, 10**15)


def fact(i: int, fill: Fill) -> OrderFilled:
    side, qty, price, fee = fill
    return OrderFilled(
        1_704_067_200_000 + i,
        "?",
        f"t{i}",
        "BTC",
        "buy" if side == "buy" else "sell",
        Decimal(qty) / 1000,
        Decimal(price) / 100,
        Decimal(fee) / 1000,
    )


class Oracle:
    """R10.1 word by word, in fractions."""

    def __init__(self) -> None:
        self.qty = self.avg = self.realised = self.fees = Fraction(0)

    def take(self, fill: Fill) -> None:
        side, amount, cents, fee = fill
        x, price = Fraction(amount, 1000), Fraction(cents, 100)
        s = 1 if side == "buy" else -1
        self.fees += Fraction(fee, 1000)
        if self.qty * s >= 0:
            self.avg = (abs(self.qty) * self.avg + x * price) / (abs(self.qty) + x)
            self.qty += s * x
            return
        c = min(abs(self.qty), x)
        self.realised += c * (price - self.avg) * (1 if self.qty > 0 else -1)
        self.qty += s * x
        if x > c:
            self.avg = price
        elif not self.qty:
            self.avg = Fraction(0)


@given(FILLS)
def test_quantity_average_profit_and_fees_are_those_of_the_oracle(fills: list[Fill]) -> None:
    desk, oracle = Desk({}, venue=False), Oracle()
    for i, fill in enumerate(fills):
        desk.feed(fact(i, fill))
        oracle.take(fill)
        state, holding = desk.core.state, desk.position()
        assert Fraction(desk.qty) == oracle.qty
        assert abs(Fraction(holding.avg if holding else 0) - oracle.avg) < NEAR
        assert abs(Fraction(state.realised) - oracle.realised) < NEAR
        assert abs(Fraction(state.fees) - oracle.fees) < NEAR


@given(FILLS, st.integers(1, 10**9))
def test_equity_is_start_and_all_that_happened_to_the_last_digit(fills: list[Fill], mark: int) -> None:
    desk = Desk({}, venue=False)
    for i, fill in enumerate(fills):
        desk.feed(fact(i, fill))
        desk.core.state.marks["BTC"] = mark / 1000
        account = ledger.account(desk.core.state)
        parts = (account.start, account.realised, -account.fees, account.funding, account.unrealised)
        assert sum(map(Fraction, parts)) == Fraction(account.equity)


@given(FILLS)
def test_closed_trades_and_the_open_one_add_up_to_the_account(fills: list[Fill]) -> None:
    desk = Desk({}, venue=False)
    desk.feed(*(fact(i, fill) for i, fill in enumerate(fills)))
    done = sum((f.trade.pnl for f in desk.told(TradeClosed)), Decimal(0))
    holding = desk.position()
    pending = holding.realised - holding.fees if holding else Decimal(0)
    assert abs(desk.core.state.cash - desk.core.state.start - done - pending) < Decimal("1e-25")


@given(FILLS, st.data())
def test_fills_delivered_again_at_any_time_change_nothing(fills: list[Fill], data: st.DataObject) -> None:
    once, often = Desk({}, venue=False), Desk({}, venue=False)
    for i, fill in enumerate(fills):
        once.feed(fact(i, fill))
        often.feed(fact(i, fill))
        again = data.draw(st.integers(0, i))
        often.feed(fact(again, fills[again]), fact(i, fill))
    assert once.core.state == often.core.state
    assert once.effects == often.effects
