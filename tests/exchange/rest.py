"""The public REST of the emulated exchange: paths, parameters and answers of binance USD-M and, under /dapi, COIN-M."""

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


def _coin_klines(market: Market, query: Query) -> object:
    """Of no more than 200 days, and of too many the newest."""
    if int(query.get("endTime", market.now)) - int(query.get("startTime", market.now)) > 200 * DAY:
        raise Refused(400, -4088, "Maximum time interval is 200 days.")
    found = _klines(market, {**query, "limit": "1500"})
    assert isinstance(found, list)
    return [row for row in found if row[0] <= int(query.get("endTime", market.now))][-int(query.get("limit", 500)) :]


def _days(market: Market, book: Book, since: int) -> object:
    """Sixty days that move by up to a percent around the price of now, and the one that is still open."""
    today = market.now - market.now % DAY
    rows = []
    for back in range(60, -1, -1):
        opened, price = today - back * DAY, book.price * (1 + (back * 7 % 21 - 10) / 1000)
        minute = Minute(opened, price, price, price, price, 10.0, 4.0, book.contract.turnover(price, 10.0), 5)
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


def _coin_premium(market: Market, query: Query) -> object:
    return [_index(market, _book(market, query))] if "symbol" in query else _premium(market, query)


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


BOTH: dict[str, Callable[[Market, Query], object]] = {
    "ping": lambda market, query: {},
    "time": lambda market, query: {"serverTime": market.now},
    "exchangeInfo": _info,
    "klines": _klines,
    "depth": _depth,
    "ticker/24hr": _ticker,
    "premiumIndex": _premium,
    "fundingRate": _funding,
    "trades": _trades,
    "aggTrades": _aggregated,
}
PATHS = {f"/fapi/v1/{name}": answered for name, answered in BOTH.items()} | {
    f"/dapi/v1/{name}": answered
    for name, answered in (BOTH | {"klines": _coin_klines, "premiumIndex": _coin_premium}).items()
}
