"""Whatever the numbers are, every screen fits a phone and Telegram, shows signs and no exponent."""

import re
from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.figures.figures import columns
from bot.news.story import of_position
from bot.outbox.body import Body, units
from bot.people.preferences import MATTERS, Loudness, Matter, Preferences
from bot.screens import (
    closing,
    confirm,
    menu,
    notice,
    notifications,
    pnl,
    position,
    positions,
    risk,
    schedule,
    status,
    strategies,
    trade,
    trades,
)
from engine.model.account import Account, Position
from engine.model.facts import Denied, Trouble
from engine.model.views import DayRow, LimitView, PositionView
from tests.unit.bot import pictures

BERLIN = ZoneInfo("Europe/Berlin")
EXPONENT = re.compile(r"\d[eE][+-]?\d")
NOISE = re.compile(r"\.\d{15,}")

money = st.decimals("-1e13", "1e13", allow_nan=False, allow_infinity=False, places=8)
amounts = st.decimals("1e-10", "1e12", allow_nan=False, allow_infinity=False)
fractions = st.decimals("-50", "50", allow_nan=False, allow_infinity=False)
bases = st.one_of(
    st.sampled_from(["BTC", "1000000MOG", "币安人生", "🚀MOON"]), st.text("ABCXYZ19", min_size=1, max_size=14)
)


@st.composite
def position_views(draw: st.DrawFn) -> PositionView:
    return pictures.position(
        draw(bases),
        str(draw(st.integers(1, 10**9))),
        direction=draw(st.sampled_from(["long", "short"])),
        qty=draw(amounts),
        avg=draw(amounts),
        mark=draw(amounts),
        notional=draw(amounts),
        leverage=draw(st.decimals("0", "50", places=3)),
        pnl=draw(money),
        pnl_percent=draw(fractions),
        stop=draw(st.none() | amounts),
        target=draw(st.none() | amounts),
        risk=draw(st.none() | amounts),
        fees=draw(money),
        funding=draw(money),
        opened_at=draw(st.integers(0, pictures.NOW)),
    )


def fits(body: Body) -> None:
    """The rules of every screen: 40 columns in line 1, 36 in the block, 4096 units, 64 bytes, plain numbers."""
    first, *_ = body.text.splitlines()
    assert columns(first) <= 40, first
    for row in blocks(body):
        assert columns(row) <= 36, row
    assert units(body.text) <= 4096
    assert not EXPONENT.search(body.text.replace("🚀", ""))
    assert not NOISE.search(body.text)
    for button in (button for row in body.buttons for button in row):
        assert 1 <= len(button.data.encode()) <= 64


def blocks(body: Body) -> Iterator[str]:
    """Rows inside Pre. Offsets are UTF-16 units, two bytes each."""
    raw = body.text.encode("utf-16-le")
    for entity in body.entities:
        start, length = entity["offset"], entity["length"]
        assert isinstance(start, int)
        assert isinstance(length, int)
        yield from raw[2 * start : 2 * (start + length)].decode("utf-16-le").splitlines()


@given(st.lists(position_views(), max_size=20), money, money, st.integers(0, 9), st.text(max_size=80))
def test_the_screens_of_the_account(
    views: list[PositionView], equity: Decimal, day: Decimal, page: int, reason: str
) -> None:
    account = Account(equity, equity, equity, equity, equity, Decimal(0))
    view = pictures.status(
        positions=tuple(views), account=account, day_pnl=day, day_base=equity, state="HALTED", state_reason=reason
    )
    fits(status.render(view, BERLIN))
    fits(menu.render(view, BERLIN))
    fits(menu.render_emergency(view, BERLIN))
    fits(positions.render(view, BERLIN, page))
    fits(confirm.render(confirm.close_all(view), "A" * 16, "#F7Q"))
    fits(confirm.render(confirm.resume(view), "A" * 16, "#F7Q", "Things changed since you were asked."))


@given(position_views())
def test_the_card_and_the_questions_about_a_position(view: PositionView) -> None:
    fits(position.render(view, pictures.NOW, BERLIN))
    fits(confirm.render(confirm.close(view, 50, "SIM"), "A" * 16, "#F7Q"))


