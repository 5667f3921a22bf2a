"""The periodic reports: one line for an hour, a caption for a day or a week, and the report of everything."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Pre

from bot.dialogue.presses import SendTrades, ShowPnl, ShowStatus
from bot.figures.currency import unit
from bot.figures.figures import base, clip, moment, money, percent, plain, share, signed, span, tight
from bot.news.calendar import Period
from bot.news.results import Results
from bot.outbox.body import Body, Button, body
from bot.screens.layout import HEADLINE, clip_row, key, screen
from bot.screens.pnl import count
from engine.model.account import ClosedTrade
from engine.model.views import PnlView, RiskView, StatusView

TITLES = {"daily": "📅 Day", "weekly": "🗓 Week"}
CENT = Decimal("0.01")
CAPTION = 1024
LATE = "delayed · "


def render_hourly(period: Period, hour: Results, day: Decimal, status: StatusView, zone: ZoneInfo, late: bool) -> Body:
    """One hour: its result, what was closed, whether a person is needed."""
    name = moment(period.start, zone, "%Hh")
    headline = f"🕐 {name} {signed(hour.change)} · day {signed(day)} · {hour.open} open"
    rows = [_closed(trade) for trade in hour.trades[-10:]]
    if len(hour.trades) > 10:
        rows.insert(0, f"{len(hour.trades)} closed, the last 10:")
    rows += [f"drawdown {share(status.drawdown, 1)} · {count(len(hour.trades))}", _needs(status)]
    when = moment(period.end, zone, "%d %b %H:%M %Z")
    rows.append(f"{LATE if late else ''}until {when}")
    return screen(headline, rows, keys=[[key("Status", ShowStatus())]])


def render_period(
    period: Period,
    found: Results,
    status: StatusView,
    zone: ZoneInfo,
    late: bool,
    photo: bytes | None,
    errors: int,
    risk: RiskView | None = None,
) -> Body:
    """A day or a week as the caption of its chart; a week compares strategies and shows the use of limits."""
    name = moment(period.start, zone, "%d %b") if period.kind == "daily" else period.name[5:]
    ratio = found.change / found.start if found.start else Decimal(0)
    headline = f"{TITLES[period.kind]} {name} {signed(found.change)} ({percent(ratio, 1)})"
    rows = [*_money(found), *_best(found)]
    if risk is not None:
        rows += [*_strategies(found), *_limits(risk)]
    until = f"{LATE if late else ''}until {moment(period.end, zone, '%d %b %H:%M %Z')}"
    rows += [f"up {span(status.uptime_ms)} · {errors} errors", _needs(status), until]
    files = [key("CSV", SendTrades(start=period.start, end=period.end))] if found.trades else []
    return _captioned(headline, rows, photo, (*files, *(key(name, ShowPnl(period=name)) for name in ("7d", "30d"))))


def render_final(view: PnlView, status: StatusView, zone: ZoneInfo, photo: bytes | None) -> Body:
    """Everything since the first start."""
    account = status.account
    change = account.equity - account.start
    ratio = change / account.start if account.start else Decimal(0)
    headline = f"🏁 Report {signed(change)} ({percent(ratio, 1)}) · {count(view.trades)}"
    opened = change.quantize(CENT) - view.realised.quantize(CENT)  # so that the two lines add up to the cent
    rows = [
        f"from {moment(view.since, zone, '%d %b %H:%M')} to {moment(view.at, zone, '%d %b %H:%M')}",
        f"equity {money(account.start)} -> {money(account.equity)}{unit()}",
        f"closed {signed(view.realised)} · open {signed(opened)}",
    ]
    if view.trades:
        factor = "n/a" if view.profit_factor is None else f"{view.profit_factor:.2f}"
        won = plain(Decimal(100 * view.wins) / view.trades, 0)
        rows.append(f"win {won}% · PF {factor} · {len(status.positions)} open")
    rows.append(f"fees {signed(-account.fees)} · funding {signed(account.funding)}")
    if view.best and view.worst:
        rows += [f"best  {_closed(view.best)}", f"worst {_closed(view.worst)}"]
    rows.append(_needs(status))
    files = [key("CSV", SendTrades())] if view.trades else []
    return _captioned(headline, rows, photo, (*files, key("PnL", ShowPnl(period="all"))))


def _captioned(headline: str, rows: list[str], photo: bytes | None, keys: Sequence[Button]) -> Body:
    """Headline and block, rows left out from the end of the middle where a caption would be too long."""
    rows = [clip_row(row) for row in rows]
    while len(headline) + sum(len(row) + 1 for row in rows) > CAPTION - 24:
        rows.pop(-3)
    buttons = ((*keys, key("Status", ShowStatus())),)
    return body(clip(headline, HEADLINE), "\n", Pre("\n".join(rows)), buttons=buttons, photo=photo)


def _money(found: Results) -> Iterator[str]:
    yield f"equity {money(found.start)} -> {money(found.end)}{unit()}"
    yield f"deepest fall {share(found.drawdown, 1)} · {found.open} open"
    if found.trades:
        won = plain(Decimal(100 * found.wins) / len(found.trades), 0)
        factor = "n/a" if found.profit_factor is None else plain(found.profit_factor, 2)
        yield f"{count(len(found.trades))} · win {won}% · PF {factor}"
    else:
        yield "no closed trades"
    yield f"fees {signed(-found.fees)} · funding {signed(found.funding)}"


def _best(found: Results) -> Iterator[str]:
    if found.trades:
        ranked = sorted(found.trades, key=lambda trade: trade.pnl)
        yield f"best  {_closed(ranked[-1])}"
        yield f"worst {_closed(ranked[0])}"


def _strategies(found: Results) -> Iterator[str]:
    for name, trades, pnl in found.by_strategy()[:6]:
        yield f"{clip(name, 16):<16}{trades:>6}{tight(pnl, 12):>13}"


def _limits(risk: RiskView) -> Iterator[str]:
    for limit in sorted(risk.limits, key=lambda limit: limit.used, reverse=True)[:3]:
        yield f"{clip(limit.label, 20):<20} {share(limit.used):>6} used"


def _closed(trade: ClosedTrade) -> str:
    letter = "L" if trade.direction == "long" else "S"
    return f"{clip(base(trade.symbol), 6):<6} {letter} {tight(trade.pnl, 9):>9} {clip(trade.reason, 10)}"


def _needs(status: StatusView) -> str:
    if not status.ready:
        return "still starting"
    if status.state != "ACTIVE":
        return clip(f"{status.state}: {status.state_reason}", 36)
    down = [name for name, up in status.links if not up]
    return f"down: {', '.join(down)}" if down else "nothing needs you"
