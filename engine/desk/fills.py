"""Order facts: what venues say of orders becomes order states, positions and closed trades."""

from decimal import Decimal
from typing import Final, assert_never

from engine import ledger
from engine.desk.desk import Desk
from engine.desk.votes import pause, with_trade
from engine.exits import ExitDesk
from engine.ledger import average, closed, increase, opened, reduce, signed
from engine.lifecycle import FINAL
from engine.model.account import ClosedTrade, PartExit
from engine.model.facts import Denied, Flattened, StrategyChanged, TradeChanged, TradeClosed, TradeOpened, Trouble
from engine.model.inverse import FINEST
from engine.model.messages import (
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OutcomeUnknown,
    Query,
)
from engine.model.money import ZERO, shadow
from engine.model.orders import Direction, OrderState
from engine.state import DeskState, Holding, LiveOrder, StrategyRecord

OtherFact = OrderAccepted | OrderRejected | OrderCanceled | OrderExpired | OutcomeUnknown
FILLED: Final = OrderState.FILLED
SEEN: Final = 4096
"""Trade ids remembered in the core; storage remembers all of them."""


class FillDesk:
    """Books what happens to orders. A fill counts once, whatever is delivered how often."""

    def __init__(self, desk: Desk, exits: ExitDesk) -> None:
        self._desk = desk
        self._exits = exits
        self._inverse = desk.inverse

    def on_fact(self, fact: OtherFact) -> None:
        """Apply what the venue says of an order, but for fills."""
        live = self._desk.order(fact.order_id)
        if live is None:
            return
        match fact:
            case OrderAccepted():
                live.unknown = False
                if live.state is OrderState.SUBMITTED:
                    self._desk.move(live, OrderState.OPEN, fact.at)
            case OrderCanceled():
                self._over(live, OrderState.CANCELED, fact.at, fact.reason)
            case OrderExpired():
                self._over(live, OrderState.EXPIRED, fact.at, "expired")
            case OrderRejected():
                self._over(live, OrderState.REJECTED, fact.at, fact.code)
                order = live.order
                self._desk.tell(Denied(fact.at, order.symbol, order.strategy, order.leg, fact.code, fact.text))
            case OutcomeUnknown():
                live.unknown = True
                self._desk.tell(Trouble(fact.at, "outcome_unknown", f"{live.order.symbol}: {fact.text}"))
                self._desk.out.append(Query(live.order.id, live.order.symbol))
            case _:
                assert_never(fact)

    def gone(self, at: int) -> None:
        """The orders cancelled in this turn are cancelled: the simulated venue of a backtest does not say so."""
        canceled, self._desk.canceled = self._desk.canceled, []
        for live in canceled:
            self._over(live, OrderState.CANCELED, at, "canceled")

    def _over(self, live: LiveOrder, after: OrderState, at: int, reason: str) -> None:
        if live.state is after:
            return
        wanted = live.state is OrderState.CANCELING
        if not self._desk.move(live, after, at, reason):
            return
        holding = self._desk.state.holdings.get(live.order.symbol)
        if holding is None:
            self._flat(at)
            return
        if holding.exit_order == live.order.id:
            holding.exit_order = None
            if after is OrderState.REJECTED:
                self._refused(holding, at)
        if live.order.id in protecting(holding) and not wanted:
            self._exits.renew(holding, live.order, at, reason)

    def _refused(self, holding: Holding, at: int) -> None:
        """The venue refused to close: when all is to be closed it is asked again at once, after that every minute."""
        state = self._desk.state
        refusals = sum(
            done.state is OrderState.REJECTED and done.order.leg == "exit" and done.order.trade == holding.trade
            for done in state.done.values()
        )
        if state.flattening and refusals == 1:
            self._exits.leave(holding, at, leaving(state))

    def on_fill(self, fill: OrderFilled) -> Holding | None:
        """Book a fill; returns the holding that became flat by it, if one did."""
        state, desk = self._desk.state, self._desk
        if desk.journaled and self._known(fill):
            return None
        live = state.orders.get(fill.order_id) or state.done.get(fill.order_id)
        if live is None:
            code = "liquidation" if liquidated(fill) else "external_fill"
            desk.tell(Trouble(fill.at, code, f"{fill.side} {fill.qty} {fill.symbol} was not ordered here"))
        else:
            filled, after = live.filled + fill.qty if live.filled else fill.qty, FILLED
            live.filled = filled
            if filled < live.order.qty:
                after, live.unknown = OrderState.PARTIAL, False
                if live.state is OrderState.CANCELING:
                    after = OrderState.CANCELING
                elif live.state in FINAL:
                    desk.out.append(Query(live.order.id, live.order.symbol))
            desk.move(live, after, fill.at, fill.trade_id)
        return self._book(fill, live)

    def _known(self, fill: OrderFilled) -> bool:
        """Whether this fill was booked before."""
        ids, key = self._desk.state.trade_ids, f"{fill.symbol} {fill.trade_id}"
        if key in ids:
            return True
        ids[key] = None
        if len(ids) > SEEN:
            del ids[next(iter(ids))]
        return False

    def _book(self, fill: OrderFilled, live: LiveOrder | None) -> Holding | None:
        state = self._desk.state
        holding = state.holdings.get(fill.symbol)
        if holding is None:
            self._open(fill, live)
            return None
        long, buys = holding.qty_f > 0.0, fill.side == "buy"
        if long is buys:
            increase(state, holding, signed(fill.side, fill.qty), fill.price, fill.fee)
            self._exits.protect(holding, fill.at)
            self._desk.tell(TradeChanged(fill.at, holding.frozen(), "size"))
            return None
        held, part, fee = abs(holding.qty), fill.qty, fill.fee
        if part > held:
            part, fee = held, (fee * held / part).quantize(FINEST)
        reduce(state, holding, part if buys else -part, fill.price, fee)
        if holding.qty:
            self._left(fill, live, holding, part)
            return None
        if holding.parts:
            leave(holding, fill, live, part)
        self._close(fill, live, holding, "long" if long else "short")
        if part < fill.qty:
            rest = fill.qty - part
            left = OrderFilled(
                fill.at, fill.order_id, fill.trade_id, fill.symbol, fill.side, rest, fill.price, fill.fee - fee
            )
            self._open(left, live)
        return holding

    def _left(self, fill: OrderFilled, live: LiveOrder | None, holding: Holding, part: Decimal) -> None:
        """A part of a position is gone."""
        leave(holding, fill, live, part)
        if holding.targets and live is not None and live.order.leg == "target":
            self._exits.reached(holding, live.order.id, part, fill.at)
        self._desk.tell(TradeChanged(fill.at, holding.frozen(), "size"))
        if live is not None and live.order.leg == "exit" and live.state is OrderState.FILLED:
            holding.exit_order = None
            self._exits.protect(holding, fill.at)

    def _open(self, fill: OrderFilled, live: LiveOrder | None) -> None:
        state = self._desk.state
        if live is not None and live.order.reduce_only:
            text = f"{fill.side} {fill.qty} {fill.symbol} for {live.order.leg} {live.order.id} had nothing to reduce"
            self._desk.tell(Trouble(fill.at, "excess_fill", text))
            live = None
        trade = live.order.trade if live else f"X{fill.trade_id}"
        holding = opened(live.order if live else None, fill.symbol, fill.at, trade)
        if self._inverse:
            holding.inverse = self._inverse.get(fill.symbol)
        state.holdings[fill.symbol] = holding
        increase(state, holding, signed(fill.side, fill.qty), fill.price, fill.fee)
        holding.best = holding.avg_f
        self._desk.entered(holding, fill.at)
        if self._desk.journaled:
            self._desk.tell(TradeOpened(fill.at, holding.frozen(), live.order.reason if live else "external"))
        self._exits.protect(holding, fill.at)
        if state.flattening:
            self._exits.leave(holding, fill.at, leaving(state))

    def _close(self, fill: OrderFilled, live: LiveOrder | None, holding: Holding, direction: Direction) -> None:
        state = self._desk.state
        del state.holdings[fill.symbol]
        reason = reason_of(fill, live)
        trade = closed(holding, direction, fill.at, reason)
        self._desk.left(holding, fill.at)
        record = state.strategies.get(holding.strategy)
        if record is None:
            record = state.strategies[holding.strategy] = StrategyRecord()
        ledger.count(record, trade.pnl)
        self._desk.tell(TradeClosed(fill.at, trade, ledger.account(state) if self._desk.journaled else None))
        self._exits.drop(holding, fill.at)
        if self._desk.gate.watchful and trade.initial_risk > ZERO:
            self._judge(holding.strategy.partition("~")[0], trade)
        self._flat(fill.at)

    def _flat(self, at: int) -> None:
        """Whether a close-all has come to its end: nothing is held, and no entry is under way that could still fill."""
        state = self._desk.state
        if state.flattening and not state.holdings and not entering(state):
            self._desk.tell(Flattened(at, state.flattening, ledger.account(state)))
            state.flattening = ""

    def _judge(self, strategy: str, trade: ClosedTrade) -> None:
        """A strategy that loses steadily is turned off where that is asked for; what it was to enter is called off."""
        if not self._desk.gate.limits_of(strategy).performance_pause:
            return
        state, at = self._desk.state, trade.exit_at
        record = state.strategies.setdefault(strategy, StrategyRecord())
        record.recent = with_trade(record.recent, at, shadow(trade.pnl / trade.initial_risk))
        why = pause(record.recent) if record.on else None
        if why is None:
            return
        record.on, record.paused = False, why
        state.candidates = [each for each in state.candidates if each.plan != strategy]
        state.reversals = {symbol: each for symbol, each in state.reversals.items() if each.plan != strategy}
        text = f"It has lost steadily ({why}) and opens nothing until it is turned on again."
        self._desk.tell(StrategyChanged(at, strategy, "paused", text, None))


