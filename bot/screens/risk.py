"""The risk screen: each limit with its use, the breakers, and the settings behind them."""

from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.dialogue.presses import (
    AskPause,
    AskReset,
    AskResume,
    ShowEmergency,
    ShowLimit,
    ShowLimits,
    ShowRisk,
    ShowRiskChart,
    ShowTogether,
)
from bot.figures.figures import bar, clip, compact, moment, plain
from bot.outbox.body import Body, Button
from bot.screens.layout import LIGHTS, WIDTH, WORDS, arrows, as_of, key, menu_key, paged, screen, words
from bot.screens.pnl import LABELS, PERIODS
from engine.model.limits import SETTINGS
from engine.model.roles import Role
from engine.model.views import LimitView, RiskView, SettingView

HIGH = Decimal("0.7")
PAGE = 8
TIMES = frozenset(name for name, each in SETTINGS.items() if each.unit == "times" and each.attribute != "sizing_atr")
"""Multiples of equity; their use is shown in percent of it."""
CLOSEST = 3
"""Limits with a button of their own on the screen of all."""


def render(view: RiskView, zone: ZoneInfo, role: Role = Role.ADMIN) -> Body:
    """Use of the limits, and what is tripped."""
    acting = key("Pause entries", AskPause()) if view.state == "ACTIVE" else key("Resume...", AskResume())
    keys = [
        [*([acting] if role >= Role.TRADER else []), key("Limits...", ShowLimits())],
        [
            key("Equity", ShowRiskChart(kind="equity")),
            key("Use over time", ShowRiskChart(kind="use")),
            key("Correlations", ShowTogether()),
        ],
        *_closest(view),
        [key("Refresh", ShowRisk()), key("Emergency", ShowEmergency(), "danger")],
        [menu_key()],
    ]
    return screen(_headline(view), [*_limits(view), *_breakers(view, zone), as_of(view.at, zone)], keys=keys)


def _headline(view: RiskView) -> str:
    """What is tripped or stopped before how much is used; a long name of a breaker is cut, never what it did."""
    tripped = [_spoken(breaker.name) for breaker in view.breakers if breaker.tripped]
    if tripped:
        return f"🟥 Tripped: {', '.join(tripped)}"
    high = sum(limit.used > HIGH for limit in view.limits)
    if view.state != "ACTIVE":
        return f"{LIGHTS[view.state]} {WORDS[view.state]} · {high} of {len(view.limits)} limits above 70%"
    return f"{'🟠' if high else '🛡'} Risk: {high} of {len(view.limits)} limits above 70%"


def _spoken(name: str) -> str:
    """`consecutive losses three_parallel@5m`: the breaker in words, whose it is as it is written."""
    breaker, _, whose = name.partition(" ")
    return f"{breaker.replace('_', ' ')} {whose}".rstrip()


def render_limits(view: RiskView, zone: ZoneInfo, page: int = 0, role: Role = Role.ADMIN) -> Body:
    """The settings: value in force, the environment's where that differs, and how to change one."""
    page, pages, shown = paged(view.settings, page, PAGE)
    rows: list[str] = []
    for setting in shown:
        rows += [
            clip(setting.name.lower(), WIDTH),
            *words(f"{setting.value} · takes {accepted(setting)}", "  ", "    "),
        ]
        if setting.changed:
            rows.append(f"  set in chat; .env has {setting.default}")
    resets = [
        [key(f"Reset {setting.name.lower()}", AskReset(name=setting.name))]
        for setting in shown
        if setting.changed and role >= Role.ADMIN
    ]
    turn = arrows(page, pages, ShowLimits)
    each = [key(clip(SETTINGS[setting.name].label, 20), ShowLimit(name=setting.name)) for setting in shown]
    rows_of_two = [each[at : at + 2] for at in range(0, len(each), 2)]
    keys = [*rows_of_two, *resets, *([turn] if turn else []), [key("Back", ShowRisk()), menu_key()]]
    changed = sum(setting.changed for setting in view.settings)
    headline = f"🛡 Limits · {len(view.settings)} settings · {changed} changed"
    return screen(headline, [*rows, as_of(view.at, zone)], "Press one, or change it: /risk name value", keys)


def accepted(setting: SettingView) -> str:
    """`0.1 to 50 percent`: what a setting takes, without the words that its value makes plain."""
    text = setting.takes.replace("a whole number", "a number").replace("a number from ", "").replace("a number ", "")
    return f"{text} times equity" if setting.name in TIMES else text


def chart_keys(kind: str) -> tuple[tuple[Button, ...], ...]:
    """Under a chart: the same of other periods."""
    return (tuple(key(LABELS[period], ShowRiskChart(kind=kind, period=period)) for period in PERIODS),)


def figure(value: Decimal, unit: str) -> str:
    """A limit or its use in its own unit: `4.2%`, `3`, `1.5x`, `250`; money in short, `64.1k`."""
    if unit == "quote":
        return compact(value)
    ending = {"percent": "%", "times": "x"}.get(unit, "")
    return plain(value, 2 if unit == "times" else 1) + ending


def _limits(view: RiskView) -> Iterator[str]:
    for limit in view.limits:
        yield f"{clip(limit.label, 10):<10} {use(limit):>16} {bar(limit.used)}"
        if limit.note:
            yield from words(limit.note, "  ", "  ")


def _closest(view: RiskView) -> list[list[Button]]:
    """The limits that are used most, as far as they have a setting: what counts is a press away.

    Named as in the list of all settings: on the screen itself `position` and `positions` stand in their rows.
    """
    known = {setting.name for setting in view.settings}
    used = sorted((limit for limit in view.limits if limit.name in known), key=lambda limit: limit.used, reverse=True)
    names = list(dict.fromkeys(limit.name for limit in used))[:CLOSEST]
    found = [key(clip(SETTINGS[name].label, 15), ShowLimit(name=name)) for name in names]
    return [found] if found else []


def use(limit: LimitView) -> str:
    """`4.2 /    6%`: the value and its limit."""
    value = "?" if limit.value is None else figure(limit.value, limit.unit).rstrip("%x")
    return f"{value:>5} / {figure(limit.limit, limit.unit):>6}"


def _breakers(view: RiskView, zone: ZoneInfo) -> Iterator[str]:
    tripped = [breaker for breaker in view.breakers if breaker.tripped]
    if not tripped:
        yield f"{len(view.breakers)} breakers armed · none tripped" if view.breakers else "no breakers"
    for word, breaker in [*(("TRIPPED", one) for one in tripped), *(("STOPPED", one) for one in view.pauses)]:
        since = "" if breaker.since is None else f"since {moment(breaker.since, zone, '%d %b %H:%M')}: "
        yield from words(f"{word} {breaker.name}", "", "  ")
        yield from words(f"{since}{breaker.text}", "  ", "  ")
