"""The simulated venue: one set of rules for backtest, demo and SIM (architecture.md section 7). Pure and exact.

Bars: a market order given at the close of bar i fills at the open of bar i+1, half the spread plus slippage against
it. Triggers fill where they are touched, or at the open when the bar opens beyond them; of a stop and a target inside
one bar the stop comes first. A limit order fills, as maker, once price trades strictly through it.
Quotes: the first one at or after decision plus latency, on the side that is taken.
"""

from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from math import inf
from typing import Final

import msgspec

from engine.margin import bankruptcy, liquidation
from engine.model.instrument import Instrument
from engine.model.inverse import worth
from engine.model.market import MINUTE_MS
from engine.model.messages import (
    BracketsChanged,
    CandleClosed,
    Event,
    FundingSettled,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFact,
    OrderFilled,
    Quote,
)
from engine.model.money import ONE, ZERO, exact, shadow
from engine.model.orders import ApprovedOrder, Side
from engine.model.settlement import inverse_of
from engine.model.tick import rounded
from engine.plan import Costs
from engine.simulation.exchange import Exchange
from engine.simulation.resting import ABOVE, BELOW, meeting, nearer, quoted, rested
from engine.simulation.venue import Resting, SimPosition, SimState

NOTHING: Final[Iterator[OrderFact]] = iter(())
"""The answer to an event that touches no order."""
NO_ORDERS: Final[dict[str, Resting]] = {}
EVERYTHING = (inf, -inf)
"""The band of a symbol of which every bar matters: an order waits for the next open."""
AFTER_CLOSE_MS: Final = 1000
"""A decision made so soon after a close is one of that close: the minute's Timer comes a second after it."""


