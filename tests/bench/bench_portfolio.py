"""Ten symbols x a year of five minutes, five strategies on each, one account: bars of symbols a second; both forms."""

import msgspec
import pytest
from msgspec import structs

from bot.form import MARK
from tests.bench.portfolio import BARS, STRATEGIES, SYMBOLS
from tests.bench.year import Measured, show
from tests.forms.program import COMPILED, told

RUNS = 3
BUDGET_BARS_PER_S = 150_000
"""Of the compiled core, which research takes."""


def best(compiled: bool = False) -> Measured:
    """The fastest of some runs, each in its own process on one thread; the memory is that of the largest."""
    runs = [msgspec.json.decode(told("tests.bench.portfolio", compiled=compiled), type=Measured) for _ in range(RUNS)]
    fastest = structs.replace(min(runs, key=lambda run: run.seconds), peak_mb=max(run.peak_mb for run in runs))
    assert fastest.compiled is compiled, "another core ran than was to be measured"
    form = "compiled" if compiled else "plain"
    show(
        f"\n{len(SYMBOLS)} symbols x {BARS:,} 5m bars x {len(STRATEGIES)} strategies, {form}: "
        f"{fastest.seconds:.2f} s ({fastest.cpu:.2f} s of CPU), {fastest.bars / fastest.seconds:,.0f} bars/s, "
        f"{fastest.trades:,} trades, {fastest.denied:,} denied, peak {fastest.peak_mb:.0f} MB"
    )
    return fastest


@pytest.fixture(scope="module")
def plain() -> Measured:
    return best()


def test_ten_symbols_and_five_strategies_trade_all_year(plain: Measured) -> None:
    assert plain.bars == len(SYMBOLS) * BARS
    assert plain.trades >= 50_000, "about 57,000 trades are what the budget is for"
    assert plain.denied >= 200_000, "and as many wishes that come to nothing"


def test_compiled_they_run_150_000_bars_a_second_and_give_the_same_trades_and_equity(plain: Measured) -> None:
    if not (COMPILED / MARK).is_file():
        show("\n*** LEFT OUT: the compiled core is not there (make compiled says why) ***")
        pytest.skip("the compiled core is not there")
    run = best(compiled=True)
    show(f"compiled it is {plain.seconds / run.seconds:.2f} times as fast")
    assert (run.trades, run.denied, run.answer) == (plain.trades, plain.denied, plain.answer)
    assert run.bars / run.seconds >= BUDGET_BARS_PER_S
