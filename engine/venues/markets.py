"""ccxt's markets as instruments, and the symbols people write."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches

from engine.model.errors import BadInput
from engine.model.instrument import Instrument
from engine.model.inverse import Inverse
from engine.model.market import TIMEFRAMES
from engine.model.money import ONE, ZERO, exact, plain
from engine.venues.api import Market

TICK_SIZE = 4
"""ccxt's mode in which a precision is a step, not a number of digits."""
FINEST = Decimal("0.00000001")
"""Amount step where an exchange counts significant digits instead (bitfinex)."""
INVERSE = ("binancecoinm", "bybit", "deribit", "okx")
"""Exchanges of whose inverse markets it is known what they count, everywhere (`engine.venues.counting`)."""


def contract_size(market: Market) -> Decimal:
    """What one unit of a trade's or a book's amount counts as: the base units of a linear contract; 1 on spot and of
    an inverse contract, where amounts are contracts (`engine.venues.counting`)."""
    return _decimal(market["contractSize"]) if market["contractSize"] and not market["inverse"] else ONE


def instrument(market: Market, precision_mode: int) -> Instrument:
    """The rules of a market, amounts in base units (inverse: contracts).

    Margin tiers are not public: the default tier stands.
    """
    stepped = precision_mode == TICK_SIZE
    tick, step = market["precision"].get("price"), market["precision"].get("amount")
    size = contract_size(market)
    inverse = Inverse(_decimal(market["contractSize"])) if market["inverse"] and market["contractSize"] else None
    return Instrument(
        market["symbol"],
        market["base"],
        market["quote"],
        tick=_decimal(tick) if stepped and tick else None,
        step=_decimal(step) * size if stepped and step else FINEST,
        min_qty=_least(market, "amount") * size,
        min_notional=ZERO if inverse else _least(market, "cost"),
        tradable=market["active"] is not False,
        spot=bool(market["spot"]),
        inverse=inverse,
        taker=_fee(market.get("taker")),
        maker=_fee(market.get("maker")),
    )


def _fee(value: float | None) -> Decimal | None:
    return None if value is None else _decimal(value)


def _least(market: Market, what: str) -> Decimal:
    value = market["limits"].get(what, {}).get("min")
    return _decimal(value) if value else ZERO


def _decimal(value: float) -> Decimal:
    """The number as the exchange wrote it: ccxt makes 100.0 of 100."""
    return Decimal(plain(exact(value)))


def find_market(markets: Mapping[str, Market], wanted: str, exchange_id: str) -> Market:
    """The market of a unified symbol or of the exchange's own id (its linear perpetual where several share it).

    BadInput names the nearest when there is none, and says so when it is neither spot nor a contract settled in its
    quote or base currency, or an inverse contract where nobody knows what its amounts count.
    """
    market = markets.get(wanted) or _by_id(markets, wanted.upper())
    if market is None:
        names = [*markets, *(market["id"] for market in markets.values())]
        near = get_close_matches(wanted.upper(), names, 3, 0.4) or sorted(markets)[:3]
        raise BadInput(f"{exchange_id} has no symbol {wanted!r}; the nearest are {', '.join(near)}.")
    if not (market["spot"] or market["linear"] or market["inverse"]) or market["type"] == "option":
        raise BadInput(
            f"{market['symbol']} of {exchange_id} is an option or settled in a third currency; "
            "spot and contracts settled in their quote or base currency are accepted."
        )
    if market["inverse"] and exchange_id not in INVERSE:
        raise BadInput(
            f"{market['symbol']} of {exchange_id} is settled in coin, and in what {exchange_id} counts such contracts "
            f"is not known here; they are accepted on {', '.join(INVERSE[:-1])} and {INVERSE[-1]}."
        )
    if market["inverse"] and not (market["contractSize"] or 0) > 0:
        raise BadInput(f"{exchange_id} does not say what a contract of {market['symbol']} is worth; choose another.")
    if market["active"] is False:
        raise BadInput(f"{market['symbol']} is not trading on {exchange_id}; choose another symbol.")
    return market


def _by_id(markets: Mapping[str, Market], wanted: str) -> Market | None:
    found = [market for market in markets.values() if market["id"].upper() == wanted]
    found.sort(key=lambda market: not (market["swap"] and market["linear"]))
    return found[0] if found else None


def check_timeframes(wanted: Sequence[str], offered: Mapping[str, object] | None, exchange_id: str) -> None:
    """BadInput for a timeframe the desk does not make from minutes, or an exchange without minutes."""
    for timeframe in wanted:
        if timeframe not in TIMEFRAMES:
            raise BadInput(f"There is no timeframe {timeframe!r}; there are {', '.join(TIMEFRAMES)}.")
    if "1m" not in (offered or {}):
        raise BadInput(f"{exchange_id} has no 1m candles, of which every timeframe is made.")
