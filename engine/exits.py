"""Getting out: protective orders from the first fill on, stops that only move in the profitable direction, exits."""

from collections.abc import Sequence
from decimal import Decimal

from engine.desk.desk import Desk
from engine.desk.portions import divided
from engine.model.facts import TradeChanged, Trouble
from engine.model.market import Exits
from engine.model.messages import CandleClosed
from engine.model.money import ZERO, exact
from engine.model.orders import ApprovedOrder, OrderRequest
from engine.plan import StrategyPlan
from engine.scoring.row import Row
from engine.state import Holding

RENEWALS = 3
"""Protective orders of one position that may get lost before it is closed."""


class ExitDesk:
    """Keeps every position protected and closes it when its strategy, its time or a person says so."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.line_up(desk.plan.strategies)

    def line_up(self, plans: Sequence[StrategyPlan]) -> None:
        """The strategies have changed."""
        self._rules = {plan.id: plan.strategy.exits(plan.params) for plan in plans}
        self.watchful = frozenset(name for name, rules in self._rules.items() if rules.watchful)
        """Strategies whose exit rules look at every bar; the others' positions only leave on a row that says so."""

    def protect(self, holding: Holding, at: int) -> None:
        """Put stop and target for the whole quantity: the new ones first, then the old ones are cancelled."""
        if holding.stop is not None:
            self._stop(holding, holding.stop, at)
        if holding.targets:
            self._divide(holding, at)
        elif holding.target is not None:
            old = holding.target_order
            holding.target_order = self._desk.protect(holding, "target", "take_profit", holding.target, at)
            if old is not None:
                self._desk.cancel(old, at, "replaced")

    def _divide(self, holding: Holding, at: int) -> None:
        """An order for each part of what is held; those that stay as they are stay."""
        shares = [target.share for target in holding.targets]
        parts = divided(abs(holding.qty), shares, self._desk.instruments[holding.symbol])
        for target, qty in zip(holding.targets, parts, strict=True):
            if target.order is not None and target.qty == qty:
                continue
            old, target.qty, target.order = target.order, qty, None
            if qty and target.price is not None:
                target.order = self._desk.protect(holding, "target", "take_profit", target.price, at, qty)
            if old is not None:
                self._desk.cancel(old, at, "replaced")

    def reached(self, holding: Holding, order: str, qty: Decimal, at: int) -> None:
        """A part left at its target: the stop covers what is left from now on."""
        for target in holding.targets:
            if target.order == order:
                target.qty -= qty
                if target.qty <= ZERO:
                    holding.hit += 1
                    holding.targets = tuple(each for each in holding.targets if each is not target)
                    holding.target = next((each.price for each in holding.targets if each.price is not None), None)
        if holding.stop is not None:
            self._stop(holding, holding.stop, at)

    def _stop(self, holding: Holding, trigger: Decimal, at: int) -> None:
        old = holding.stop_order
        holding.stop_order = self._desk.protect(holding, "stop", "stop", trigger, at)
        if old is not None:
            self._desk.cancel(old, at, "replaced")

    def renew(self, holding: Holding, order: ApprovedOrder, at: int, reason: str) -> None:
        """The venue dropped a protective order: put it again, but leave where it keeps dropping them."""
        leg = order.leg
        holding.renewals += 1
        given_up = holding.renewals > RENEWALS
        text = f"the {leg} of {holding.symbol} is gone ({reason}): "
        text += "the position is closed at market" if given_up else "another one is put in its place"
        self._desk.tell(Trouble(at, "protection_lost", text))
        if given_up:
            self.leave(holding, at, "unprotected")
        elif leg == "stop" and holding.stop is not None:
            holding.stop_order = self._desk.protect(holding, leg, "stop", holding.stop, at)
        elif holding.targets:
            for target in holding.targets:
                target.order = None if target.order == order.id else target.order
            self._divide(holding, at)
        elif leg == "target" and holding.target is not None:
            holding.target_order = self._desk.protect(holding, leg, "take_profit", holding.target, at)

    def leave(self, holding: Holding, at: int, reason: str, share_percent: int = 100) -> bool:
        """Close (a share of) a position at market. False when an exit is under way already or the gate refuses."""
        if holding.exit_order is not None:
            return False
        if share_percent == 100 and self._desk.state.trading != "HALTED":
            order_id = self._desk.leave(holding, at, reason)
        else:
            order = self._desk.ask(self._exit(holding, at, reason, share_percent))
            if order is None:
                return False
            order_id = order.id
        self._stop_entering(holding, at)
        holding.exit_order = order_id
        holding.exit_reason = reason
        return True

    def _exit(self, holding: Holding, at: int, reason: str, share_percent: int) -> OrderRequest:
        """The wish to close a share of a position."""
        qty = abs(holding.qty)
        if share_percent < 100:
            qty = self._desk.instruments[holding.symbol].amount(qty * share_percent / 100)
        side, strategy, trade = holding.closing_side, holding.strategy, holding.trade
        return OrderRequest(at, holding.symbol, side, "exit", "market", strategy, holding.avg, reason, qty, trade=trade)

    def drop(self, holding: Holding, at: int) -> None:
        """The position is flat: whatever still rests for it goes."""
        for order_id in (holding.stop_order, holding.target_order, holding.exit_order):
            if order_id is not None:
                self._desk.cancel(order_id, at, "flat")
        for target in holding.targets:
            if target.order is not None:
                self._desk.cancel(target.order, at, "flat")
        if self._desk.state.orders:
            self._stop_entering(holding, at)

    def _stop_entering(self, holding: Holding, at: int) -> None:
        """What is left of the entry must not open again what is being closed."""
        for order in [live.order for live in self._desk.state.orders.values() if not live.order.reduce_only]:
            if order.trade == holding.trade:
                self._desk.cancel(order.id, at, "the trade is over")

    def on_bar(self, holding: Holding, plan: StrategyPlan, bar: CandleClosed, row: Row | None) -> None:
        """A bar of the owning strategy has closed: strategy exit, time stop, trailing, break-even; in this order."""
        long, rules = holding.qty_f > 0.0, self._rules[plan.id]
        leaves = row is not None and (row.exit_long if long else row.exit_short)
        if rules.led and (own := rules.led.get(holding.lead)) is not None:
            rules = own
            leaves = row is not None and holding.lead in (row.leave_long if long else row.leave_short)
        if leaves:
            self.leave(holding, bar.at, "signal")
            return
        if rules.time_stop is not None and holding.bars_held >= rules.time_stop:
            self.leave(holding, bar.at, "time_stop")
            return
        follows = rules.trail_scored or rules.trail_percent is not None
        if not follows and rules.break_even_r is None and not rules.break_even_on_target:
            return
        best = max(holding.best, bar.close) if long else min(holding.best or bar.close, bar.close)
        holding.best = best
        self._follow(holding, bar.at, rules, None if row is None else row.trail)

    def _follow(self, holding: Holding, at: int, rules: Exits, distance: float | None) -> None:
        trail, even_r = rules.trail_percent, rules.break_even_r
        long, first = holding.qty > 0, holding.first_stop
        risk = 0.0 if first is None else abs(float(holding.avg - first))
        gained = (holding.best - holding.avg_f) * (1 if long else -1)
        stop = holding.stop
        if (even_r is not None and risk and gained >= even_r * risk) or (rules.break_even_on_target and holding.hit):
            instrument = self._desk.instruments[holding.symbol]
            beyond = (instrument.tick or ZERO) * rules.break_even_ticks
            line = instrument.round_price(holding.avg, "up" if long else "down") + (beyond if long else -beyond)
            stop = tighter(stop, line, long)
        if (trail is not None or distance is not None) and (not risk or gained >= rules.trail_activate_r * risk):
            best, side = exact(holding.best), 1 if long else -1
            line = best - side * exact(distance) if distance is not None else best * (1 - side * exact(trail or 0.0))
            line = self._desk.instruments[holding.symbol].round_price(line, "down" if long else "up")
            stop = tighter(stop, line, long)
        if stop is not None and stop != holding.stop:
            self.move_stop(holding, stop, at)

    def move_stop(self, holding: Holding, stop: Decimal, at: int) -> None:
        """Replace the stop order by one at `stop`."""
        holding.stop = stop
        self._stop(holding, stop, at)
        self._desk.tell(TradeChanged(at, holding.frozen(), "stop"))


def tighter(stop: Decimal | None, line: Decimal, long: bool) -> Decimal:
    """The stop that risks less."""
    if stop is None:
        return line
    return max(stop, line) if long else min(stop, line)
