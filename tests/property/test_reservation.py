"""Whatever comes in whatever order, entries together never pass a limit: what is approved is reserved at once."""

from decimal import Decimal as D

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import ledger
from engine.model.commands import Halt, Pause, Resume
from engine.model.messages import LinkDown, OrderCanceled, OrderExpired, OrderRejected
from engine.model.orders import ApprovedOrder, OrderRequest, Side
from engine.risk.gross import gross_notional
from engine.risk.scales import Scales
from engine.state import DeskState
from tests.desk import WIDE, Desk

SYMBOLS = ("BTC", "ETH", "SOL", "LTC", "ADA", "XRP")
LIMITS = WIDE | {
    "MAX_POSITIONS": "4",
    "MAX_HEAT_PERCENT": "5",
    "MAX_STRESS_HEAT_PERCENT": "4.5",
    "MAX_DAILY_LOSS_PERCENT": "6",
    "MAX_LEVERAGE": "1",
    "MAX_CORRELATED_EXPOSURE": "0.8",
    "MAX_NET_EXPOSURE": "0.6",
    "STRATEGY_BUDGET_PERCENT": "55",
    "ORDER_BURST": "1000",
}
MOVES = st.tuples(
    st.sampled_from(["enter", "enter", "enter", "fill", "part", "cancel", "reject", "expire"]),
    st.integers(0, 5),
    st.integers(1, 12),
    st.booleans(),
)


def asked(desk: Desk, place: int, distance: int, long: bool) -> ApprovedOrder | None:
    """An entry at 100 in the symbol at this place, with its stop so far away."""
    stop = D(100 - distance if long else 100 + distance)
    side: Side = "buy" if long else "sell"
    strategy, symbol = ("one", "two")[place % 2], SYMBOLS[place]
    return desk.core.desk.ask(OrderRequest(desk.now, symbol, side, "entry", "market", strategy, D(100), "t", stop=stop))


def world() -> Desk:
    desk = Desk({symbol: {} for symbol in SYMBOLS}, settings=LIMITS, venue=False)
    for symbol in SYMBOLS:
        desk.bar(100, symbol=symbol)
    return desk


def within(state: DeskState) -> None:
    """Every limit holds for what is held and under way together; prices stand still and nothing costs a fee."""
    equity = ledger.equity(state)
    assert equity == 10_000
    book = Scales({}).book(state)
    assert book.heat <= D("0.05") * equity
    assert book.to_stops + book.pending_risk <= D("0.06") * equity
    assert book.gross == gross_notional(state, {}) <= equity
    assert abs(book.net) <= D("0.6") * equity
    assert all(book.by_strategy(name) <= D("0.55") * equity for name in ("one", "two"))
    assert len({weight.symbol for weight in book.weights}) <= 4
    # Nothing is known of the days, so one side moves as one: both forms are hypotenuses of the sides' sums.
    for most, sizes in (("0.045", [w.heat for w in book.weights]), ("0.8", [w.gross for w in book.weights])):
        longs = sum((size for size, w in zip(sizes, book.weights, strict=True) if w.long), D(0))
        shorts = sum(sizes, D(0)) - longs
        assert longs * longs + shorts * shorts <= (D(most) * equity) ** 2 * (1 + D("1e-9"))


@settings(max_examples=60, deadline=None)
@given(st.lists(MOVES, max_size=40))
@example([("enter", 0, 8, True), ("enter", 1, 7, False), ("enter", 2, 1, False), ("cancel", 0, 1, False)])
def test_no_interleaving_of_entries_fills_and_ends_passes_a_limit(moves: list[tuple[str, int, int, bool]]) -> None:
    desk = world()
    state, fills = desk.core.state, 0
    for what, place, distance, long in moves:
        pending = [live for live in state.orders.values() if not live.order.reduce_only]
        if what == "enter":
            asked(desk, place, distance, long)
        elif pending:
            live = pending[place % len(pending)]
            order, fills = live.order, fills + 1
            left = order.qty - live.filled
            match what:
                case "fill":
                    desk.feed(desk.filled(order, str(left), trade_id=f"t{fills}"))
                case "part":
                    some = desk.instruments[order.symbol].amount(left / 3)
                    desk.feed(*[desk.filled(order, str(some), trade_id=f"t{fills}")] * bool(some))
                case "cancel":
                    desk.feed(OrderCanceled(desk.now, order.id))
                case "reject":
                    desk.feed(OrderRejected(desk.now, order.id, "no"))
                case _:
                    desk.feed(OrderExpired(desk.now, order.id))
        within(state)


@settings(max_examples=30, deadline=None)
@given(st.sets(st.sampled_from(["pause", "day", "week", "rung", "links", "pace", "stale", "heat"])), st.booleans())
def test_nothing_that_stops_entries_stops_an_exit(troubles: set[str], halted: bool) -> None:
    desk = world()
    order = asked(desk, 0, 10, True)
    assert order is not None
    desk.feed(desk.filled(order, str(order.qty)))
    state, at = desk.core.state, desk.now
    for trouble in troubles:
        match trouble:
            case "pause":
                desk.command(Pause())
            case "day":
                state.day_base = D(10**9)
            case "week":
                state.week = type(state.week)(state.week.key, D(10**9), True)
            case "rung":
                state.rung = 2
            case "links":
                desk.feed(*(LinkDown(desk.now, link) for link in ("storage", "feed", "feed gap", "exchange")))
            case "pace":
                while asked(desk, 1, 1, False):
                    pass
            case "stale":
                at += 10**9
            case _:
                state.marks["BTC"] = 1.0
    if halted:
        desk.command(Halt())
    reason = "close" if halted else "signal"
    request = OrderRequest(at, "BTC", "sell", "exit", "market", "one", D(100), reason, order.qty, trade=order.trade)
    assert desk.core.desk.gate.decide(request, state).order is not None
    assert asked(desk, 2, 1, True) is None or not (troubles or halted) or troubles <= {"pace", "heat", "stale"}
    desk.command(Resume())
