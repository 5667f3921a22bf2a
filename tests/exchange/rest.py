"""The public REST of the emulated exchange: paths, parameters and answers of binance USD-M."""

from collections.abc import Callable, Mapping

from tests.exchange.market import Book, Market, Minute

DAY = 86_400_000
Query = Mapping[str, str]


class Refused(Exception):
    """An answer with an error code of the exchange."""

    def __init__(self, status: int, code: int, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


def answer(market: Market, path: str, query: Query) -> object:
    """The body for a GET of `path`, Refused for what the exchange refuses."""
    handler = PATHS.get(path)
    if handler is None:
        raise Refused(404, -5000, f"Path {path} is not here")
    return handler(market, query)


def _book(market: Market, query: Query) -> Book:
    if (book := market.books.get(query.get("symbol", ""))) is None:
        raise Refused(400, -1121, "Invalid symbol.")
    return book


def _info(market: Market, query: Query) -> object:
    symbols = [book.contract.info() for book in market.books.values()]
    return {"timezone": "UTC", "serverTime": market.now, "rateLimits": [], "assets": [], "symbols": symbols}


def _klines(market: Market, query: Query) -> object:
    if query.get("interval") == "1d":
        return _days(market, _book(market, query), int(query.get("startTime", 0)))
    if query.get("interval") != "1m":
        raise Refused(400, -1120, "Invalid interval.")
    since, until = int(query.get("startTime", 0)), int(query.get("endTime", market.now))
    limit = min(int(query.get("limit", 500)), 1_500)
    book = _book(market, query)
    found = [book.minutes[at].row() for at in sorted(book.minutes) if since <= at <= until]
    return found[:limit] if "startTime" in query else found[-limit:]


def _days(market: Market, book: Book, since: int) -> object:
    """Sixty days that move by up to a percent around the price of now, and the one that is still open."""
    today = market.now - market.now % DAY
    rows = []
    for back in range(60, -1, -1):
        opened, price = today - back * DAY, book.price * (1 + (back * 7 % 21 - 10) / 1000)
        minute = Minute(opened, price, price, price, price, 10.0, 4.0, 10 * price, 5)
        rows += [minute.row()] if opened >= since else []
    return rows


def _depth(market: Market, query: Query) -> object:
    book = _book(market, query)
    return {"lastUpdateId": book.revision, "E": market.now, "T": market.now, **book.levels()}


def _ticker(market: Market, query: Query) -> object:
    book = _book(market, query)
    price = repr(book.price)
    prices = dict.fromkeys(("lastPrice", "openPrice", "highPrice", "lowPrice", "weightedAvgPrice"), price)
    sums = {"volume": "1", "quoteVolume": price, "priceChange": "0", "priceChangePercent": "0", "lastQty": "1"}
    times = {"openTime": market.now - 86_400_000, "closeTime": market.now, "firstId": 1, "lastId": 1, "count": 1}
    return {"symbol": book.contract.id, **prices, **sums, **times}


def _premium(market: Market, query: Query) -> object:
    if "symbol" in query:
        return _index(market, _book(market, query))
    return [_index(market, book) for book in market.books.values()]


def _index(market: Market, book: Book) -> dict[str, object]:
    price = repr(book.price)
    prices = {"markPrice": price, "indexPrice": price, "estimatedSettlePrice": price}
    rates = {"lastFundingRate": "0.00010000", "interestRate": "0.00010000", "nextFundingTime": market.next_funding}
    return {"symbol": book.contract.id, **prices, **rates, "time": market.now}


def _funding(market: Market, query: Query) -> object:
    since = int(query.get("startTime", 0))
    settled = [entry for entry in _book(market, query).funding if int(str(entry["fundingTime"])) >= since]
    return settled[: int(query.get("limit", 100))]


def _trades(market: Market, query: Query) -> object:
    names = {"id": "t", "price": "p", "qty": "q", "time": "T", "isBuyerMaker": "m"}
    recent = _book(market, query).trades[-int(query.get("limit", 500)) :]
    return [{"quoteQty": "0", **{name: trade[key] for name, key in names.items()}} for trade in recent]


def _aggregated(market: Market, query: Query) -> object:
    recent = _book(market, query).trades[-int(query.get("limit", 500)) :]
    return [{"a": t["t"], "f": t["t"], "l": t["t"], **{key: t[key] for key in ("p", "q", "T", "m")}} for t in recent]


PATHS: dict[str, Callable[[Market, Query], object]] = {
    "/fapi/v1/ping": lambda market, query: {},
    "/fapi/v1/time": lambda market, query: {"serverTime": market.now},
    "/fapi/v1/exchangeInfo": _info,
    "/fapi/v1/klines": _klines,
    "/fapi/v1/depth": _depth,
    "/fapi/v1/ticker/24hr": _ticker,
    "/fapi/v1/premiumIndex": _premium,
    "/fapi/v1/fundingRate": _funding,
    "/fapi/v1/trades": _trades,
    "/fapi/v1/aggTrades": _aggregated,
}
