"""The part of a ccxt.pro exchange that is used here, with types."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Protocol, TypedDict

from engine.venues.klines import Kline

Row = Sequence[float | None]


class Market(TypedDict):
    """What is read of a ccxt market; the rest of it is left alone."""

    id: str
    symbol: str
    base: str
    quote: str
    type: str
    active: bool | None
    spot: bool
    swap: bool
    linear: bool | None
    inverse: bool | None
    contractSize: float | None
    taker: float | None
    maker: float | None
    precision: Mapping[str, float | None]
    limits: Mapping[str, Mapping[str, float | None]]


class Print(TypedDict):
    """A ccxt trade; `amount` in base units, or in contracts on a derivative."""

    id: str | None
    timestamp: int | None
    price: float | None
    amount: float | None
    side: str | None


class Top(TypedDict):
    """A ccxt ticker as far as the best bid and ask go."""

    bid: float | None
    ask: float | None
    bidVolume: float | None
    askVolume: float | None


class Book(TypedDict):
    """A ccxt order book: levels of price and amount (and more, on some exchanges), the best first."""

    bids: list[list[float]]
    asks: list[list[float]]
    nonce: int | None
    timestamp: int | None


class Rate(TypedDict):
    """A funding rate: the coming one (`fundingTimestamp`) or a settled one (`timestamp`)."""

    symbol: str
    fundingRate: float | None
    timestamp: int | None
    fundingTimestamp: int | None
    info: Mapping[str, object]


class PublicApi(Protocol):
    """Public data of one exchange: REST calls, streams, and the caches that the streams fill."""

    id: str
    has: Mapping[str, object]
    timeframes: Mapping[str, object] | None
    markets: Mapping[str, Market]
    precisionMode: int  # noqa: N815
    last_response_headers: Mapping[str, str] | None
    trades: Mapping[str, Sequence[Print]]
    ohlcvs: Mapping[str, Mapping[str, Sequence[Row]]]
    bidsasks: Mapping[str, Top]
    tickers: Mapping[str, Top]
    orderbooks: MutableMapping[str, Book]
    final_klines: Mapping[str, Sequence[Kline]]
    """Newest minutes that the exchange called closed, where it does (`calls_closed`)."""
    calls_closed: bool
    counts_trades: bool
    """Whether trade ids are whole numbers without holes."""
    on_link: Callable[[str, bool], None] | None

    async def load_markets(self) -> object:
        """Fill `markets`."""

    async def fetch_time(self) -> int:
        """The exchange's clock, UTC ms."""

    async def fetch_ohlcv(self, symbol: str, timeframe: str, since: int, limit: int) -> Sequence[Row]:
        """Candle rows from `since` on, oldest first, the forming one too."""

    async def fetch_funding_rate(self, symbol: str) -> Rate:
        """The coming settlement."""

    async def fetch_funding_rate_history(self, symbol: str, since: int, limit: int) -> Sequence[Rate]:
        """Settlements from `since` on."""

    async def watch_ohlcv_for_symbols(self, pairs: Sequence[Sequence[str]]) -> object:
        """Wait for a candle of one of these (symbol, timeframe) pairs."""

    async def watch_ohlcv(self, symbol: str, timeframe: str) -> object:
        """Wait for a candle."""

    async def watch_trades_for_symbols(self, symbols: Sequence[str]) -> object:
        """Wait for a trade of one of these."""

    async def watch_trades(self, symbol: str) -> object:
        """Wait for a trade."""

    async def watch_bids_asks(self, symbols: Sequence[str]) -> object:
        """Wait for a best bid or ask of one of these."""

    async def watch_tickers(self, symbols: Sequence[str]) -> object:
        """Wait for a ticker of one of these."""

    async def watch_order_book_for_symbols(self, symbols: Sequence[str], limit: int | None) -> object:
        """Wait for a change in one of these books; `limit` levels a side, None: as many as the exchange likes."""

    async def watch_order_book(self, symbol: str, limit: int | None) -> object:
        """Wait for a change in a book."""

    async def close(self) -> None:
        """Give up every connection."""

    def redial(self, stream: str, why: str) -> None:
        """Give up the sockets of a stream; whoever waits on them fails at once and dials anew."""
