"""Charts are PNGs of a size that Telegram takes and a phone shows sharp."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.figures import charts
from engine.model.history import Together
from engine.model.views import DayRow
from tests.unit.bot import pictures

UTC = ZoneInfo("UTC")


def size(png: bytes) -> tuple[int, int]:
    """Width and height, from the header chunk that begins every PNG."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


async def test_the_equity_chart_is_drawn_for_a_phone() -> None:
    png = await charts.draw_equity(pictures.pnl().equity_curve, UTC, "Equity")
    assert size(png) == (1080, 810)
    assert len(png) < 1_000_000


@pytest.mark.parametrize("equity", ["0", "-5", "10000"])
def test_an_account_that_never_moved_or_is_gone_can_be_drawn(equity: str) -> None:
    curve = [(pictures.NOW + hour * pictures.HOUR, Decimal(equity)) for hour in range(3)]
    assert size(charts.equity(curve, UTC, "Equity")) == (1080, 810)


@pytest.mark.parametrize("count", [1, 7, 40])
async def test_days_are_bars(count: int) -> None:
    days = [DayRow(f"2025-05-{1 + n % 28:02}", Decimal(n % 5 - 2), n) for n in range(count)]
    assert size(await charts.draw_days(days, "Days")) == (1080, 810)


async def test_the_use_of_limits_is_drawn_with_its_gaps() -> None:
    assert size(await charts.draw_use(pictures.history(), UTC, "Use")) == (1080, 810)


def test_use_is_in_percent_of_the_limit_and_a_gap_where_nothing_was_measured() -> None:
    history = pictures.history(count=7)
    drawn = charts.use_of(history)
    assert drawn["leverage"][:5] == [0, 20, 40, 60, 80]  # 0 to 4 times equity of 5
    assert [value != value for value in drawn["heat"]] == [True] * 5 + [False] * 2
    assert drawn["heat"][6] == pytest.approx(10)  # 0.6 % of 6 %
    assert drawn["VaR"][6] == pytest.approx(6)  # 0.3 % of 5 %


@pytest.mark.parametrize("count", [2, 12, 50])
async def test_correlations_are_a_map(count: int) -> None:
    matrix = tuple(tuple(1.0 if row == column else 0.5 for column in range(count)) for row in range(count))
    found = Together(tuple(f"COIN{n}" for n in range(count)), matrix)
    assert size(await charts.draw_together(found, "Correlations")) == (1080, 810)


def test_a_chart_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="over 1 points, takes at least 2"):
        charts.use(pictures.history(count=1), UTC, "Use")
    with pytest.raises(ValueError, match="correlations of 1, takes at least 2"):
        charts.correlations(Together(("BTC",), ((1.0,),)), "Correlations")
    with pytest.raises(ValueError, match="takes at least 2"):
        charts.equity([(0, Decimal(1))], UTC, "Equity")
    with pytest.raises(ValueError, match="takes at least 1"):
        charts.daily([], "Days")
