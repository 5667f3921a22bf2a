"""A Source played into the emulated exchange: each of its minutes becomes trades, quotes and candles."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import msgspec

from engine.model.messages import CandleClosed
from engine.ports import Source
from tests.exchange.listings import Contract
from tests.exchange.market import MINUTE, Book, Market, Minute

STEPS = 24
"""Trades a minute and contract."""


def market_of(source: Source, now: int | None = None, coin: bool = False) -> Market:
    """The contracts and the past of a source, moved so that it starts in the minute of `now`; `coin`: settled in it."""
    contracts = [
        Contract(each.base, str(each.tick or "0.01"), "1", worth=100 if each.base == "BTC" else 10)
        if coin
        else Contract(each.base, str(each.tick or "0.01"), str(each.step), str(each.min_notional or 5))
        for each in source.instruments
    ]
    start = source.start if now is None else now - now % MINUTE
    market = Market(contracts, now=source.start if now is None else now)
    for candle in source.history():
        play(market, msgspec.structs.replace(candle, open_at=candle.open_at + start - source.start))
    return market


def book_of(market: Market, symbol: str) -> Book:
    """That of a source's symbol, BTCUSDT or BTC/USDT:USDT, whatever its contract is settled in."""
    name = symbol.replace("/", "").partition(":")[0]
    return market.books.get(name) or market.books[f"{name.removesuffix('T')}_PERP"]


def prints(candle: CandleClosed, worth: int = 0) -> list[tuple[float, float, bool]]:
    """Price, amount and taker side of trades that make this candle: open, the extremes, close.

    Amounts are coin, or whole contracts of so many dollars.
    """
    path = [candle.open, candle.low, candle.high] + [candle.close] * (STEPS - 3)
    share = (candle.taker_buy if candle.taker_buy is not None else candle.volume / 2) / (candle.volume or 1)
    size = round(candle.volume / STEPS * candle.close / worth) if worth else round(candle.volume / STEPS, 8)
    return [(price, size, step / STEPS >= share) for step, price in enumerate(path)] if size > 0 else []


def play(market: Market, candle: CandleClosed) -> None:
    """Put a minute of the past into the market's memory, without frames."""
    book = book_of(market, candle.symbol)
    made = Minute(candle.open_at, candle.open)
    for price, qty, sold in prints(candle, book.contract.worth):
        made.add(book.next_id, price, qty, sold, book.contract.turnover(price, qty))
        book.next_id += 1
    book.minutes[candle.open_at] = made
    book.price = candle.close
    book.minutes[market.now - market.now % MINUTE].price = candle.close


async def drive(market: Market, source: Source, speed: float) -> None:
    """Play the source's 1m candles at `speed` market seconds a wall second."""
    begun, start = asyncio.get_running_loop().time(), market.now
    waiting: list[CandleClosed] = []

    async def due(at: int) -> None:
        """Until the wall has caught up with this time of the market."""
        wait = begun + (at - start) / 1000 / speed - asyncio.get_running_loop().time()
        await asyncio.sleep(max(wait, 0))

    for event in source.events():
        if not isinstance(event, CandleClosed):
            continue
        if waiting and event.at != waiting[0].at:
            await _minute(market, waiting, due)
            waiting.clear()
        waiting.append(event)


async def _minute(market: Market, candles: Iterable[CandleClosed], due: Callable[[int], Awaitable[None]]) -> None:
    """All contracts' trades of one minute, spread over it."""
    listed = [(book_of(market, candle.symbol).contract, candle) for candle in candles]
    tapes = [(contract.id, prints(candle, contract.worth)) for contract, candle in listed]
    start = market.now - market.now % MINUTE
    for step in range(STEPS):
        at = start + (step + 1) * MINUTE // (STEPS + 1)
        await due(at)
        market.move_to(at)
        for symbol, tape in tapes:
            if step < len(tape):
                price, qty, sold = tape[step]
                market.trade(symbol, price, qty, sold)
                market.quote(symbol, price * 0.99995, price * 1.00005)
                market.stand(symbol, {price * 0.99995: 5 * qty}, {price * 1.00005: 5 * qty})
        market.marks()
    await due(start + MINUTE)
    market.move_to(start + MINUTE)
