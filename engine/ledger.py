"""Average-cost bookkeeping, exact (risk.md section 10): fills and funding change cash and positions here only."""

from decimal import Decimal
from typing import Final

from engine.model.account import Account, ClosedTrade
from engine.model.inverse import FINEST
from engine.model.money import ZERO, exact, shadow
from engine.model.orders import ApprovedOrder, Direction, Side
from engine.state import DeskState, Holding, StrategyRecord, Target

REMEMBERED: Final = 256
"""Ids of transfers that are kept."""


def signed(side: Side, qty: Decimal) -> Decimal:
    """Quantity with the sign of its side: buys add."""
    return qty if side == "buy" else -qty


def average(qty: Decimal, avg: Decimal, add: Decimal, price: Decimal) -> Decimal:
    """Average cost after adding `add` (unsigned) at `price` to `qty` (unsigned) at `avg` (R10.1).

    Kept to 20 decimals: profit, a product with it, then fits the digits of a Decimal and equity adds up exactly.
    """
    if not qty:
        return price
    return ((qty * avg + add * price) / (qty + add)).quantize(FINEST)


def opened(order: ApprovedOrder | None, symbol: str, at: int, trade: str) -> Holding:
    """An empty holding that the first fill of `order` will fill; without an order it is somebody else's."""
    if order is None:
        return Holding(symbol, "external", trade, at, ZERO, ZERO, None, None)
    stop, risk = order.stop, order.reserved_risk
    holding = Holding(symbol, order.strategy, order.trade, at, ZERO, ZERO, stop, order.target, stop, risk)
    if order.lead:
        holding.lead = order.lead
    if order.targets:
        holding.targets = tuple(Target(portion.share, portion.price) for portion in order.targets)
    return holding


def increase(state: DeskState, holding: Holding, qty: Decimal, price: Decimal, fee: Decimal) -> None:
    """Book a fill that opens or enlarges. `qty` signed."""
    size = abs(qty)
    if holding.inverse is not None:
        holding.avg = holding.inverse.average(abs(holding.qty), holding.avg, size, price)
        holding.entry_cost = holding.inverse.cost(holding.entry_qty, holding.entry_cost, size, price)
        holding.qty += qty
        holding.entry_qty += size
    elif holding.entry_qty:
        holding.avg = average(abs(holding.qty), holding.avg, size, price)
        holding.entry_cost += size * price
        holding.qty += qty
        holding.entry_qty += size
    else:
        holding.avg, holding.entry_cost = price, size * price
        holding.qty, holding.entry_qty = qty, size
    holding.qty_f, holding.avg_f = shadow(holding.qty), shadow(holding.avg)
    _pay(state, holding, fee)


def reduce(state: DeskState, holding: Holding, qty: Decimal, price: Decimal, fee: Decimal) -> None:
    """Book a fill that reduces or closes; |qty| is at most the position. `qty` signed, against the position."""
    size = abs(qty)
    if holding.inverse is not None:
        gained = holding.inverse.profit(-qty, holding.avg, price)
        holding.exit_cost = holding.inverse.cost(holding.exit_qty, holding.exit_cost, size, price)
    else:
        gained = -qty * (price - holding.avg)
        holding.exit_cost += size * price
    left = holding.qty = holding.qty + qty
    holding.qty_f = shadow(left) if left else 0.0
    holding.exit_qty += size
    holding.realised += gained
    state.realised += gained
    state.cash += gained
    _pay(state, holding, fee)


def give(holding: Holding, qty: Decimal) -> Decimal:
    """Take what an exchange is paid with out of a position, at its average cost, which is given; nothing is gained."""
    cost = qty * holding.avg
    holding.qty -= qty
    holding.qty_f = shadow(holding.qty)
    holding.exit_qty += qty
    holding.exit_cost += cost
    return cost


def carry_on(source: Holding, target: Holding, trade: str, at: int) -> None:
    """A position that was paid for with another goes on with its trade; what is left of that is one of its own."""
    target.trade, target.opened_at, target.initial_risk = source.trade, source.opened_at, source.initial_risk
    target.strategy = source.strategy
    target.realised += source.realised
    target.fees += source.fees
    target.funding += source.funding
    target.parts = source.parts
    source.trade, source.opened_at, source.parts = trade, at, ()
    source.entry_qty, source.entry_cost = source.qty, source.qty * source.avg
    source.initial_risk = source.realised = source.fees = source.funding = source.exit_qty = source.exit_cost = ZERO


def write_off(state: DeskState, holding: Holding, qty: Decimal) -> Decimal:
    """Lose a rest that is too small to be traded, with its cost, which is given."""
    lost = qty * holding.avg
    holding.qty -= qty
    holding.qty_f = shadow(holding.qty)
    holding.realised -= lost
    state.realised -= lost
    state.cash -= lost
    return lost


def _pay(state: DeskState, holding: Holding, fee: Decimal) -> None:
    holding.fees += fee
    state.fees += fee
    state.cash -= fee


def transfer(state: DeskState, transfer_id: str, amount: Decimal) -> bool:
    """Book money paid in or out (negative), which is no profit; False: it was booked before."""
    if transfer_id in state.transfers:
        return False
    state.transfers[transfer_id] = None
    if len(state.transfers) > REMEMBERED:
        del state.transfers[next(iter(state.transfers))]
    state.start += amount
    state.cash += amount
    return True


def fund(state: DeskState, holding: Holding, rate: Decimal, mark: Decimal) -> Decimal:
    """Book one funding payment (R10.4) and return it: negative when paid."""
    if holding.inverse is None:
        cash = -holding.qty * mark * rate
    else:
        cash = (-holding.qty * holding.inverse.worth(mark) * rate).quantize(FINEST)
    holding.funding += cash
    state.funding += cash
    state.cash += cash
    return cash


def closed(holding: Holding, direction: Direction, at: int, reason: str) -> ClosedTrade:
    """The trade record of a holding that is flat; `direction` is what it was."""
    qty, fees, funding = holding.entry_qty, holding.fees, holding.funding
    return ClosedTrade(
        holding.trade,
        holding.symbol,
        direction,
        holding.strategy,
        holding.opened_at,
        holding.entry_cost / qty,
        at,
        holding.exit_cost / holding.exit_qty,
        qty,
        fees,
        funding,
        holding.realised - fees + funding,
        reason,
        holding.initial_risk,
        holding.parts,
    )


def count(record: StrategyRecord, pnl: Decimal) -> None:
    """A trade of a strategy's is over, with this profit after fees."""
    record.trades += 1
    record.pnl += pnl
    if pnl > ZERO:
        record.wins += 1
        record.gained += pnl
    elif pnl < ZERO:
        record.losses += 1
        record.lost -= pnl


def mark(state: DeskState, holding: Holding) -> Decimal:
    """Last price of a holding's symbol; its average cost before the first one."""
    known = state.marks.get(holding.symbol)
    return holding.avg if known is None else exact(known)


def unrealised(state: DeskState) -> Decimal:
    """Exact unrealised profit at the last marks."""
    total = ZERO
    for holding in state.holdings.values():
        if holding.inverse is None:
            total += holding.qty * (mark(state, holding) - holding.avg)
        else:
            total += holding.inverse.profit(holding.qty, holding.avg, mark(state, holding))
    return total


def equity(state: DeskState) -> Decimal:
    """Cash and unrealised profit together (risk.md R10.5), exact: the equity of `account`."""
    return state.cash + unrealised(state)


def account(state: DeskState) -> Account:
    """The account now, exact."""
    return Account(state.start, state.cash, state.realised, state.fees, state.funding, unrealised(state))
