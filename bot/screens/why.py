"""Why a trade was opened, or refused: the signal, the size, each rule of the gate, orders, fills, the end."""

from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.dialogue.presses import ShowDecisions, ShowPosition, ShowWhy
from bot.figures.figures import base, clip, compact, moment, plain, price, share, signed, tight
from bot.figures.reasons import in_words
from bot.outbox.body import Body
from bot.screens.analysis import STATES, check_rows, met, reward
from bot.screens.layout import key, menu_key, pair, screen, words
from engine.model.facts import Decided, RuleResult, Signal
from engine.model.orders import OrderState
from engine.model.views import OrderLife, WhyView

RULES = 40
ORDERS = 8
FILLS = 3
FAILED = (OrderState.REJECTED, OrderState.CANCELED, OrderState.EXPIRED)
"""States whose reason says something that the rest of the record does not."""
CAPS = {
    "risk": "the risk of a trade",
    "max_notional": "the most a position may be worth",
    "max_position_pct": "the largest share of equity in one position",
    "max_leverage": "the largest leverage",
    "max_qty": "the amount asked for",
}
"""What decided the quantity (risk.md R1.2)."""


def render(view: WhyView, zone: ZoneInfo, asked: str = "") -> Body:
    """The decision record, then all that came of it; `asked` is the key it was asked for by."""
    decided = view.decided
    light = "✅" if decided.verdict.startswith("approved") else "⛔"
    code = f" #{decided.trade}" if decided.trade else ""
    own = asked or decided.trade or decided.order_id or ""
    headline = f"{light} {base(decided.symbol)} {decided.leg} {decided.verdict.replace('_', ' ')}{code}"
    rows = [
        *words(f"{decided.strategy}: {decided.text}"),
        *_version(view, zone),
        *_signal(decided.signal, zone),
        *_size(view),
        *_rules(decided),
        *_orders(view, zone),
        *_outcome(view, zone),
        f"decided {moment(decided.at, zone, '%d %b %H:%M:%S')} · {own}",
    ]
    card = [key("Card", ShowPosition(trade=decided.trade))] if decided.trade and view.trade is None else []
    refresh = [key("Refresh", ShowWhy(key=own))] if own else []
    return screen(headline, rows, keys=[[*refresh, *card], [key("Decisions", ShowDecisions()), menu_key()]])


def _version(view: WhyView, zone: ZoneInfo) -> Iterator[str]:
    """What its strategy was at that time, and which version held what came of it."""
    if view.version is not None:
        since = moment(view.version.at, zone, "%d %b %H:%M")
        yield from words(f"version of {since}: {view.version.text}", "", "  ")
    if view.trade is not None and view.trade.strategy != view.decided.strategy:
        yield from words(f"held to its end by {view.trade.strategy}", "", "  ")


def _signal(signal: Signal | None, zone: ZoneInfo) -> Iterator[str]:
    if signal is None:
        return
    yield ""
    closed = moment(signal.at, zone, "%H:%M")
    yield f"SIGNAL {signal.signal} {abs(signal.score):.0f} of 100 · {signal.timeframe} {closed}"
    yield from words(in_words(signal.reason))
    if signal.market_state != "UNKNOWN" or signal.state_reason:
        why = f" ({signal.state_reason.replace('_', ' ')})" if signal.state_reason else ""
        yield from words(f"{STATES[signal.market_state]}{why}", "market ", "       ")
    if signal.lead:
        yield from words(f"led by {signal.lead}, whose exits apply")
    if signal.entry is not None and signal.stop_loss is not None:
        yield from pair("entry", price(signal.entry), "stop", price(signal.stop_loss))
        target = "none" if signal.target is None else price(signal.target)
        yield from pair("target", target, "RR", reward(_reward(signal)))
        for portion in signal.targets[1:]:
            yield f"then   {'none' if portion.price is None else price(portion.price)} for {share(portion.share)}"
    if signal.checks:
        yield f"checks {met(signal.checks)} met"
        yield from check_rows(signal.checks)


