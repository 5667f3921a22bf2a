"""A backtest in chat: what to run, how far it is, what came of it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.backtests.trial import LeftOut, Request
from bot.dialogue.presses import ChooseTrial, ShowBacktest, StartTrial, StopTrial
from bot.dialogue.symbols import sign
from bot.figures.currency import told, unit
from bot.figures.figures import bar, base, clip, moment, money, percent, plain, signed, tight
from bot.outbox.body import Body
from bot.screens.layout import key, menu_key, pair, screen, words
from engine.model.member import Member
from engine.model.result import Result

STRATEGIES = 24
"""Offered at once."""
SYMBOLS = 40
LEFT_OUT = 8
"""Symbols that are listed as left out."""
PARTS = 6
"""Symbols that the card lists."""


def render_choice(
    member: Member, symbols: Sequence[str], left_out: LeftOut, period: str, at: int, zone: ZoneInfo
) -> Body:
    """What will be run."""
    rows = [
        f"strategy  {clip(member.id, 26)}",
        f"candles   {member.timeframe}",
        *words(" ".join(base(symbol) for symbol in symbols), "symbols   ", "          "),
        *_left_out(left_out),
        f"period    {_period(period)}",
        f"until     {moment(at, zone, '%d %b %H:%M %Z')}",
        "costs     as this desk's",
    ]
    keys = [
        [key(label, ShowBacktest(what=label.lower())) for label in ("Strategy", "Symbols", "Period")],
        [key("Run", StartTrial(), "primary"), menu_key()],
    ]
    return screen("🧪 Backtest: choose, then Run", rows, keys=keys)


def render_strategies(own: Sequence[str], more: Sequence[str], chosen: str) -> Body:
    """Which strategy: those of the desk, then the others there are."""
    offered = [*own, *(one for one in more if one not in own)][:STRATEGIES]
    row = [key(_marked(one, one == chosen), ChooseTrial(what="strategy", value=one)) for one in offered]
    rows = words(f"The first {len(own)} are on this desk, and are tried with its parameters.")
    return screen("🧪 Which strategy?", rows, keys=[*_by(row, 2), [key("Back", ShowBacktest())]])


def render_symbols(symbols: Sequence[str], chosen: Sequence[str]) -> Body:
    """Which symbols: each can be turned on and off."""
    row = [
        key(_marked(base(one), one in chosen), ChooseTrial(what="symbol", value=sign(one))) for one in symbols[:SYMBOLS]
    ]
    every = key("All", ChooseTrial(what="symbol", value="all"))
    keys = [*_by(row, 4), [every, key("Done", ShowBacktest())]]
    return screen(f"🧪 Which symbols? {len(chosen)} of {len(symbols)}", [], keys=keys)


def render_periods(periods: Sequence[str], chosen: str) -> Body:
    """How far back."""
    row = [key(_marked(one, one == chosen), ChooseTrial(what="period", value=one)) for one in periods]
    return screen("🧪 How far back?", [], keys=[row, [key("Back", ShowBacktest())]])


def render_progress(request: Request, done: int, total: int) -> Body:
    """How far it is; edited as it goes on."""
    share = Decimal(done) / total if total else Decimal(0)
    rows = [
        _what(request),
        *_left_out(request.left_out),
        f"{bar(share, 24)} {100 * share:4.0f}%" if total else "reading candles…",
        *([f"{done:,} of {total:,} bars"] if total else []),
    ]
    stop = key("Stop", StopTrial(), "danger")
    return screen(f"⏳ Backtest {request.member.id}", rows, keys=[[stop]])


def render_stopped(why: str) -> Body:
    """It ended without a result."""
    keys = [[key("Choose again", ShowBacktest()), menu_key()]]
    return screen("⚪ Backtest without a result", words(why), keys=keys)


def render_result(request: Request, result: Result, zone: ZoneInfo) -> Body:
    """The key figures, fit for the caption of the equity curve."""
    light = "🔴" if result.profit < 0 else "🟢"
    head = f"{light} {request.member.id} {percent(result.profit_percent / 100)} ({signed(result.profit)}{unit()})"
    rows = [*_figures(result, zone), *_parts(result), *_left_out(request.left_out), *_times(result, zone)]
    return screen(head, rows, keys=[[key("Choose again", ShowBacktest()), menu_key()]])


def _figures(result: Result, zone: ZoneInfo) -> Iterator[str]:
    won = f"{100 * result.win_rate:.0f}% won" if result.win_rate is not None else "none closed"
    yield f"trades {len(result.trades)} · {won} · exposed {result.exposure_percent:.0f}%"
    yield from pair("drawdn", f"{result.max_drawdown_percent:.2f}%", "equity", money(result.final_equity))
    yield from pair("PF", _ratio(result.profit_factor), "exp", _money(result.expectancy))
    yield from pair("Sharpe", _ratio(result.sharpe), "Sortno", _ratio(result.sortino))
    yield from pair("Calmar", _ratio(result.calmar), "CAGR", _ratio(result.cagr_percent, "%"))
    yield f"fees {tight(-result.fees, 10)} · funding {tight(result.funding, 9)}"
    if result.states and result.states[-1].after != "ACTIVE":
        last = result.states[-1]
        yield from words(f"{last.after.lower()} since {moment(last.at, zone, '%d %b %H:%M')}: {last.reason}", "", " ")
    refused = sum(result.denied.values())
    if refused:
        most = max(result.denied, key=lambda code: result.denied[code])
        yield f"refused {refused}, most {clip(most.replace('_', ' '), 18)}"


def _parts(result: Result) -> Iterator[str]:
    if len(result.by_symbol) < 2:
        return
    yield f"{'pair':<8}{'trades':>8}{'won':>7}{told().name:>11}"
    for part in result.by_symbol[:PARTS]:
        won = "n/a" if part.win_rate is None else f"{100 * part.win_rate:.0f}%"
        yield f"{clip(base(part.name), 7):<8}{part.trades:>8}{won:>7}{tight(part.profit, 10):>11}"


def _times(result: Result, zone: ZoneInfo) -> Iterator[str]:
    form = "%d %b %H:%M"
    yield f"{moment(result.start, zone, form)} to {moment(result.end, zone, form)}"
    yield f"{result.bars:,} bars in {result.run_seconds:.1f} s"


def _left_out(of: LeftOut) -> Iterator[str]:
    for symbols, head, why in ((of.unnamed, "left out", "not in the file"), (of.absent, "missing", "not on this desk")):
        if symbols:
            named = " ".join(base(symbol) for symbol in symbols[:LEFT_OUT])
            more = f" and {len(symbols) - LEFT_OUT} more" if len(symbols) > LEFT_OUT else ""
            yield from words(f"{named}{more}, {why}", f"{head:<10}", "          ")


def _ratio(value: float | None, unit: str = "") -> str:
    return "n/a" if value is None else f"{value:,.2f}{unit}" if abs(value) < 100_000 else f"{value:.1e}{unit}"


def _money(value: Decimal | None) -> str:
    return "n/a" if value is None else signed(value)


def _what(request: Request) -> str:
    names = " ".join(base(instrument.symbol) for instrument in request.instruments)
    days = "all there is" if request.period is None else f"{plain(Decimal(request.period) / 86_400_000, 0)}d"
    return f"{clip(names, 24)} · {days}"


def _period(period: str) -> str:
    return "all there is" if period == "all" else f"last {period}"


def _marked(label: str, chosen: bool) -> str:
    return f"✓ {label}" if chosen else label


def _by[Item](items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
