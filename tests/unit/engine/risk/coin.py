"""Desks whose account is in coin: contracts of 100, so that one is worth 1, 0.8 and 1.25 coin at 100, 125 and 80."""

from decimal import Decimal as D

import msgspec

from engine.model.instrument import Instrument
from engine.model.inverse import Inverse
from engine.plan import Costs
from engine.state import Holding
from tests.desk import FREE, WIDE, Desk

NAMES = ("BTC", "BTC-DATED")
CONTRACT = Instrument("BTC", "BTC", "USD", None, D(1), D(1), inverse=Inverse(D(100)))


def world(cash: str = "10", costs: Costs = FREE, like: Instrument = CONTRACT, /, **settings: str) -> Desk:
    """A desk of two such markets that holds nothing yet; their first bars are at 100."""
    coins = [msgspec.structs.replace(like, symbol=name) for name in NAMES]
    desk = Desk({name: {} for name in NAMES}, settings=WIDE | settings, costs=costs, instruments=coins, cash=cash)
    for name in NAMES:
        desk.bar(100, symbol=name)
    return desk


def hold(desk: Desk, symbol: str, qty: str, avg: str, stop: str | None = None) -> Holding:
    """One more position."""
    line = None if stop is None else D(stop)
    kept = Holding(symbol, f"of {symbol}", "1", 0, D(qty), D(avg), line, None, inverse=Inverse(D(100)))
    kept.qty_f, kept.avg_f, kept.stop_order = float(qty), float(avg), None if stop is None else "s"
    desk.core.state.holdings[symbol] = kept
    return kept
