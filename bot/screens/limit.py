"""One limit: how much of it is used and by what, what it does, its way back, and other values for it."""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal
from zoneinfo import ZoneInfo

from bot.dialogue.presses import AskLimit, AskReset, ShowLimit, ShowLimits, ShowRisk
from bot.figures.figures import bar, clip, moment, plain, tight
from bot.outbox.body import Body, Button
from bot.screens.layout import WIDTH, as_of, key, menu_key, screen, words
from bot.screens.risk import accepted, figure, use
from engine.model.errors import BadSetting
from engine.model.limits import SETTINGS
from engine.model.roles import Role
from engine.model.setting import Choice, Count, Number, Switch
from engine.model.views import BreakerView, PartView, RiskView, SettingView

SHOWN = 10
STEPS = (Decimal("0.5"), Decimal("0.75"), Decimal("1.25"), Decimal("1.5"))
"""Other values that a press can choose, as multiples of the one in force."""
SHORT = Context(prec=2, rounding=ROUND_HALF_EVEN)
BREAKERS = {
    "MAX_DAILY_LOSS_PERCENT": ("daily_loss",),
    "MAX_WEEKLY_LOSS_PERCENT": ("weekly_loss",),
    "EMERGENCY_STOP_LOSS_PERCENT": ("max_drawdown", "drawdown_ladder"),
    "CONSECUTIVE_LOSSES": ("consecutive_losses",),
    "LOSS_PAUSE_MIN": ("consecutive_losses",),
    "VOLATILITY_HALT_K": ("volatility_halt",),
    "VOLATILITY_HALT_M": ("volatility_halt",),
    "MAX_REJECTS": ("reject_rate",),
    "REJECT_WINDOW_S": ("reject_rate",),
    "BLIND_S": ("blind",),
}
"""Breakers that trip at a setting; of a strategy or a symbol they begin with the name."""
RETURNS = {
    "daily_loss": "the next day",
    "weekly_loss": "the next week",
    "max_drawdown": "an admin's /resume",
    "drawdown_ladder": "a fall below a quarter of it, exits only until /resume",
    "consecutive_losses": "the end of the strategy's pause",
    "volatility_halt": "15 calm minutes",
    "reject_rate": "15 minutes",
    "blind": "the market is heard again",
}


def render(view: RiskView, setting: SettingView, zone: ZoneInfo, role: Role = Role.ADMIN) -> Body:
    """The limit of this setting."""
    rows = [
        *words(SETTINGS[setting.name].rule),
        *_use(view, setting.name),
        *_way_back(view, setting.name, zone),
        *words(f"takes {accepted(setting)}", "", "  "),
        *([f"set in chat; .env has {setting.default}"] if setting.changed else []),
        as_of(view.at, zone),
    ]
    changes: list[list[Button]] = []
    below = ""
    if role >= Role.ADMIN:
        keys = [key(text, AskLimit(name=setting.name, value=text)) for text in proposals(setting)]
        changes = [keys] if keys else []
        if setting.changed:
            changes.append([key(f"Reset to {setting.default}", AskReset(name=setting.name))])
        below = f"Another value: /risk {setting.name.lower()} VALUE"
    back = [key("Refresh", ShowLimit(name=setting.name)), key("Limits...", ShowLimits()), key("Risk", ShowRisk())]
    headline = f"🛡 {setting.name.lower()} {setting.value}"
    return screen(headline, rows, below, keys=[*changes, back, [menu_key()]])


def proposals(setting: SettingView) -> list[str]:
    """Texts of other values that the setting takes, in order."""
    rule = SETTINGS[setting.name]
    match rule.kind:
        case Choice(words=every):
            texts = list(every)
        case Switch():
            texts = ["on", "off"]
        case Number() if setting.value != "none":
            texts = [plain(SHORT.plus(Decimal(setting.value) * step)).replace(",", "") for step in STEPS]
        case Count() if setting.value != "none":
            now = int(setting.value)
            texts = [str(each) for each in dict.fromkeys((now // 2, now - 1, now + 1, now * 2))]
        case _:
            texts = []
    return [text for text in texts if text != setting.value and _fits(setting.name, text)][:6]


def _fits(name: str, text: str) -> bool:
    try:
        SETTINGS[name].parse(text)
    except BadSetting:
        return False
    return True


def _use(view: RiskView, name: str) -> Iterator[str]:
    parts: tuple[PartView, ...] = ()
    for limit in view.limits:
        if limit.name == name:
            yield f"{clip(limit.label, 10):<10} {use(limit):>16} {bar(limit.used)}"
            yield from words(limit.note, "  ", "  ")
            parts = limit.parts
    if parts:
        yield "what counts:"
    signed = any(part.value < 0 for part in parts)
    for part in parts[:SHOWN]:
        yield f"  {clip(part.label, 18):<18}{_amount(part, signed):>{WIDTH - 20}}"
    if len(parts) > SHOWN:
        yield f"  and {len(parts) - SHOWN} more"


def _amount(part: PartView, signed: bool) -> str:
    """Money carries its sign where it has sides; a loss at the stops or an equity has none."""
    if part.unit != "quote":
        return figure(part.value, part.unit)
    text = tight(part.value, WIDTH - 20)
    return text if signed else text.removeprefix("+")


def _way_back(view: RiskView, name: str, zone: ZoneInfo) -> Iterator[str]:
    names = BREAKERS.get(name, ())
    tripped = [one for one in view.breakers if one.tripped and one.name.startswith(names)] if names else []
    for breaker in tripped:
        yield from words(f"TRIPPED {breaker.name}", "", "  ")
        yield from words(f"{_since(breaker, zone)}{breaker.text}", "  ", "  ")
    if names and not tripped:
        ends = " or ".join(RETURNS[one] for one in names)
        yield from words(f"armed; once tripped it ends with {ends}")
    elif not names:
        yield from words("never trips: each entry is judged anew, exits always pass")


def _since(breaker: BreakerView, zone: ZoneInfo) -> str:
    return "" if breaker.since is None else f"since {moment(breaker.since, zone, '%d %b %H:%M')}: "
