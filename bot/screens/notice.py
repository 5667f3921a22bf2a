"""What the desk says of itself: refusals by a limit, breakers, its trading state, its links, trouble."""

from collections.abc import Sequence

from bot.dialogue.presses import ShowEmergency, ShowRisk, ShowStatus, ShowStrategy
from bot.figures.figures import base, clip, money
from bot.outbox.body import Body, body
from bot.screens.layout import HEADLINE, LIGHTS, key
from engine.model.commands import flattens
from engine.model.facts import (
    BreakerMoved,
    Denied,
    LinkMoved,
    MoneyMoved,
    SettingChanged,
    StateChanged,
    StrategyChanged,
    Trouble,
)

RISK_KEYS = ((key("Risk", ShowRisk()), key("Emergency", ShowEmergency(), "danger")),)
STATUS_KEYS = ((key("Status", ShowStatus()),),)


def render_denied(denied: Sequence[Denied], silent: int) -> Body:
    """What one limit refused at the same time; `silent` more were refused since it was last said."""
    pairs = " ".join(dict.fromkeys(base(one.symbol) for one in denied))
    counted = f"\n{silent} more since the last notice" if silent else ""
    what = "exit " if denied[0].leg == "exit" else ""
    headline = clip(f"⛔ {clip(pairs, 20)} {what}{denied[0].code}", HEADLINE)
    return body(f"{headline}\n{denied[0].text}{counted}", buttons=((key("Risk", ShowRisk()),),))


def render_breaker(fact: BreakerMoved) -> Body:
    """A breaker tripped, with the value that did it, or is armed again."""
    if not fact.tripped:
        return body(f"{clip(f'🟢 {fact.breaker} armed again', HEADLINE)}\n{fact.text}", buttons=RISK_KEYS)
    headline, measured = f"🟥 {fact.breaker} tripped {fact.value}", f"limit {fact.limit}"
    if len(headline) > HEADLINE:
        headline, measured = clip(f"🟥 {fact.breaker} tripped", HEADLINE), f"{fact.value}, {measured}"
    return body(f"{headline}\n{measured} · {fact.text}", buttons=RISK_KEYS)


def render_strategy(fact: StrategyChanged) -> Body:
    """Which strategies run, who changed it; or a shadow that is over."""
    who = f" By {fact.actor}." if fact.actor is not None else ""
    headline = clip(f"🧭 {fact.strategy} {fact.change.replace('_', ' ')}", HEADLINE)
    return body(f"{headline}\n{fact.text}{who}", buttons=((key("Card", ShowStrategy(strategy=fact.strategy)),),))


def render_state(fact: StateChanged) -> Body:
    """The trading state, and who or what changed it."""
    who = f" · by {fact.actor}" if fact.actor is not None else ""
    meaning = {
        "ACTIVE": "Entries are allowed.",
        "REDUCING": "No entries; exits and stops go on.",
        "HALTED": "No entries; kept positions keep their stops.",
    }
    flattening = fact.after == "HALTED" and flattens(fact.reason)
    means = "No entries; every position is being closed." if flattening else meaning[fact.after]
    headline = clip(f"{LIGHTS[fact.after]} {fact.after} · {fact.reason}", HEADLINE)
    return body(f"{headline}\n{means} Was {fact.before}{who}", buttons=STATUS_KEYS)


def render_link(fact: LinkMoved) -> Body:
    """A link broke or healed: said once each."""
    light, word = ("🟢", "is back") if fact.up else ("🟠", "is down")
    headline = clip(f"{light} {fact.link} {word}", HEADLINE)
    return body(f"{headline}\n{fact.text}" if fact.text else headline, buttons=STATUS_KEYS)


def render_money(fact: MoneyMoved) -> Body:
    """Money came in or went out, and what that changes."""
    word = "paid in" if fact.amount > 0 else "taken out"
    headline = clip(f"🏦 {money(abs(fact.amount))} {word} · equity {money(fact.account.equity)}", HEADLINE)
    means = "Neither profit nor loss: the bases of the loss limits and the peak have moved with it."
    return body(f"{headline}\n{means}", buttons=STATUS_KEYS)


def render_trouble(fact: Trouble) -> Body:
    """Something a person should look at."""
    headline = clip(f"🚨 {fact.code.replace('_', ' ')}", HEADLINE)
    return body(f"{headline}\n{fact.text}", buttons=STATUS_KEYS)


def render_setting(fact: SettingChanged) -> Body:
    """A stored setting changed."""
    before, after = fact.before or "as configured", fact.after or "as configured"
    headline = clip(f"🛡 {fact.name.lower()} {after}", HEADLINE)
    who = f" by {fact.actor}" if fact.actor is not None else ""
    return body(f"{headline}\nwas {before}, changed{who}", buttons=((key("Risk", ShowRisk()),),))
