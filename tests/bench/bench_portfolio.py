"""Ten symbols x a year of five minutes, five strategies on each, one account: bars of symbols a second."""

import msgspec

from tests.bench.portfolio import BARS, STRATEGIES, SYMBOLS
from tests.bench.year import Measured, show
from tests.forms.program import told

RUNS = 3
BUDGET_BARS_PER_S = 150_000


def test_ten_symbols_and_five_strategies_run_150_000_bars_a_second() -> None:
    runs = [msgspec.json.decode(told("tests.bench.portfolio"), type=Measured) for _ in range(RUNS)]
    fastest = min(runs, key=lambda run: run.seconds)
    rate = fastest.bars / fastest.seconds
    show(
        f"\n{len(SYMBOLS)} symbols x {BARS:,} 5m bars x {len(STRATEGIES)} strategies: {fastest.seconds:.2f} s "
        f"({fastest.cpu:.2f} s of CPU), {rate:,.0f} bars/s, {fastest.trades:,.0f} trades, "
        f"{fastest.denied:,.0f} denied, peak {fastest.peak_mb:.0f} MB"
    )
    assert fastest.bars == len(SYMBOLS) * BARS
    assert fastest.trades >= 1_000, "enough trades that the account is at work"
    assert rate >= BUDGET_BARS_PER_S
