"""binanceusdm: what its candles say and ccxt drops (the closing flag, the taker side, the last trade id); the pace of
its books."""

from collections import deque
from typing import Any

from engine.venues.klines import Kline

KEPT = 8
"""Closed minutes remembered for each symbol."""


class Quirk:
    """Mixed in before ccxt.pro.binanceusdm."""

    calls_closed = True
    counts_trades = True
    production = "https://fapi.binance.com/"
    """Address by which ccxt picks its table of errors."""
    final_klines: dict[str, deque[Kline]]

    def describe(self) -> Any:
        """Changes of a book come twice a second in place of ten times: depth is looked at less often than that."""
        return self.deep_extend(super().describe(), {"options": {"watchOrderBookRate": "500"}})  # type: ignore[misc, attr-defined]

    def parse_ohlcv(self, ohlcv: Any, market: Any = None) -> list[float | None]:
        """A REST row with the taker's buys as a seventh number."""
        row: list[float | None] = super().parse_ohlcv(ohlcv, market)  # type: ignore[misc]
        if isinstance(ohlcv, list) and len(ohlcv) > 9:
            row.append(float(ohlcv[9]))
        return row

    def handle_ohlcv(self, client: Any, message: Any) -> None:
        """Note a 1m row that the exchange called closed before those who wait for it are woken."""
        row = message["k"]
        if row["x"] and row["i"] == "1m":
            symbol: str = self.safe_symbol(row["s"], None, None, "contract")  # type: ignore[attr-defined]
            self.final_klines.setdefault(symbol, deque(maxlen=KEPT)).append(
                Kline(
                    int(row["t"]),
                    float(row["o"]),
                    float(row["h"]),
                    float(row["l"]),
                    float(row["c"]),
                    float(row["v"]),
                    taker_buy=float(row["V"]),
                    last_trade=int(row["L"]),
                    final=True,
                )
            )
        super().handle_ohlcv(client, message)  # type: ignore[misc]
