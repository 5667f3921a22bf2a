"""What the strategies say of a symbol: all of them in short, or one in full."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.dialogue.presses import ShowAnalysis
from bot.dialogue.symbols import sign
from bot.figures.figures import base, clip, moment, plain, price
from bot.figures.reasons import in_words
from bot.outbox.body import Body, Button
from bot.screens.layout import as_of, key, menu_key, paged, pair, screen, words
from engine.model.facts import MarketState, Signal, SignalCheck
from engine.model.views import AnalysisView, SignalView

PAGE = 6
"""Strategies to a page: with the picture they have to fit a caption."""
CHECKS = 12
OTHERS = 8
"""Symbols offered beside the one that is shown."""
DRAWING = "⏳ drawing the chart…"
SIDES = {"Long": "🟢", "Short": "🔴", "Neutral": "⚪"}
STATES: dict[MarketState, str] = {
    "BALANCED": "Balanced",
    "IMBALANCED_UP": "Out of Balance, up",
    "IMBALANCED_DOWN": "Out of Balance, down",
    "TRANSITION": "In Transition",
    "UNKNOWN": "unknown, needs a day of minutes",
}


def render(view: AnalysisView, symbols: Sequence[str], zone: ZoneInfo, page: int = 0, *, drawing: bool = False) -> Body:
    """Every running strategy, a page of them; while `drawing`, a line says that the picture is on its way."""
    page, pages, shown = paged(view.signals, page, PAGE)
    rows = [row for one in shown for row in _short(one)] or ["no strategy is on for this symbol"]
    cards = [
        key(clip(one.strategy, 16), ShowAnalysis(symbol=sign(view.symbol), strategy=one.strategy)) for one in shown
    ]
    keys = [
        *(cards[start : start + 3] for start in range(0, len(cards), 3)),
        *_turn(view.symbol, page, pages),
        *_others(view.symbol, symbols),
        [key("Refresh", ShowAnalysis(symbol=sign(view.symbol), page=page)), menu_key()],
    ]
    return screen(_headline(view), [*rows, *_market(view), as_of(view.at, zone)], DRAWING if drawing else "", keys)


def render_card(
    view: AnalysisView, one: SignalView, symbols: Sequence[str], zone: ZoneInfo, *, drawing: bool = False
) -> Body:
    """One strategy in full."""
    keys = [
        *_others(view.symbol, symbols, one.strategy),
        [
            key("Refresh", ShowAnalysis(symbol=sign(view.symbol), strategy=one.strategy)),
            key("All", ShowAnalysis(symbol=sign(view.symbol))),
            menu_key(),
        ],
    ]
    rows = [*_full(one, zone), *_market(view), as_of(view.at, zone)]
    return screen(_title(view.symbol, one), rows, DRAWING if drawing else "", keys)


def render_choice(symbols: Sequence[str], at: int, zone: ZoneInfo) -> Body:
    """Which symbol?"""
    row = [key(base(symbol), ShowAnalysis(symbol=sign(symbol))) for symbol in symbols]
    keys = [*(row[start : start + 4] for start in range(0, len(row), 4)), [menu_key()]]
    rows = [*words("Choose one, or write it: /analyze btc"), as_of(at, zone)]
    return screen(f"🔎 Analyse which of {len(symbols)} symbols?", rows, keys=keys)


def met(checks: Sequence[SignalCheck]) -> str:
    """`3 of 4`; empty for a strategy that has no checks."""
    return f"{sum(check.met for check in checks)} of {len(checks)}" if checks else ""


def check_rows(checks: Sequence[SignalCheck]) -> Iterator[str]:
    """Each check with its value: `+` where it was met."""
    for check in checks[:CHECKS]:
        value = "n/a" if check.value is None else figure(check.value)
        yield f"{'+' if check.met else '-'} {clip(check.name.replace('_', ' '), 20):<20} {clip(value, 12):>12}"
    if len(checks) > CHECKS:
        yield f"and {len(checks) - CHECKS} more"


def figure(value: float) -> str:
    """A value of a check: four significant digits, no exponent."""
    return plain(Decimal(f"{value:.4g}"), 8) if value else "0"


def reward(value: float | None) -> str:
    """Reward over risk."""
    return "n/a" if value is None else f"{value:.2f}"


def _headline(view: AnalysisView) -> str:
    if view.signals and view.signals[0].signal is not None and view.signals[0].signal.score:
        return _title(view.symbol, view.signals[0])
    at = f" · {price(view.price)}" if view.price is not None else ""
    return f"⚪ {base(view.symbol)} no signal{at}"


def _title(symbol: str, one: SignalView) -> str:
    said = one.signal
    if said is None or not said.score:
        return f"⚪ {base(symbol)} no signal · {one.strategy}"
    return f"{SIDES[said.signal]} {base(symbol)} {said.signal.upper()} {100 * said.confidence:.0f} · {one.strategy}"


def _short(one: SignalView) -> Iterator[str]:
    said, name = one.signal, clip(one.strategy, 15)
    if said is None:
        yield f"{name:<16}no bar yet"
        return
    word = f"{said.signal.upper()} {100 * said.confidence:.0f}" if said.score else "-"
    yield f"{name:<16}{word:<10}{met(said.checks):>10}"
    if said.score:
        yield from _levels(said, one.reward)
    yield f" {clip(in_words(said.reason), 35)}"


def _levels(said: Signal, rr: float | None) -> Iterator[str]:
    if said.entry is not None and said.stop_loss is not None:
        yield from pair(" entry", price(said.entry), "stop", price(said.stop_loss))
    target = "none" if said.target is None else price(said.target)
    yield from pair(" to", target, "RR", reward(rr))


def _full(one: SignalView, zone: ZoneInfo) -> Iterator[str]:
    said = one.signal
    if said is None:
        yield f"{one.strategy} no bar yet"
        return
    if not one.on:
        yield "switched off: it does not trade"
    if said.score:
        yield f"{said.signal} · confidence {100 * said.confidence:.0f} of 100"
        yield from _levels(said, one.reward)
    else:
        yield f"Neutral · strength {one.strength:.0f} of 100"
    yield from words(in_words(said.reason), "why    ", "       ")
    yield f"setup  {clip(said.setup or one.strategy, 20)} · {one.timeframe}"
    if said.checks:
        yield f"checks {met(said.checks)} met"
        yield from check_rows(said.checks)
    yield f"bar closed {moment(said.at, zone, '%H:%M')}, valid {(said.valid_until - said.at) // 1000} s"


def _market(view: AnalysisView) -> Iterator[str]:
    yield from words(STATES[view.state], "market ", "       ")
    held = view.position
    if held is not None:
        yield f"open   {held.direction} {plain(held.qty)} @{price(held.avg)}"


def _turn(symbol: str, page: int, pages: int) -> list[list[Button]]:
    if pages <= 1:
        return []
    steps = (("<", max(0, page - 1)), (f"{page + 1}/{pages}", page), (">", min(pages - 1, page + 1)))
    return [[key(label, ShowAnalysis(symbol=sign(symbol), page=to)) for label, to in steps]]


def _others(symbol: str, symbols: Sequence[str], strategy: str = "") -> list[list[Button]]:
    """Buttons of other symbols, the nearest in the list: there may be more than fit."""
    here = symbols.index(symbol) if symbol in symbols else 0
    first = max(0, min(here - OTHERS // 2, len(symbols) - OTHERS - 1))
    near = [one for one in symbols[first : first + OTHERS + 1] if one != symbol]
    row = [key(base(one), ShowAnalysis(symbol=sign(one), strategy=strategy)) for one in near]
    return [row[start : start + 4] for start in range(0, len(row), 4)]
