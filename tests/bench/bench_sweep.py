"""A hundred pairs of averages over a year of minutes (52.56 million bars): seconds, memory, whole backtests only.

`optimise` takes the compiled core where it was made, so the budget is that one's; the plain one is shown beside it.
"""

from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from bot.form import MARK
from engine.backtest.backtest import run
from engine.model.money import plain
from engine.optimise.search import search
from engine.optimise.study import Store, Study, in_folder
from engine.optimise.trial import Bench, Span, placed
from tests.bench.sweep import Swept, sweep
from tests.bench.year import MINUTES, show
from tests.forms.program import COMPILED, told

CORES = 4
BUDGET_S = 9.5
"""The fastest peer (vectorbt); the aim is 6 s."""
BUDGET_MB = 1_000
SHORT = 6 * 1440


def swept(compiled: bool = False) -> Swept:
    """A sweep on all cores, in processes of its own."""
    found = msgspec.json.decode(told("tests.bench.sweep", str(CORES), compiled=compiled), type=Swept)
    assert found.compiled is compiled, "another core ran than was to be measured"
    show(
        f"\n{found.runs} pairs x {MINUTES:,} bars on {CORES} cores{', compiled' if compiled else ''}: "
        f"{found.seconds:.1f} s ({100 * MINUTES / found.seconds / 1e6:.1f} million bars/s, {found.trades:,} trades, "
        f"{found.cpu:.0f} s of CPU), peak {found.peak_mb:.0f} MB in all processes"
    )
    assert found.runs == 100
    assert found.peak_mb < BUDGET_MB
    return found


def test_a_hundred_pairs_over_a_year() -> None:
    read = swept()
    if not (COMPILED / MARK).is_file():
        show("\n*** LEFT OUT: the compiled core is not there (make compiled says why) ***")
        pytest.skip("the compiled core is not there")
    made = swept(compiled=True)
    assert made.answer == read.answer
    assert made.seconds <= BUDGET_S


def test_each_of_them_trades_like_a_single_run(tmp_path: Path) -> None:
    wanted = structs.replace(sweep(2, SHORT), url=in_folder(tmp_path, "sweep"))
    source, bench = wanted.market.whole(), Bench(wanted.market, wanted.plan)
    search(wanted)
    found = Study(Store(wanted.url), wanted.name, wanted.question).scored()
    assert len(found) == 100
    for each in found:
        single = run(source, placed(wanted.plan, each.point))
        assert bench.result(each.point, Span()).trades == single.trades
        assert (each.outcome.trades, each.outcome.final_equity) == (len(single.trades), plain(single.final_equity))
