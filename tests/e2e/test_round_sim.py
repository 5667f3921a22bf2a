"""A round trip on the spot markets of an exchange: from its rules and thinned quotes to the tables, over restarts."""

import asyncio
from decimal import Decimal as D
from pathlib import Path
from typing import cast

from pydantic import SecretStr

from bot.desk.running import Reached, market_room
from bot.settings import Settings
from engine.feeds.exchange import ExchangeFeed, Options
from engine.feeds.tops import Tops
from engine.model.limits import RiskLimits, with_settings
from engine.plan import Costs, Plan, StrategyPlan
from engine.venues.api import Market, PublicApi, Top
from engine.venues.markets import TICK_SIZE
from storage.db import FILE, Database
from strategies.base import build
from strategies.triangular import Params
from tests.desk import WIDE
from tests.journaled import asked
from tests.rounds import CROSS, ETH, SOL, STEPS, tops
from tests.scripted import START


class Silent:
    """An exchange that has said all it has to say of its markets."""

    id, precisionMode, calls_closed, counts_trades = "spots", TICK_SIZE, False, False  # noqa: N815


def market(symbol: str) -> Market:
    """As ccxt describes it."""
    base, quote = symbol.split("/")
    return {
        "id": base + quote,
        "symbol": symbol,
        "base": base,
        "quote": quote,
        "type": "spot",
        "active": True,
        "spot": True,
        "swap": False,
        "linear": None,
        "inverse": None,
        "contractSize": None,
        "taker": 0.00075,
        "maker": 0.00075,
        "precision": {"price": 0.000001, "amount": float(STEPS[symbol])},
        "limits": {"amount": {"min": float(STEPS[symbol])}, "cost": {"min": 5.0 if quote == "USDT" else 0.002}},
    }


async def life(folder: Path, arrivals: dict[int, tuple[str, ...]]) -> list[tuple[str, D]]:
    """A desk that starts, gets these quotes at these times, and is gone without a word; gives what it held."""
    database = Database.open(folder)
    feed = ExchangeFeed(cast(PublicApi, Silent()), [market(symbol) for symbol in (CROSS, SOL, ETH)], Options())
    plan = Plan(
        (StrategyPlan("triangular", build("triangular"), Params(share=0.06), "1m", ()),),
        with_settings(RiskLimits(), WIDE),
        Costs(listed=True),
    )
    limits, url = RiskLimits(), "http://127.0.0.1:9"
    names = (CROSS, SOL, ETH)
    settings = Settings(
        "SIM", SecretStr("1:x"), {}, url, "UTC", "INFO", "spots", url, names, (), ("triangular",), folder, limits
    )
    room = await market_room(settings, plan, database, Reached(feed, [], {}))
    now = 0
    thinned, turning = Tops(lambda: START + now), asyncio.create_task(room.runner.run())
    for now, symbols in arrivals.items():
        for quote in (tops(now)[symbol] for symbol in symbols):
            top: Top = {"bid": quote.bid, "ask": quote.ask, "bidVolume": quote.bid_qty, "askVolume": quote.ask_qty}
            thinned.seen(quote.symbol, top)
        for quote in thinned.take():
            room.runner.post(quote)
    await room.runner.idle()
    held = [(symbol, holding.qty) for symbol, holding in room.runner.core.state.holdings.items()]
    turning.cancel()
    await asyncio.gather(turning, return_exceptions=True)
    await database.close()
    return held


async def test_a_round_goes_on_where_each_life_of_the_desk_ended(tmp_path: Path) -> None:
    """600 of 10,000 USDT: the printed cycle, sold at 150.10."""
    assert await life(tmp_path, {1000: (CROSS,), 1150: (SOL,), 1400: (ETH,)}) == []
    assert await life(tmp_path, {2500: (ETH,)}) == [(ETH, D("0.241618650"))]
    assert await life(tmp_path, {2600: (CROSS,)}) == [(SOL, D("4.0069925"))]
    assert await life(tmp_path, {2900: (SOL,)}) == []
    assert asked(tmp_path / FILE, "SELECT trade, symbol, pnl, reason FROM trade") == [
        ("002", SOL, "0.89546455", "round_trip")
    ]
    legs = asked(tmp_path / FILE, "SELECT leg, symbol, side, qty, state FROM intent ORDER BY rowid")
    assert legs == [
        ("entry", ETH, "buy", "0.2418", "filled"),
        ("cross", CROSS, "buy", "4.01", "filled"),
        ("exit", SOL, "sell", "4.006", "filled"),
    ]
    assert asked(tmp_path / FILE, "SELECT count(*) FROM position") == [0]
    fees = asked(tmp_path / FILE, "SELECT symbol, fee FROM fill ORDER BY at, rowid")
    assert fees == [(ETH, "0.44996562"), (CROSS, "0.000180901125"), (SOL, "0.45097545")], "0.2412015 ETH x 0.00075"