class SimBroker:
    """Takes approved orders, answers with order facts. `leverage` is that of isolated margin.

    It takes every order and cancels every order it is asked to; it need not say so to a desk that knows.
    """

    def __init__(
        self,
        instruments: dict[str, Instrument],
        costs: Costs,
        leverage: Decimal,
        state: SimState | None = None,
        acknowledges: bool = True,
    ) -> None:
        self._instruments = instruments
        self._costs = costs
        self._leverage = leverage
        priced = {symbol: costs.of(instrument) for symbol, instrument in instruments.items()}
        self._taker = {symbol: each.fee for symbol, each in priced.items()}
        self._maker = {symbol: each.maker for symbol, each in priced.items()}
        self._inverse = inverse_of(instruments)
        self._against = costs.against
        self._acknowledges = acknowledges
        self.state = state or SimState()
        self._orders, self._positions, self._last = self.state.orders, self.state.positions, self.state.last
        self._exchange = Exchange(instruments, costs.against, self._positions, self._move)
        self._dealt = self._exchange.markets
        self.facts: deque[OrderFact] = deque()
        """Answers that are ready: acceptances and cancellations."""
        self._volume: Decimal | None = None
        """What is left to be filled of the bar in hand, None without participation."""
        self._bounds: dict[str, tuple[float, float] | None] = {}
        self.touched: set[str] = set()
        """Symbols of which the band may be another one since somebody cleared this."""
        self._near: dict[str, tuple[float, float] | None] = {}

    def submit(self, order: ApprovedOrder, at: int) -> None:
        """Take an order."""
        symbol = order.symbol
        resting = self._orders.get(symbol)
        if resting is None:
            resting = self._orders[symbol] = {}
        resting[order.id] = rested(order, at)
        self._bounds[symbol] = EVERYTHING if order.type == "market" else None
        self.touched.add(symbol)
        if self._acknowledges:
            self.facts.append(OrderAccepted(at, order.id))

    def cancel(self, order_id: str, symbol: str, at: int) -> None:
        """Forget an order, if it is still there."""
        if self._remove(order_id, symbol) and self._acknowledges:
            self.facts.append(OrderCanceled(at, order_id, "canceled"))

    def react(self, event: Event) -> Iterator[OrderFact]:
        """What a market event does to the orders here, one fact at a time; the caller answers each before the next."""
        if type(event) is CandleClosed:
            symbol, close = event.symbol, event.close
            if 0.0 < close < inf:
                self._last[symbol] = close
            bounds = self._bounds.get(symbol) or self.band(symbol)
            return NOTHING if bounds[0] < event.low and event.high < bounds[1] else self._bar(event)
        if type(event) is Quote:
            if not 0.0 < event.bid <= event.ask < inf:
                return NOTHING
            if self.cares(event.symbol):
                self.state.quoted_at[event.symbol] = event.at - event.at % MINUTE_MS
                return self._quote(event)
        if type(event) is FundingSettled:
            self._funding(event)
        if type(event) is BracketsChanged:
            self._rebracketed(event)
        return NOTHING

    def band(self, symbol: str) -> tuple[float, float]:
        """A bar above the one price and below the other touches nothing here; never wrong on the safe side."""
        bounds = self._bounds.get(symbol)
        if bounds is None:
            bounds = self._bounds[symbol] = self._watched(symbol)
        return bounds

    def passed(self, symbol: str, close: float) -> None:
        """Bars touched nothing; the last one closed here."""
        self._last[symbol] = close

    def cares(self, symbol: str) -> bool:
        """Whether a quote of this symbol can change anything here; others are not even journaled."""
        return symbol in self._orders or symbol in self._positions

    def _watched(self, symbol: str) -> tuple[float, float]:
        low, high = -inf, inf
        for resting in self._orders.get(symbol, NO_ORDERS).values():
            level = resting.level
            if level is None:
                return EVERYTHING
            if resting.below:
                if level > low:
                    low = level
            elif level < high:
                high = level
        position = self._positions.get(symbol)
        if position is not None:
            if position.qty > ZERO:
                low = max(low, position.near)
            else:
                high = min(high, position.near)
        return low, high

    def _bar(self, bar: CandleClosed) -> Iterator[OrderFact]:
        if self.state.quoted_at.get(bar.symbol, -1) >= bar.open_at:
            return
        symbol, opened, opened_at = bar.symbol, exact(bar.open), bar.open_at
        share = self._costs.participation
        spent: set[str] = set()
        self._volume = exact(bar.volume) * share if share else None
        floor, ceiling = self.band(symbol)
        while floor > ceiling and (market := self._first_market(symbol, opened_at, spent)) is not None:
            spent.add(market.order.id)
            fact = self._take(market, opened, opened_at)
            if fact is not None:
                yield fact
                while self.facts:
                    yield self.facts.popleft()
            floor, ceiling = self.band(symbol)
        if floor < bar.low and bar.high < ceiling:
            return
        high, low = exact(bar.high), exact(bar.low)
        while (touched := self._touched(symbol, opened, high, low, bar.at, spent)) is not None:
            resting, price = touched
            spent.add(resting.order.id)
            fact = self._take(resting, price, opened_at if price == opened else bar.at)
            if fact is not None:
                yield fact
                while self.facts:
                    yield self.facts.popleft()
        yield from self._liquidated(symbol, high, low, bar.at)

    def _first_market(self, symbol: str, opened_at: int, spent: set[str]) -> Resting | None:
        """The next market order that was there when the bar opened; a later one waits for a quote or the next bar."""
        latest = opened_at + AFTER_CLOSE_MS
        for resting in self._orders.get(symbol, NO_ORDERS).values():
            if resting.level is None and resting.since <= latest and resting.order.id not in spent:
                return resting
        return None

    def _touched(
        self, symbol: str, opened: Decimal, high: Decimal, low: Decimal, at: int, spent: set[str]
    ) -> tuple[Resting, Decimal] | None:
        """The order that price meets first: at the open, then stops and limits on the way to them, then the others."""
        best: tuple[int, Resting, Decimal] | None = None
        for resting in self._orders.get(symbol, NO_ORDERS).values():
            order = resting.order
            if order.id in spent or order.type == "market" or (order.type == "limit" and resting.since >= at):
                continue  # nobody knows which way price went after a fill inside the bar: a limit of then waits
            # What was ordered inside this bar came after its open: it meets price at its own level only.
            met = meeting(order, opened if resting.since < at else None, high, low)
            if met is None:
                continue
            if best is None or met[0] < best[0] or (met[0] == best[0] == 1 and nearer(met[1], best[2], opened)):
                best = (met[0], resting, met[1])
        return None if best is None else (best[1], best[2])

    def _take(self, resting: Resting, price: Decimal, at: int) -> OrderFact | None:
        """Fill what can be filled at `price`."""
        order = resting.order
        qty = resting.leaves
        if order.reduce_only:
            position = self._positions.get(order.symbol)
            held = ZERO if position is None else position.qty if order.side == "sell" else -position.qty
            if held <= ZERO:
                if order.leg == "cross":
                    return self._swap(resting, price, at)
                self._remove(order.id, order.symbol)
                return OrderCanceled(at, order.id, "reduce_only")
            if qty > held:
                qty = held
        if self._volume is not None:
            qty = min(qty, self._instruments[order.symbol].amount(self._volume))
            if qty <= 0:
                return None
            self._volume -= qty
        return self._fill(resting, qty, price, at)

    def _swap(self, resting: Resting, price: Decimal, at: int) -> OrderFact | None:
        qty = self._exchange.most(resting, price)
        if qty < resting.leaves:
            self.facts.append(OrderExpired(at, resting.order.id))
        resting.leaves = qty
        if qty:
            return self._fill(resting, qty, price, at)
        self._remove(resting.order.id, resting.order.symbol)
        return self.facts.popleft()

    def _fill(self, resting: Resting, qty: Decimal, price: Decimal, at: int) -> OrderFilled:
        order, state = resting.order, self.state
        symbol, side, maker = order.symbol, order.side, order.type == "limit"
        buys = side == "buy"
        if self._against and not maker:
            price = price * (ONE + self._against if buys else ONE - self._against)
            price = rounded(price, self._instruments[symbol].tick, "up" if buys else "down")
        if qty is resting.leaves:
            self._remove(order.id, symbol)
        else:
            resting.leaves -= qty
        if self._inverse:
            fee = self._moved(symbol, qty if buys else -qty, price) * (self._maker if maker else self._taker)[symbol]
        elif symbol in self._dealt:
            fee = self._exchange.book(order, qty, price, (self._maker if maker else self._taker)[symbol])
        else:
            notional = qty * price
            self._move(symbol, qty if buys else -qty, price, notional)
            fee = notional * (self._maker if maker else self._taker)[symbol]
        state.fills += 1
        return OrderFilled(at, order.id, f"s{state.fills}", symbol, side, qty, price, fee, maker)

    def _move(self, symbol: str, qty: Decimal, price: Decimal, notional: Decimal) -> None:
        position = self._positions.get(symbol)
        self._bounds[symbol] = None
        self.touched.add(symbol)
        if position is None:
            position = SimPosition(qty, price, notional / self._leverage)
            self._positions[symbol] = position
            self._endanger(symbol, position)
            return
        held = position.qty
        after = position.qty = held + qty
        if not after:
            del self._positions[symbol]
            return
        if (held > 0) == (qty > 0):
            position.avg = (held * position.avg + qty * price) / (held + qty)
            position.wallet += notional / self._leverage
        else:
            position.wallet *= max(ZERO, abs(held) - abs(qty)) / abs(held)
        self._endanger(symbol, position)

    def _moved(self, symbol: str, qty: Decimal, price: Decimal) -> Decimal:
        """The same of inverse contracts; gives what they are worth."""
        inverse, before = self._inverse[symbol], self.state.positions.get(symbol)
        held, avg, wallet = (ZERO, ZERO, ZERO) if before is None else (before.qty, before.avg, before.wallet)
        value = abs(qty) * inverse.worth(price)
        self._move(symbol, qty, price, value)
        position = self.state.positions.get(symbol)
        if position is not None and abs(position.qty) > abs(held):
            position.avg = inverse.average(abs(held), avg, abs(qty), price)
            position.wallet = wallet + value / self._leverage
            self._endanger(symbol, position)
        return value

    def _endanger(self, symbol: str, position: SimPosition) -> None:
        """Where the position may be liquidated, now that it has changed.

        One bracket and a wallet as it was opened put that at a share of the entry; it is found exactly when it is near.
        """
        long, shares = position.qty > ZERO, self._shares(symbol)
        if shares is not None and not position.funded:
            position.near = shadow(position.avg) * shares[long]
            return
        price = liquidation(self._instruments[symbol], position.qty, position.avg, position.wallet)
        if price is None:
            position.near = 0.0 if long else inf
        else:
            position.near = float(price) * (ABOVE if long else BELOW)

    def _shares(self, symbol: str) -> tuple[float, float] | None:
        """Where a short and a long of a symbol with one bracket are liquidated, over the entry, on the safe side."""
        if symbol not in self._near:
            tiers, risk = self._instruments[symbol].tiers, float(1 / self._leverage)
            mmr = float(tiers[0].mmr)
            known = (1 + risk) / (1 + mmr) * BELOW, max(0.0, 1 - risk) / (1 - mmr) * ABOVE
            self._near[symbol] = known if len(tiers) == 1 and not tiers[0].cum and not self._inverse else None
        return self._near[symbol]

    def _liquidated(self, symbol: str, high: Decimal, low: Decimal, at: int) -> Iterator[OrderFact]:
        position = self._positions.get(symbol)
        if position is None or (low > position.near if position.qty > ZERO else high < position.near):
            return
        qty, avg, wallet = position.qty, position.avg, position.wallet
        line = liquidation(self._instruments[symbol], qty, avg, wallet)
        if line is None or (low > line if qty > ZERO else high < line):
            return
        inverse = self._inverse.get(symbol)
        price = bankruptcy(qty, avg, wallet, inverse) or line
        self.state.fills += 1
        number = self.state.fills
        notional = abs(qty) * worth(inverse, price)
        self._move(symbol, -qty, price, notional)
        fee = notional * self._taker[symbol]
        side: Side = "sell" if qty > 0 else "buy"
        yield OrderFilled(at, f"autoclose-{number}", f"s{number}", symbol, side, abs(qty), price, fee)
        while self.facts:
            yield self.facts.popleft()

    def _quote(self, quote: Quote) -> Iterator[OrderFact]:
        symbol, bid, ask = quote.symbol, exact(quote.bid), exact(quote.ask)
        self._volume, self._exchange.top = None, quote
        due, spent = quote.at - self._costs.latency_ms, set[str]()
        while (found := quoted(self._orders.get(symbol, NO_ORDERS).values(), bid, ask, due, spent)) is not None:
            spent.add(found[0].order.id)
            fact = self._take(found[0], found[1], quote.at)
            if fact is not None:
                yield fact
                while self.facts:
                    yield self.facts.popleft()
        self._exchange.top = None
        yield from self._liquidated(symbol, ask, bid, quote.at)

    def _funding(self, event: FundingSettled) -> None:
        position = self._positions.get(event.symbol)
        again = event.at <= self.state.funded.get(event.symbol, -1)
        self.state.funded[event.symbol] = event.at
        if position is None or again:
            return
        last = self.state.last.get(event.symbol)
        mark = event.mark if event.mark is not None else position.avg if last is None else exact(last)
        position.wallet -= position.qty * worth(self._inverse.get(event.symbol), mark) * event.rate
        position.funded = True
        self._endanger(event.symbol, position)
        self._bounds[event.symbol] = None
        self.touched.add(event.symbol)

    def _rebracketed(self, event: BracketsChanged) -> None:
        symbol = event.symbol
        if symbol not in self._instruments:
            return
        self._instruments[symbol] = msgspec.structs.replace(self._instruments[symbol], tiers=event.tiers)
        self._near.pop(symbol, None)
        self._bounds[symbol] = None
        self.touched.add(symbol)
        position = self._positions.get(symbol)
        if position is not None:
            self._endanger(symbol, position)

    def _remove(self, order_id: str, symbol: str) -> bool:
        resting = self._orders.get(symbol)
        if resting is None or resting.pop(order_id, None) is None:
            return False
        self._bounds[symbol] = None
        self.touched.add(symbol)
        if not resting:
            del self._orders[symbol]
        return True