@given(position_views())
def test_the_result_of_a_card_shows_its_sign(view: PositionView) -> None:
    headline = position.render(view, pictures.NOW, BERLIN).text.splitlines()[0]
    if abs(view.pnl) >= Decimal("0.01") and "(" in headline and "…" not in headline:
        assert f"({'-' if view.pnl < 0 else '+'}" in headline


@given(st.lists(money, min_size=1, max_size=60), money, money, st.sampled_from(pnl.PERIODS), st.booleans())
def test_results(days: list[Decimal], start: Decimal, end: Decimal, period: str, pairs: bool) -> None:
    rows = tuple(DayRow(f"2025-{1 + n // 28:02}-{1 + n % 28:02}", value, n) for n, value in enumerate(days))
    by_symbol = tuple((f"COIN{n}/USDT", value, n) for n, value in enumerate(days))
    worst = pictures.trade(1, "-1", pnl=min(days), symbol="1000000MOG/USDT")
    view = pictures.pnl(
        period, equity_start=start, equity_end=end, days=rows, by_symbol=by_symbol, realised=end, fees=start,
        funding=end, expectancy=start, best=worst, worst=worst,
    )  # fmt: skip
    fits(pnl.render(view, BERLIN, pairs))
    fits(trades.render([worst] * 40, 30, pictures.NOW, BERLIN))
    course = closing.Course(10**6, 10**6, unanswered=True)
    fits(closing.render_flat([worst] * 40, 10**9, {worst.symbol: course}))
    fits(closing.render_progress([worst] * 20, ["1000000MOG/USDT"] * 40, {"1000000MOG/USDT": course}))


@given(st.lists(st.tuples(st.text("abc xyz", min_size=1, max_size=30), amounts, amounts), max_size=12))
def test_limits(rows: list[tuple[str, Decimal, Decimal]]) -> None:
    units_of = ["percent", "count", "times", "quote"]
    limits = tuple(LimitView(n, n, a if i % 3 else None, b, units_of[i % 4], n) for i, (n, a, b) in enumerate(rows))
    fits(risk.render(pictures.risk(limits=limits), BERLIN))
    fits(risk.render_limits(pictures.risk(limits=limits), BERLIN))
    fits(strategies.render([pictures.strategy("a" * 40)] * 9, pictures.NOW, BERLIN))


@given(bases, amounts, amounts, st.text(st.characters(exclude_categories=("Nd", "Cs")), max_size=200))
def test_pushes_name_the_pair_within_32_characters(base: str, qty: Decimal, avg: Decimal, text: str) -> None:
    held = Position(f"{base}/USDT", "long", qty, avg, "razor", "17", pictures.NOW, avg, None)
    story = of_position(held, BERLIN)
    closed = pictures.trade(symbol=f"{base}/USDT")
    denied = Denied(pictures.NOW, f"{base}/USDT", "razor", "entry", "max_positions", text)
    for body in (
        trade.push_opened(story, held),
        trade.push_stop(story, held),
        trade.push_closed(closed),
        trade.push_rejected(story, "stop", text),
        notice.render_denied([denied], 3),
    ):
        fits(body)
        assert base[:3] in body.text[:32]
    assert "+2.46% +24.60" in trade.push_closed(closed).text[:32]
    fits(trade.render_open(story, held))
    fits(notice.render_trouble(Trouble(pictures.NOW, "illegal_transition", text)))


@given(
    st.dictionaries(st.sampled_from(MATTERS), st.sampled_from(["rings", "silent", "off"])),
    st.none() | st.tuples(st.integers(0, 23), st.integers(0, 23)),
    st.sampled_from([0, 500, 999_999]),
)
def test_the_settings_of_a_person_fit(
    loud: dict[Matter, Loudness], quiet: tuple[int, int] | None, smallest: int
) -> None:
    wishes = Preferences(loud, quiet, Decimal(smallest), 23)
    for render in (notifications.render, notifications.render_quiet, schedule.render):
        fits(render(wishes, pictures.NOW, ZoneInfo("America/Argentina/ComodRivadavia")))
