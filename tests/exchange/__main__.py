"""`python -m tests.exchange`: the emulated exchange by hand, on a seeded synthetic market."""

import argparse
import asyncio
import sys
import time

from engine.feeds.synthetic import SyntheticSource
from tests.exchange.server import running
from tests.exchange.tour import drive, market_of


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--symbols", nargs="+", default=["BTCUSDT", "ETHUSDT"])
    parser.add_argument(
        "--speed", type=float, default=1.0, help="market seconds a wall second; a desk on the wall clock needs 1"
    )
    parser.add_argument("--coin", action="store_true", help="contracts settled in coin, such as BTCUSD_PERP")
    chosen = parser.parse_args()
    source = SyntheticSource(chosen.seed, chosen.symbols, history_minutes=1_500)
    market = market_of(source, time.time_ns() // 1_000_000, chosen.coin)
    async with running(market) as exchange:
        sys.stdout.write(f"EXCHANGE_URL={exchange.url}\n")
        sys.stdout.flush()
        await drive(market, source, chosen.speed)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(130)
