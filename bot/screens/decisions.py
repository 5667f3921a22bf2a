"""The newest decisions about entries: what was traded, what was refused, and by which rule."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.dialogue.presses import ShowDecisions, ShowTrades, ShowWhy
from bot.figures.figures import base, clip, moment
from bot.outbox.body import Body
from bot.screens.layout import as_of, key, menu_key, screen
from engine.model.views import DecisionView

ROWS = 8


def render(found: Sequence[DecisionView], at: int, zone: ZoneInfo) -> Body:
    """Newest last, a button for each."""
    taken = sum(one.decided.trade is not None for one in found)
    row = [key(f"{number} {_name(one)}", ShowWhy(key=one.key)) for number, one in enumerate(found, 1)]
    keys = [
        *(row[start : start + 4] for start in range(0, len(row), 4)),
        [key("Refresh", ShowDecisions()), key("Trades", ShowTrades(count=10)), menu_key()],
    ]
    headline = f"🔎 last {len(found)} decisions · {taken} taken" if found else "🔎 nothing has been decided yet"
    return screen(headline, [*_rows(found, zone), as_of(at, zone)], "One of them: /why code, /why last", keys)


def _name(one: DecisionView) -> str:
    return f"#{one.decided.trade}" if one.decided.trade else base(one.decided.symbol)


def _rows(found: Sequence[DecisionView], zone: ZoneInfo) -> Iterator[str]:
    if found:
        yield f"{'#':<2}{'at':<6}{'pair':<7}{'trade':<6}verdict"
    for number, one in enumerate(found, 1):
        decided = one.decided
        way = "" if decided.signal is None else decided.signal.signal[:1]
        name = f"#{decided.trade}" if decided.trade else "-"
        verdict = "ok" if decided.verdict == "approved" else decided.verdict.removeprefix("approved_")
        yield (
            f"{number:<2}{moment(decided.at, zone, '%H:%M'):<6}{f'{clip(base(decided.symbol), 4)} {way}':<7}"
            f"{clip(name, 6):<6}{clip(verdict.replace('_', ' '), 15)}"
        )
