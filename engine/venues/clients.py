"""Makes ccxt.pro instances: which exchanges, with what options, at which address."""

import asyncio
import importlib
import importlib.util
from difflib import get_close_matches
from typing import Any, cast
from urllib.parse import urlsplit

from engine.model.errors import BadInput
from engine.venues.api import PublicApi
from engine.venues.guard import Guard

EXCHANGES = (
    "binancecoinm",
    "binanceusdm",
    "bitfinex",
    "bitget",
    "bitstamp",
    "bybit",
    "coinbase",
    "deribit",
    "gate",
    "htx",
    "kraken",
    "krakenfutures",
    "kucoin",
    "kucoinfutures",
    "mexc",
    "okx",
    "phemex",
)
"""Ids as ccxt.pro spells them."""
KEEP_ALIVE_MS = 15_000
"""Ping interval; a socket without pongs is given up after three of them (ccxt's default: up to 540 s)."""
TIMEOUT_MS = 10_000


def check_exchange(exchange_id: str) -> str:
    """The id, or BadInput with one sentence."""
    if exchange_id in EXCHANGES:
        return exchange_id
    if exchange_id == "bitmex":
        raise BadInput("The exchange bitmex has closed and ccxt no longer has it; choose another one.")
    near = get_close_matches(exchange_id.lower(), EXCHANGES, 3, 0.4) or EXCHANGES
    raise BadInput(f"There is no exchange {exchange_id!r}; the nearest are {', '.join(near)}.")


async def public_client(exchange_id: str, url: str | None = None) -> PublicApi:
    """An instance without keys for public data; ccxt is imported in a thread because that takes seconds.

    With `url` every address keeps its path and changes its host: a loopback exchange.
    """
    check_exchange(exchange_id)
    if url is not None:
        _check_url(url)
    pro = await asyncio.to_thread(importlib.import_module, "ccxt.pro")
    quirk = await asyncio.to_thread(_quirk, exchange_id)
    bases: tuple[type, ...] = (*((quirk,) if quirk else ()), getattr(pro, exchange_id))
    kind = type(exchange_id, (Guard, *((Redirected,) if url else ()), *bases), _flags(quirk))
    exchange = kind(
        {
            "enableRateLimit": True,
            "timeout": TIMEOUT_MS,
            "options": {"fetchCurrencies": False},
            "streaming": {"keepAlive": KEEP_ALIVE_MS},
        }
    )
    if url is not None:
        exchange.redirect(url)
    return cast(PublicApi, exchange)


class Redirected:
    """Mixed in when every address is another host's; errors are still told by the production address."""

    def redirect(self, url: str) -> None:
        """Replace scheme and host of every REST and WebSocket address."""
        http = url.rstrip("/")
        self.urls: dict[str, Any] = {**self.urls, "api": _moved(self.urls["api"], http)}
        self._loopback = http

    def get_exceptions_by_url(self, url: str | None, exact_or_broad: str) -> dict[str, type[Exception]]:
        """ccxt's error table (binance picks it by the production address)."""
        production = getattr(self, "production", "")
        if url is not None and production:
            url = url.replace(f"{self._loopback}/", production)
        table: dict[str, type[Exception]] = super().get_exceptions_by_url(url, exact_or_broad)  # type: ignore[misc]
        return table


def _moved(value: Any, http: str) -> Any:
    """The same tree of addresses on another host; {hostname} templates go with the host."""
    if isinstance(value, dict):
        return {key: _moved(inner, http) for key, inner in value.items()}
    if not isinstance(value, str) or "://" not in value:
        return value
    scheme, rest = value.split("://", 1)
    path = rest.partition("/")[2]
    base = "ws" + http.removeprefix("http") if scheme.startswith("ws") else http
    return f"{base}/{path}" if path else base


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise BadInput(f"EXCHANGE_URL is {url!r}, but it takes http://host:port without a path.")


def _quirk(exchange_id: str) -> type | None:
    """What is special about this exchange: `engine/venues/quirks/<id>.py`, where there is one."""
    name = f"engine.venues.quirks.{exchange_id}"
    if importlib.util.find_spec(name) is None:
        return None
    quirk: type = importlib.import_module(name).Quirk
    return quirk


def _flags(quirk: type | None) -> dict[str, object]:
    """Flags of the quirk, which stands behind the Guard that has their defaults."""
    names = ("calls_closed", "counts_trades")
    return {name: getattr(quirk, name) for name in names if hasattr(quirk, name)}