def entering(state: DeskState) -> bool:
    """Whether an entry is under way."""
    return any(live.order.leg == "entry" for live in state.orders.values())


def leaving(state: DeskState) -> str:
    """The reason of exits while everything is being closed."""
    return "close_all" if state.flattening == "close_all" else "emergency"


def reason_of(fill: OrderFilled, live: LiveOrder | None) -> str:
    """Why a fill reduced a position."""
    return live.order.reason if live is not None else "liquidation" if liquidated(fill) else "external"


def leave(holding: Holding, fill: OrderFilled, live: LiveOrder | None, qty: Decimal) -> None:
    """Note a part that left; the fills of one order are one part."""
    part, known = PartExit(fill.at, qty, fill.price, reason_of(fill, live), fill.order_id), holding.parts
    if known and known[-1].order == fill.order_id:
        before = known[-1]
        mean = average if holding.inverse is None else holding.inverse.average
        price = mean(before.qty, before.price, qty, fill.price)
        part = PartExit(fill.at, before.qty + qty, price, before.reason, before.order)
        known = known[:-1]
    holding.parts = (*known, part)


def protecting(holding: Holding) -> list[str | None]:
    """Orders at the venue that end a position if price comes to them."""
    return [holding.stop_order, holding.target_order, *(target.order for target in holding.targets)]


def liquidated(fill: OrderFilled) -> bool:
    """Whether the venue closed the position by force (the order ids of Binance and of the simulated venue)."""
    return fill.order_id.startswith("autoclose")
