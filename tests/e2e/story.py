"""A market written as a story, minute by minute, and a strategy that does what the story says.

Prices stand still where the story says nothing. A volume of `BUY` is a signal to buy, one of `LEAVE` to close; the
stop lies 2 % below and 2 % of equity are at risk, so that a position is worth the whole of equity.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

MINUTE_MS = 60_000
BUY, LEAVE, USUAL = 900, 1, 100
RULES: dict[str, Any] = {
    "id": "as-written",
    "instruments": ["BTCUSDT", "ETHUSDT"],
    "timeframe": "1m",
    "direction": "long",
    "entry": {"long": {"type": "compare", "left": {"price": "volume"}, "op": ">=", "right": BUY}},
    "exit": {"long": {"type": "compare", "left": {"price": "volume"}, "op": "<=", "right": LEAVE}},
    "risk": {"mode": "percent", "value": 2},
    "stopLoss": {"type": "percent", "value": 2},
}


class Story:
    """Minutes of BTC and ETH. Moves are shares of the price: -0.05 is a minute that opens 5 % lower and stays there."""

    def __init__(self) -> None:
        self._rows: dict[str, list[str]] = {"BTC": [], "ETH": []}
        self._prices = {"BTC": 100.0, "ETH": 100.0}
        self._at = 0
        self.ends = 0
        """Close of the newest minute (UTC ms)."""

    def on(self, when: str) -> None:
        """Goes on at this time (UTC); nothing is recorded before it."""
        self._at = int(datetime.fromisoformat(f"{when}+00:00").timestamp() * 1000)

    def minute(self, *moves: tuple[str, float], buy: Sequence[str] = (), leave: Sequence[str] = ()) -> None:
        """One minute, with the moves of symbols that do not stand still."""
        moved = dict(moves)
        for symbol, rows in self._rows.items():
            price = self._prices[symbol] = self._prices[symbol] * (1 + moved.get(symbol, 0.0))
            volume = BUY if symbol in buy else LEAVE if symbol in leave else USUAL
            rows.append(f"{self._at},{price!r},{price!r},{price!r},{price!r},{volume}")
        self._at += MINUTE_MS
        self.ends = self._at

    def calm(self, minutes: int) -> None:
        """Minutes that go up and down a little."""
        for number in range(minutes):
            move = 0.0001 if number % 2 else -0.0001
            self.minute(("BTC", move), ("ETH", move))

    def trade(self, symbol: str, move: float) -> None:
        """A position that is bought, moves by so much at once (through its stop, if that lies between) and is left."""
        self.minute(buy=[symbol])
        self.minute()
        self.minute((symbol, move), leave=[symbol])
        self.minute()

    def written(self, folder: Path) -> list[Path]:
        """A recording of each symbol, so far."""
        files = []
        for symbol, rows in self._rows.items():
            files.append(folder / f"{symbol}USDT-1m.csv")
            files[-1].write_text("\n".join(["ts,open,high,low,close,volume", *rows]) + "\n")
        return files


def rules_in(data_dir: Path) -> None:
    """Puts the strategy where a desk finds it."""
    (data_dir / "strategies").mkdir(parents=True)
    (data_dir / "strategies" / "as-written.json").write_text(json.dumps(RULES))
