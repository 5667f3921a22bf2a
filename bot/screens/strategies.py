"""The strategies on disk: which are on, what they have earned, and the card of each."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.dialogue.presses import (
    AskFile,
    AskPromote,
    AskRemove,
    AskSwitch,
    AskUnshadow,
    ChooseTrial,
    ShowAnalysis,
    ShowChange,
    ShowDecisions,
    ShowSettings,
    ShowStrategies,
    ShowStrategy,
)
from bot.figures.currency import told
from bot.figures.figures import clip, plain, signed, tight
from bot.outbox.body import Body, Button
from bot.screens.layout import arrows, as_of, key, menu_key, paged, screen, words
from engine.model.roles import Role
from engine.model.views import ShadowView, StrategyView

PAGE = 8


def render(views: Sequence[StrategyView], at: int, zone: ZoneInfo, page: int = 0) -> Body:
    """A page of the list."""
    page, pages, shown = paged(views, page, PAGE)
    running = sum(view.on for view in views)
    there = sum(view.listed and not view.leaving for view in views)
    total = sum((view.pnl for view in views), Decimal(0))
    cards = [key(view.id, ShowStrategy(strategy=view.id)) for view in shown]
    turn = arrows(page, pages, ShowStrategies)
    keys = [
        *(cards[start : start + 2] for start in range(0, len(cards), 2)),
        *([turn] if turn else []),
        [key("Analyze", ShowAnalysis()), key("Decisions", ShowDecisions())],
        [key("Refresh", ShowStrategies(page=page)), key("Back", ShowSettings())],
    ]
    headline = f"🧭 {running} of {there} strategies on · {signed(total)}"
    return screen(headline, [*_list(shown), as_of(at, zone)], keys=keys)


def render_card(view: StrategyView, at: int, zone: ZoneInfo, role: Role = Role.ADMIN) -> Body:
    """One strategy: switch, evidence, parameters."""
    state = _state(view)
    headline = f"{state} · {view.name} {view.timeframe} · {signed(view.pnl)}"
    keys = [
        *(_keys(view) if role >= Role.TRADER else []),
        [key("Refresh", ShowStrategy(strategy=view.id)), key("Back", ShowStrategies())],
        [*([key("Backtest", ChooseTrial(what="strategy", value=view.id))] if role >= Role.TRADER else []), menu_key()],
    ]
    return screen(headline, [*_card(view), as_of(at, zone)], keys=keys)


def render_change(view: StrategyView) -> Body:
    """How to change it: what to type, with its own parameters as the example."""
    name, value = view.params[0] if view.params else ("", "")
    rows = []
    if view.params:
        rows += words(f"/strategy {view.id} {name}={value}", "", "  ")
        rows += words("changes a parameter; several may stand in one line.")
        rows += words(f"/strategy {view.id} shadow 100 {name}={value}", "", "  ")
        rows += words("scores that version beside it on paper first.")
    rows += words(f"/strategy {view.id} swap OTHER", "", "  ")
    rows += words("puts another strategy in its place.")
    rows += words("At the end keep (as without), close or adopt says what becomes of an open position.")
    return screen(f"🧭 {view.id}: changes", rows, keys=[[key("Back", ShowStrategy(strategy=view.id)), menu_key()]])


def _state(view: StrategyView) -> str:
    if view.leaving:
        return "🟠 leaving"
    if view.paused:
        return "🟠 paused"
    if not view.on:
        return "⚪ off" if view.listed else "⚪ available"
    return "🟡 warming up" if view.warming_up else "🟢 on"


def _keys(view: StrategyView) -> Iterator[list[Button]]:
    """What may be done with it; each asks first."""
    if view.leaving:
        return
    switch = key("Turn off..." if view.on else "Turn on...", AskSwitch(strategy=view.id, on=not view.on))
    yield [switch, key("Change...", ShowChange(strategy=view.id))] if view.listed else [switch]
    if view.newer:
        yield [key("Swap to the new file...", AskFile(strategy=view.id))]
    if view.shadow is not None:
        yield [key("Promote...", AskPromote(strategy=view.id)), key("End shadow...", AskUnshadow(strategy=view.id))]
        if view.held:
            yield [
                key("Promote, close...", AskPromote(strategy=view.id, hand_over="close")),
                key("Promote, adopt...", AskPromote(strategy=view.id, hand_over="adopt")),
            ]
    if view.listed:
        yield [key("Remove...", AskRemove(strategy=view.id))]


def _list(shown: Sequence[StrategyView]) -> Iterator[str]:
    yield f"{'name':<15}{'on':<5}{'trades':>6}{told().name:>10}"
    for view in shown:
        on = ("warm" if view.warming_up else "ON") if view.on else "off" if view.listed else "-"
        on = "exit" if view.leaving else "lost" if view.paused else on
        name = f"{clip(view.id, 12)} !" if view.refusal else clip(view.id, 14)
        yield f"{name:<15}{on:<5}{view.trades:>6}{tight(view.pnl, 9):>10}"
    if any(view.refusal for view in shown):
        yield "! fails its checks, not for LIVE"


def _card(view: StrategyView) -> Iterator[str]:
    won = f"{plain(Decimal(100 * view.wins) / view.trades, 0)}% won" if view.trades else "none closed"
    if view.symbols:
        yield from words(f"on {', '.join(view.symbols)}", "", "   ")
    if view.absent:
        yield from words(f"not on {', '.join(view.absent)}, which this market has not", "", "   ")
    if view.paused:
        yield from words(f"PAUSED after steady losses: {view.paused}. Turn it on to go on; its trades count anew.")
    if view.newer:
        yield from words("Its file has changed; the version before runs on.")
    yield f"trades {view.trades} · {won}"
    yield from words(f"last {view.last_signal or 'no signal yet'}")
    if view.refusal is not None:
        yield from words(f"FAILS, not for LIVE: {view.refusal}" if view.refusal else "its checks passed", "", "  ")
    for name, value in view.params:
        yield f"{clip(name, 20):<20} {value:>12}"
    if view.shadow is not None:
        yield from _shadow(view.shadow)


def _shadow(shadow: ShadowView) -> Iterator[str]:
    """Both versions side by side, since the shadow began."""
    yield ""
    done = "over" if shadow.over else "runs"
    yield f"SHADOW {done} · bar {shadow.bars} of {shadow.wanted}"
    yield from words(shadow.version, "", "  ")
    yield f"{'':<10}{'now':>12}{'shadow':>12}"
    yield f"{'signals':<10}{shadow.old_signals:>12}{shadow.signals:>12}"
    yield f"{'trades':<10}{shadow.old_trades:>12}{shadow.trades:>12}"
    yield f"{'won':<10}{shadow.old_wins:>12}{shadow.wins:>12}"
    yield f"{'net':<10}{tight(shadow.old_pnl, 11):>12}{tight(shadow.pnl, 11):>12}"
    yield f"{'open':<10}{'':>12}{tight(shadow.open_pnl, 11):>12}"
