"""Inverse contracts against an oracle in fractions, the identity of equity, and bands that are never too wide."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ledger
from engine.model.instrument import Instrument
from engine.model.inverse import Inverse
from engine.model.messages import FundingSettled, OrderFilled
from engine.model.orders import Side
from engine.state import Holding
from tests.desk import Desk
from tests.scripted import START

D = Decimal
Fill = tuple[str, int, int, int]
FILLS = st.lists(
    st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 9999), st.integers(1, 9_999_999), st.integers(-50, 500)),
    min_size=1,
    max_size=20,
)
"""Side, contracts, price in cents, fee in millionths."""
NAMES = ("BTC", "DATED")


def desk_of(size: int, cash: str = "5") -> Desk:
    instruments = [Instrument(name, "BTC", "USD", None, D(1), D(1), inverse=Inverse(D(size))) for name in NAMES]
    return Desk({name: {} for name in NAMES}, instruments=instruments, cash=cash, venue=False)


def fact(i: int, fill: Fill, times: int = 1) -> OrderFilled:
    side, qty, cents, fee = fill
    way: Side = "buy" if side == "buy" else "sell"
    return OrderFilled(START + i, "?", f"t{i}", "BTC", way, D(qty * times), D(cents) / 100, D(fee) / 1_000_000)


def play(desk: Desk, fills: list[Fill], times: int = 1) -> None:
    for i, fill in enumerate(fills):
        desk.feed(fact(i, fill, times))
        desk.core.state.marks["BTC"] = fill[2] / 100
        if i % 3 == 2:
            desk.feed(FundingSettled(START + i, "BTC", D("0.000123456789"), None))
        account = ledger.account(desk.core.state)
        parts = (account.start, account.realised, -account.fees, account.funding, account.unrealised)
        assert sum(map(Fraction, parts)) == Fraction(account.equity)


def oracle(fills: list[Fill], size: int) -> tuple[Fraction, Fraction, Fraction]:
    """Quantity, average and realised profit: R10.3 word by word, in fractions."""
    qty = over = realised = Fraction(0)
    for side, amount, cents, _ in fills:
        x, price = Fraction(amount if side == "buy" else -amount), Fraction(cents, 100)
        if qty * x >= 0:
            qty, over = qty + x, over + x / price
            continue
        c = min(abs(qty), abs(x)) * (1 if qty > 0 else -1)
        realised += c * size * (over / qty - 1 / price)
        qty, over = qty + x, over * (1 - c / qty) if abs(x) < abs(qty) else (qty + x) / price
    return qty, qty / over if over else Fraction(0), realised


@settings(max_examples=50)
@given(FILLS, st.sampled_from([1, 10, 100]))
def test_quantity_average_and_profit_are_those_of_the_oracle(fills: list[Fill], size: int) -> None:
    desk = desk_of(size)
    play(desk, fills)
    qty, avg, realised = oracle(fills, size)
    holding = desk.position()
    assert Fraction(desk.qty) == qty
    # Averages are kept to 20 decimals; at a cent a contract's coin changes by 10,000 times that.
    assert abs(Fraction(holding.avg if holding else 0) - avg) < Fraction(1, 10**12)
    assert abs(Fraction(desk.core.state.realised) - realised) < Fraction(1, 10**8)


@settings(max_examples=20)
@given(FILLS)
def test_ten_times_as_many_contracts_of_a_tenth_are_the_same_account(fills: list[Fill]) -> None:
    large, small = desk_of(10), desk_of(1)
    play(large, fills)
    play(small, fills, 10)
    assert small.qty == 10 * large.qty
    assert abs(small.equity - large.equity) < D("1e-12")


SIDES = st.tuples(st.integers(-400, 400).filter(bool), st.integers(500, 2000), st.integers(900, 1100))
"""Contracts (signed), tenths of the entry price, tenths of the mark."""


@settings(max_examples=100)
@given(st.lists(SIDES, min_size=1, max_size=2), st.floats(0.0001, 0.9999), st.booleans())
def test_between_the_marks_of_its_bands_equity_never_meets_a_line(
    held: list[tuple[int, int, int]], share: float, corner: bool
) -> None:
    desk = desk_of(100, "1000")
    desk.bar(100)
    state = desk.core.state
    for name, (qty, entry, mark) in zip(NAMES, held, strict=False):
        kept = Holding(name, "x", "1", 0, D(qty), D(entry) / 10, None, None, inverse=Inverse(D(100)))
        kept.qty_f, kept.avg_f = float(qty), entry / 10
        state.holdings[name], state.marks[name] = kept, mark / 10
    state.day_base, state.hwm = D(1000), max(ledger.equity(state), D(1000)) * D("1.05")
    desk.core.breakers.aim()
    desk.core.breakers.watch(START)
    for place, name in enumerate(desk.core.breakers.bands):
        low, high = desk.core.breakers.band(name)
        assert low < state.marks[name] < high
        inside = share if corner or not place else 1 - share
        state.marks[name] = low + (min(high, 1e9) - low) * inside
    if desk.core.breakers.bands:
        # The day ends at half of its base, the first rung of the ladder is half of the 90 % that may be lost.
        assert max(state.day_base * D("0.5"), state.hwm * D("0.55")) < ledger.equity(state) < state.hwm
