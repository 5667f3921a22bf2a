"""Scalping on the imbalance of the book (strategies.md section 11); its arithmetic is `strategies.microprice`."""

from collections.abc import Sequence

import msgspec

from engine.model.market import TIMEFRAMES, Timeframe
from engine.model.messages import Quote
from engine.model.orders import Side
from engine.model.quoting import View, Wish
from strategies.microprice import SAMPLES, Params, Seen, Setup, book, decide
from strategies.quoting import QuotingStrategy, entry, leave

APART_MS = 100
"""Samples are at least this far apart."""
SILENT_MS = 60_000
"""Without a quote for so long nobody watches the book."""


class Samples(msgspec.Struct, frozen=True):
    """Imbalances of the newest books, the last one last, and when that was seen."""

    at: int
    obi: tuple[float, ...]


class Scalping(QuotingStrategy[Params]):
    """Goes with the side that is heavier in the order book, for a minute at most.

    Signal: obi is (bid - ask)/(bid + ask) of the quantities at the best prices, o its mean over the last 5 quotes at
    least 100 ms apart, flow the imbalance of the takers of the last 10 s, and the micro-price leans to the side with
    less quantity. Long when o is at least 0.40 (`obi`), the micro-price above the middle, flow at least 0.20
    (`flow`), the spread at most 2 bps (`spread_bps`), and the target exceeds spread and both fees by at least 1 bps
    (`edge_bps`); short mirrored.

    Stop and target: 8 bps (`stop_bps`) and 12 bps (`target_bps`) from the price that is taken.

    Exit: stop, target, or 60 s (`time_stop`).

    Score: 100 (0.5 lin(|o|, 0.40, 0.90) + 0.3 lin(2 - spread in bps, 0, 2) + 0.2 lin(|flow|, 0.2, 0.8)).

    Needs: quotes with quantities, and every trade of the last 10 s. The demo's market has them, and exchanges that
    stream both; a file of candles has not.

    Reason codes: `imbalance`; it enters nothing for `needs_quotes`, `bad_book`, `incomplete_flow`, `warming_up`,
    `weak_imbalance`, `micro_price`, `weak_flow`, `wide_spread`, `edge_below_cost`.
    """

    name = "scalping"
    timeframes: tuple[Timeframe, ...] = ("1m",)
    accepts = TIMEFRAMES
    params_type = Params
    memory_type = Samples
    reads_quotes = True

    def on_event(self, view: View, params: Params) -> Sequence[Wish]:
        """Look at each quote: leave when the time is over, enter when the book says so."""
        symbol, quote = view.symbols[0], view.event
        if not isinstance(quote, Quote):
            newest = view.quote(symbol)
            if newest is None or view.at - newest.at > SILENT_MS:
                view.abstain("needs_quotes")
            return []
        now = book([(quote.bid, quote.bid_qty)], [(quote.ask, quote.ask_qty)])
        samples = view.memory if isinstance(view.memory, Samples) else Samples(0, ())
        if now is not None and quote.at - samples.at >= APART_MS:
            samples = view.memory = Samples(quote.at, (*samples.obi, now.obi)[-SAMPLES:])
        position = view.position(symbol)
        if position is not None:
            late = quote.at - position.opened_at >= 1000 * params.time_stop
            return leave(view, symbol, "time_stop") if late else []
        if not view.entering or view.orders(symbol):
            return []
        fees = float(2 * view.fee(symbol))
        said = decide(Seen(now, view.at - quote.at, samples.obi, quote.flow, fees), params)
        if isinstance(said, str):
            view.abstain(said)
            return []
        return [_enter(view, symbol, said)]


def _enter(view: View, symbol: str, found: Setup) -> Wish:
    """The setup on the tick, stop and target rounded towards entry."""
    instrument, long = view.instrument(symbol), found.direction == "long"
    side: Side = "buy" if long else "sell"
    return entry(
        view,
        symbol,
        side,
        instrument.price(found.entry),
        instrument.price(found.stop, "up" if long else "down"),
        "imbalance",
        target=instrument.price(found.target, "down" if long else "up"),
        score=found.score,
    )


strategy = Scalping()
