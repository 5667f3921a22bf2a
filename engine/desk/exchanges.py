"""Fills of a desk with cross markets (`engine.model.crossing`): one position pays for another.

Nothing is gained by an exchange: what is bought stands at the cost of what was paid, and goes on with its trade, so a
round trip is one trade, over when the account's own currency is back. What is left unpaid is a trade of its own. Fees
are taken in what is received. What an order leaves of the position that it is paid from, too little for one step more,
is dust: written off with its cost.
"""

from decimal import Decimal

import msgspec

from engine.desk.desk import Desk
from engine.desk.fills import FillDesk, leaving
from engine.exits import ExitDesk
from engine.ledger import carry_on, give, increase, opened, write_off
from engine.model.account import PartExit
from engine.model.crossing import Cross, crumb
from engine.model.facts import TradeChanged, TradeOpened, Trouble
from engine.model.inverse import FINEST
from engine.model.messages import OrderFilled
from engine.model.money import ZERO, exact, plain
from engine.state import Holding, LiveOrder


class ExchangeDesk(FillDesk):
    """Books fills where one position may pay for another; all other markets as ever."""

    def __init__(self, desk: Desk, exits: ExitDesk) -> None:
        super().__init__(desk, exits)
        self._crosses, self._homes = desk.gate.crosses, desk.gate.homes

    def _book(self, fill: OrderFilled, live: LiveOrder | None) -> Holding | None:
        cross = self._crosses.get(fill.symbol)
        if cross is not None:
            return self._exchange(fill, live, cross)
        if fill.symbol in self._homes:
            if fill.side == "buy":
                fill = msgspec.structs.replace(fill, qty=fill.qty - fill.fee / fill.price)
            elif (holding := self._desk.state.holdings.get(fill.symbol)) is not None:
                self._tell(fill, holding, self._dust(fill, holding, holding.qty - fill.qty))
        return super()._book(fill, live)

    def _exchange(self, fill: OrderFilled, live: LiveOrder | None, cross: Cross) -> Holding | None:
        state, qty, price, (paid, bought) = self._desk.state, fill.qty, fill.price, cross.ends(fill.side)
        source, target = state.holdings.get(paid), state.holdings.get(bought)
        buys = fill.side == "buy"
        out, got, taken = (qty * price, qty, fill.fee / price) if buys else (qty, qty * price, fill.fee)
        held = ZERO if source is None else min(out, source.qty)
        cost = ZERO if source is None else give(source, held)
        if held < out:
            text = f"{fill.symbol} took {plain(out)}, but {plain(held)} was held in {paid}; the rest is at its mark"
            self._desk.tell(Trouble(fill.at, "excess_fill", text))
            cost += (out - held) * exact(state.marks.get(paid, 0.0))
        fresh = target is None
        if target is None:
            target = opened(live.order if live else None, bought, fill.at, f"X{fill.trade_id}")
            target.trade = f"X{fill.trade_id}"
            state.holdings[bought] = target
        unit = (cost / got).quantize(FINEST)
        increase(state, target, got - taken, unit, (taken * unit).quantize(FINEST))
        target.best = target.avg_f
        gone = self._spent(fill, live, source, target, fresh)
        if state.flattening:
            self._exits.leave(target, fill.at, leaving(state))
        return gone

    def _spent(
        self, fill: OrderFilled, live: LiveOrder | None, source: Holding | None, target: Holding, fresh: bool
    ) -> Holding | None:
        """What an exchange leaves of what paid for it; gives it when it is over and nothing goes on with its trade."""
        if source is None:
            self._tell(fill, target, "size")
            return None
        said = self._dust(fill, source, source.qty)
        if fresh:
            carry_on(source, target, f"X{fill.trade_id}", fill.at)
        now = f"now {plain(target.qty)} {self._desk.instruments[target.symbol].base}"
        self._tell(fill, target, f"{now}; {said}" if said else now)
        if source.qty:
            if fresh:
                self._desk.tell(TradeOpened(fill.at, source.frozen(), "left"))
            else:
                self._tell(fill, source, "size")
            return None
        if fresh:
            del self._desk.state.holdings[source.symbol]
            self._exits.drop(source, fill.at)
            return None
        self._close(msgspec.structs.replace(fill, symbol=source.symbol), live, source, "long")
        return source

    def _dust(self, fill: OrderFilled, holding: Holding, rest: Decimal) -> str:
        """Write off what cannot be traded any more of a position; gives what is said of it."""
        instruments = self._desk.instruments
        least = crumb(instruments, fill.symbol, holding.symbol, fill.side, fill.price)
        if not ZERO < rest < least:
            return ""
        lost = write_off(self._desk.state, holding, rest)
        name = instruments[holding.symbol].base
        holding.parts = (*holding.parts, PartExit(fill.at, rest, ZERO, f"dust of {name}", ""))
        return f"{plain(rest)} {name} is dust, {lost:.4f} written off"

    def _tell(self, fill: OrderFilled, holding: Holding, what: str) -> None:
        if what:
            self._desk.tell(TradeChanged(fill.at, holding.frozen(), what))
