"""Why a trade was opened, or refused: the signal, each rule of the gate, and what followed."""

from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.body import Body
from bot.figures import base, clip, plain, price, signed, tight
from bot.presses import ShowPositions
from bot.screens.layout import as_of, key, menu_key, pair, screen, words
from engine.model.facts import Decided, RuleResult, Signal
from engine.model.views import WhyView

CHECKS = 12
RULES = 20


def render(view: WhyView, zone: ZoneInfo) -> Body:
    """The decision record, then the trade that came of it."""
    decided = view.decided
    light = "✅" if decided.verdict.startswith("approved") else "⛔"
    headline = f"{light} {base(decided.symbol)} {decided.leg} {decided.verdict} · {decided.strategy}"
    rows = [*words(decided.text), *_signal(decided.signal), *_rules(decided), *_outcome(view)]
    keys = [[key("Positions", ShowPositions()), menu_key()]]
    return screen(headline, [*rows, as_of(decided.at, zone)], keys=keys)


def _signal(signal: Signal | None) -> Iterator[str]:
    if signal is None:
        return
    yield f"{signal.signal} {signal.score:+.0f} · {clip(signal.reason, 24)}"
    if signal.entry is not None and signal.stop_loss is not None:
        yield from pair("entry", price(signal.entry), "stop", price(signal.stop_loss))
    for check in signal.checks[:CHECKS]:
        text = "n/a" if check.value is None else f"{check.value:.4f}".rstrip("0").rstrip(".")
        yield f"{'+' if check.met else '-'} {clip(check.name, 20):<20} {clip(text, 12):>12}"


def _rules(decided: Decided) -> Iterator[str]:
    failed = [rule for rule in decided.rules if not rule.passed]
    yield f"gate {len(decided.rules) - len(failed)} of {len(decided.rules)} rules passed"
    for rule in (*failed, *(rule for rule in decided.rules if rule.passed))[:RULES]:
        yield _rule(rule)


def _rule(rule: RuleResult) -> str:
    use = _figure(rule.value) if rule.limit is None else f"{_figure(rule.value)} / {_figure(rule.limit)}"
    return f"{'+' if rule.passed else '-'} {clip(rule.rule, 18):<18} {clip(use, 15):>15}"


def _figure(value: Decimal | None) -> str:
    return "n/a" if value is None else plain(value, 4)


def _outcome(view: WhyView) -> Iterator[str]:
    trade = view.trade
    if trade is None:
        return
    yield from pair("in", price(trade.entry_price), "out", price(trade.exit_price))
    risked = f" · {signed(trade.pnl / trade.initial_risk, 1)}R" if trade.initial_risk else ""
    yield f"ended by {trade.reason} {tight(trade.pnl, 10)}{risked}"
