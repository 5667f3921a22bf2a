"""Half of the task in freqtrade: long only, each entry of the same notional, a target of 1 % after fees.

Its exchange class wants the market list of an exchange before a backtest begins; the one market there is here is handed
in, so that nothing is asked of the network.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pandas as pd
from freqtrade.configuration import Configuration
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, RunMode
from freqtrade.exchange import Exchange
from freqtrade.optimize.backtesting import Backtesting
from freqtrade.strategy import IStrategy

from tests.bench.peers.task import CASH, FAST, FEE, SHARE, SLOW, STOP, TARGET, Outcome, measure, minutes, sides

PAIR = "BTC/USDT"
MARKET = {
    "id": "BTCUSDT",
    "symbol": PAIR,
    "base": "BTC",
    "quote": "USDT",
    "active": True,
    "spot": True,
    "swap": False,
    "future": False,
    "type": "spot",
    "contractSize": None,
    "precision": {"amount": 1e-6, "price": 1e-4},
    "limits": {"amount": {"min": None, "max": None}, "cost": {"min": None, "max": None}, "price": {}, "leverage": {}},
    "maker": FEE,
    "taker": FEE,
    "info": {},
}


class Cross(IStrategy):  # type: ignore[misc]
    """Enters at the open after a cross upwards, leaves at the open after one downwards."""

    INTERFACE_VERSION = 3
    timeframe = "1m"
    stoploss = -STOP
    minimal_roi: ClassVar = {"0": TARGET}
    startup_candle_count = 0
    process_only_new_candles = True

    def populate_indicators(self, frame: pd.DataFrame, metadata: Any) -> pd.DataFrame:
        frame["side"] = sides(frame["close"].to_numpy(), [(FAST, SLOW)])[:, 0]
        return frame

    def populate_entry_trend(self, frame: pd.DataFrame, metadata: Any) -> pd.DataFrame:
        frame.loc[frame["side"] > 0, "enter_long"] = 1
        return frame

    def populate_exit_trend(self, frame: pd.DataFrame, metadata: Any) -> pd.DataFrame:
        frame.loc[frame["side"] < 0, "exit_long"] = 1
        return frame


def configuration(place: Path) -> Any:
    """All that a backtest asks for; the strategy is found by scanning this file's folder."""
    written = place / "config.json"
    written.write_text(
        json.dumps(
            {
                "stake_currency": "USDT",
                "stake_amount": CASH * SHARE,
                "dry_run": True,
                "dry_run_wallet": CASH,
                "tradable_balance_ratio": 1.0,
                "max_open_trades": 1,
                "timeframe": "1m",
                "fee": FEE,
                "export": "none",
                "backtest_cache": "none",
                "dataformat_ohlcv": "feather",
                "exchange": {"name": "binance", "pair_whitelist": [PAIR]},
                "pairlists": [{"method": "StaticPairList"}],
                "entry_pricing": {"price_side": "other"},
                "exit_pricing": {"price_side": "other"},
            }
        )
    )
    asked = {
        "config": [str(written)],
        "user_data_dir": str(place),
        "datadir": str(place),
        "strategy": "Cross",
        "strategy_path": str(Path(__file__).parent),
    }
    return Configuration(asked, RunMode.BACKTEST).get_config()


def main() -> None:
    bars = minutes()
    frame = pd.DataFrame({name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")})
    frame.insert(0, "date", pd.to_datetime(bars.ts, unit="ms", utc=True))
    with TemporaryDirectory() as folder:
        place = Path(folder)
        get_datahandler(place, "feather").ohlcv_store(PAIR, "1m", frame, CandleType.SPOT)
        config = configuration(place)
        exchange = Exchange(config, validate=False)
        exchange._markets = {PAIR: MARKET}

        def year() -> Outcome:
            test = Backtesting(config, exchange)
            test.start()
            found = test.results["strategy"]["Cross"]
            return Outcome(int(found["total_trades"]), float(found["final_balance"]))

        measure("freqtrade", len(bars.ts), year)


if __name__ == "__main__":
    main()
