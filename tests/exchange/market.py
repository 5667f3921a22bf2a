"""The emulated exchange's market: trades make minutes, minutes and books make frames.

Time is the market's own (`now`, UTC ms) and moves only when told to; prices and amounts are decimal text on the
wire, as at the exchange.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.exchange.listings import Contract

MINUTE = 60_000
START = 1_767_225_600_000
"""2026-01-01 00:00 UTC."""
FUNDING_MS = 8 * 3_600_000

Frame = Mapping[str, object]
Listener = Callable[[str, Frame], None]
"""Told the name of a stream (btcusdt@kline_1m) and a frame of it."""


@dataclass
class Minute:
    """A candle in the making; `first` and `last` are trade ids, -1 while there was no trade."""

    open_at: int
    price: float
    open: float = 0.0
    high: float = 0.0
    low: float = 0.0
    volume: float = 0.0
    bought: float = 0.0
    turnover: float = 0.0
    count: int = 0
    first: int = -1
    last: int = -1

    def __post_init__(self) -> None:
        self.open = self.open or self.price
        self.high = self.high or self.price
        self.low = self.low or self.price

    def add(self, trade_id: int, price: float, qty: float, taker_sold: bool, turnover: float) -> None:
        if not self.count:
            self.open = self.high = self.low = price
            self.first = trade_id
        self.price = price
        self.high, self.low = max(self.high, price), min(self.low, price)
        self.volume = round(self.volume + qty, 8)
        self.bought = round(self.bought + (0 if taker_sold else qty), 8)
        self.turnover += turnover
        self.count += 1
        self.last = trade_id

    def row(self) -> list[object]:
        """As REST gives it: twelve columns."""
        text = [repr(value) for value in (self.open, self.high, self.low, self.price, self.volume)]
        end = self.open_at + MINUTE - 1
        sums = [repr(self.turnover), self.count, repr(self.bought), repr(self.turnover / 2), "0"]
        return [self.open_at, *text, end, *sums]

    def frame(self, symbol: str, at: int, final: bool) -> Frame:
        """As the kline stream gives it."""
        bar = {
            "t": self.open_at,
            "T": self.open_at + MINUTE - 1,
            "s": symbol,
            "i": "1m",
            "f": self.first,
            "L": self.last,
            "o": repr(self.open),
            "c": repr(self.price),
            "h": repr(self.high),
            "l": repr(self.low),
            "v": repr(self.volume),
            "n": self.count,
            "x": final,
            "q": repr(self.turnover),
            "V": repr(self.bought),
            "Q": "0",
            "B": "0",
        }
        return {"e": "kline", "E": at, "s": symbol, "k": bar}


@dataclass
class Book:
    """One contract: its minutes, trades and quote."""

    contract: Contract
    price: float
    minutes: dict[int, Minute] = field(default_factory=dict)
    trades: list[dict[str, object]] = field(default_factory=list)
    funding: list[dict[str, object]] = field(default_factory=list)
    next_id: int = 1
    updates: int = 0
    revision: int = 1
    """Id of the newest change of its levels."""
    bids: dict[float, float] = field(default_factory=dict)
    asks: dict[float, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bids, self.asks = {self.price - 1: 2.0}, {self.price + 1: 2.0}

    def levels(self) -> dict[str, object]:
        """As REST gives them, the best first."""
        bids, asks = sorted(self.bids.items(), reverse=True), sorted(self.asks.items())
        sides = {"bids": bids, "asks": asks}
        return {name: [[repr(price), repr(qty)] for price, qty in side] for name, side in sides.items()}


class Market:
    """All contracts of the exchange."""

    def __init__(self, contracts: Sequence[Contract], now: int = START, price: float = 100.0) -> None:
        self.now = now
        self.funding_ms = FUNDING_MS
        self.books = {contract.id: Book(contract, price) for contract in contracts}
        self.listeners: list[Listener] = []
        self.withheld: set[int] = set()
        """Opening times of minutes whose last candle frame is not sent: a gap in the stream."""
        for book in self.books.values():
            book.minutes[self._minute] = Minute(self._minute, price)

    @property
    def _minute(self) -> int:
        return self.now - self.now % MINUTE

    def history(self, minutes: int) -> None:
        """Invent so many closed minutes before the present one, each with its own price."""
        for book in self.books.values():
            for back in range(minutes, 0, -1):
                opened = self._minute - back * MINUTE
                price = book.price + back % 7
                sums = (10.0, 4.0, book.contract.turnover(price, 10.0), 5)
                book.minutes[opened] = Minute(opened, price, price, price + 1, price - 1, *sums)

    def trade(self, symbol: str, price: float, qty: float, taker_sold: bool = False) -> None:
        """A trade now: a trade frame and a candle frame."""
        book = self.books[symbol]
        minute = book.minutes[self._minute]
        minute.add(book.next_id, price, qty, taker_sold, book.contract.turnover(price, qty))
        book.price = price
        frame = {
            "e": "trade",
            "E": self.now,
            "T": self.now,
            "s": symbol,
            "t": book.next_id,
            "p": repr(price),
            "q": repr(qty),
            "X": "MARKET",
            "m": taker_sold,
        }
        book.next_id += 1
        book.trades.append(frame)
        self._send(symbol, "trade", frame)
        aggregate = {"e": "aggTrade", "a": frame["t"], "f": frame["t"], "l": frame["t"]}
        self._send(symbol, "aggTrade", {**frame, **aggregate})
        self._send(symbol, "kline_1m", minute.frame(symbol, self.now, False))

    def quote(self, symbol: str, bid: float, ask: float, qty: float = 1.0) -> None:
        """A new best bid and ask."""
        book = self.books[symbol]
        book.updates += 1
        frame = {
            "e": "bookTicker",
            "u": book.updates,
            "s": symbol,
            "b": repr(bid),
            "B": repr(qty),
            "a": repr(ask),
            "A": repr(qty),
            "T": self.now,
            "E": self.now,
        }
        self._send(symbol, "bookTicker", frame)

    def stand(self, symbol: str, bids: Mapping[float, float], asks: Mapping[float, float], lost: bool = False) -> None:
        """These levels and no others stand in the book now, price -> amount. `lost`: nobody is told."""
        book = self.books[symbol]
        changed = [dict.fromkeys(before, 0.0) | dict(now) for before, now in ((book.bids, bids), (book.asks, asks))]
        book.bids, book.asks = dict(bids), dict(asks)
        before, book.revision = book.revision, book.revision + 3
        frame = {
            "e": "depthUpdate",
            "E": self.now,
            "T": self.now,
            "s": symbol,
            "U": before + 1,
            "u": book.revision,
            "pu": before,
            **{name: [[repr(p), repr(q)] for p, q in side.items()] for name, side in zip("ba", changed, strict=True)},
        }
        if not lost:
            self._send(symbol, "depth@500ms", frame)

    def marks(self) -> None:
        """The mark price of every contract, sent each second at the exchange."""
        for symbol, book in self.books.items():
            price = repr(book.price)
            frame = {"e": "markPriceUpdate", "E": self.now, "s": symbol, "p": price, "i": price, "P": price}
            self._send(symbol, "markPrice@1s", {**frame, "r": "0.00010000", "T": self.next_funding})

    def move_to(self, at: int) -> None:
        """Let time pass; minutes that end on the way are closed and told, funding is settled."""
        while self._minute + MINUTE <= at:
            ended = self._minute
            self.now = ended + MINUTE
            for symbol, book in self.books.items():
                minute = book.minutes[ended]
                book.minutes[self.now] = Minute(self.now, minute.price)
                if ended not in self.withheld:
                    self._send(symbol, "kline_1m", minute.frame(symbol, self.now, True))
            if self.now % self.funding_ms == 0:
                self.settle("0.00010000")
        self.now = max(self.now, at)

    def end_minute(self) -> None:
        """Let time pass to the end of the present minute."""
        self.move_to(self._minute + MINUTE)

    def settle(self, rate: str) -> None:
        """Funding of every contract, a few milliseconds late as at the exchange; where it is coin without a mark."""
        for symbol, book in self.books.items():
            entry = {"symbol": symbol, "fundingRate": rate, "fundingTime": self.now + 4}
            book.funding.append(entry if book.contract.worth else {**entry, "markPrice": repr(book.price)})

    @property
    def next_funding(self) -> int:
        """Time of the next settlement."""
        return self.now - self.now % self.funding_ms + self.funding_ms

    def _send(self, symbol: str, channel: str, frame: Frame) -> None:
        for listener in self.listeners:
            listener(f"{symbol.lower()}@{channel}", frame)