def _reward(signal: Signal) -> float | None:
    if signal.entry is None or signal.stop_loss is None or signal.target is None or signal.entry == signal.stop_loss:
        return None
    return float(abs(signal.target - signal.entry) / abs(signal.entry - signal.stop_loss))


def _size(view: WhyView) -> Iterator[str]:
    """What the gate made of it: the quantity, what it risks, and the cap that decided."""
    order = next((life.order for life in view.orders if life.order.id == view.decided.order_id), None)
    if order is None or order.reduce_only:
        return
    yield ""
    yield f"SIZE {plain(order.qty)} {base(order.symbol)} · risks {plain(order.reserved_risk, 2)}"
    scaled = "scaled down: " if order.verdict == "approved_scaled" else ""
    yield from words(f"{scaled}{CAPS.get(order.binding, order.binding.replace('_', ' '))} decided", "", " ")


def _rules(decided: Decided) -> Iterator[str]:
    if not decided.rules:
        return
    failed = [rule for rule in decided.rules if not rule.passed]
    yield ""
    yield f"GATE {len(decided.rules) - len(failed)} of {len(decided.rules)} rules passed"
    yield f"  {'rule':<16}{'value':>9}{'limit':>9}"
    for rule in (*failed, *(rule for rule in decided.rules if rule.passed))[:RULES]:
        yield _rule(rule)


def _rule(rule: RuleResult) -> str:
    name = clip(rule.rule.replace("_", " "), 15)
    return f"{'+' if rule.passed else '-'} {name:<16}{_figure(rule.value):>9}{_figure(rule.limit):>9}"


def _figure(value: Decimal | None) -> str:
    """At most eight columns."""
    if value is None:
        return ""
    text = plain(value, 4)
    return text if len(text) <= 8 else compact(value)


def _orders(view: WhyView, zone: ZoneInfo) -> Iterator[str]:
    if not view.orders:
        return
    yield ""
    yield "ORDERS"
    for life in view.orders[:ORDERS]:
        yield from _order(life, zone)
    if len(view.orders) > ORDERS:
        yield f"and {len(view.orders) - ORDERS} more"


def _order(life: OrderLife, zone: ZoneInfo) -> Iterator[str]:
    order = life.order
    level = order.price if order.price is not None else order.trigger
    at = f" @{price(level)}" if level is not None else ""
    yield f"{order.leg:<7}{order.side} {plain(order.qty)} {order.type}{at}"
    why = f" · {life.reason}" if life.state in FAILED and life.reason not in ("", life.state) else ""
    yield f"  {life.state} {moment(life.at, zone, '%H:%M:%S')}{why}"
    for fill in life.fills[:FILLS]:
        yield f"  {plain(fill.qty)} at {price(fill.price)} fee {plain(fill.fee, 4)}"
    if len(life.fills) > FILLS:
        yield f"  and {len(life.fills) - FILLS} more fills"


def _outcome(view: WhyView, zone: ZoneInfo) -> Iterator[str]:
    trade = view.trade
    if trade is None:
        if view.decided.trade and view.decided.leg == "entry" and view.orders:
            filled = any(life.fills for life in view.orders)
            yield "RESULT still open" if filled else "RESULT nothing was filled"
        return
    yield ""
    yield f"RESULT {trade.reason} {moment(trade.exit_at, zone, '%d %b %H:%M')}"
    yield from pair("in", price(trade.entry_price), "out", price(trade.exit_price))
    for part in trade.parts[:FILLS]:
        yield f"  {part.reason} {plain(part.qty)} at {price(part.price)} {moment(part.at, zone, '%H:%M')}"
    if len(trade.parts) > FILLS:
        yield f"  and {len(trade.parts) - FILLS} more parts"
    risked = f" · {signed(trade.pnl / trade.initial_risk, 1)}R" if trade.initial_risk else ""
    yield f"net {tight(trade.pnl, 10)}{risked} · fees {plain(trade.fee, 2)}"
