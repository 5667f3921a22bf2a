"""The question before a dangerous action: what it does, to what, and one button that begins with Confirm."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from bot.dialogue.intents import SetRole
from bot.dialogue.presses import Confirm, Decline, Undo
from bot.figures.figures import clip, compact, plain, signed, tight
from bot.outbox.body import Body, Button
from bot.screens.layout import key, menu_key, screen, words
from engine.model.commands import SetMode, SetRisk, StrategySwitch
from engine.model.roles import Role
from engine.model.views import Answer, ModeView, PositionView, SettingView, StatusView, StrategyView

SHOWN = 20
LIFE = "valid 60 s · by you only"
MENU = ((menu_key(),),)
MAY = {
    Role.VIEWER: "sees everything, changes nothing",
    Role.TRADER: "may pause, stop, close and resume",
    Role.ADMIN: "may do everything",
}


class Question(msgspec.Struct, frozen=True):
    """A question without its intent: the headline ends with the intent's code once there is one."""

    headline: str
    rows: tuple[str, ...]
    confirm: str
    """The label after `Confirm: `."""
    decline: str = "Cancel"


def render(question: Question, intent: str, code: str, note: str = "") -> Body:
    """The message that asks. `note` says why it is asked again."""
    headline = f"{clip(question.headline, 33)} · {code}"
    keys = [
        [key(question.decline, Decline(intent=intent))],
        [key(f"Confirm: {question.confirm}", Confirm(intent=intent), "danger")],
    ]
    return screen(headline, [*words(note), *question.rows, LIFE], keys=keys)


def close_all(view: StatusView, stopped: bool = False) -> Question:
    """Everything that would be closed, at its present value."""
    positions = view.positions
    count = "1 position" if len(positions) == 1 else f"{len(positions)} positions"
    rows = [_position(position) for position in positions[:SHOWN]]
    if len(positions) > SHOWN:
        rows.append(f"and {len(positions) - SHOWN} more")
    total = sum((position.pnl for position in positions), Decimal(0))
    rows += [
        f"{count} · {signed(total)}",
        f"cancels {len(view.orders)} orders · halts entries",
    ]
    what = f"STOPPED, close {len(positions)}" if stopped else f"CLOSE ALL {count}"
    decline = "Keep positions" if stopped else "Cancel"
    return Question(f"🟥 {view.mode} · {what}", tuple(rows), f"close {len(positions)}", decline)


def close(position: PositionView, share_percent: int, mode: str) -> Question:
    """One position, or a share of it."""
    part = "CLOSE" if share_percent == 100 else f"CLOSE {share_percent}% of"
    rows = (_position(position), "at market, reduce-only")
    return Question(f"🟥 {mode} · {part} {position.base}", rows, f"close {position.base}")


def resume(view: StatusView) -> Question:
    """Back to trading from a pause or a halt."""
    rows = words(f"now {view.state.lower()}: {view.state_reason or 'no reason given'}")
    rows += words("Entries are allowed again; what a person has to reset is reset.")
    return Question(f"🟠 {view.mode} · RESUME trading", tuple(rows), "resume")


def switch_mode(view: ModeView, action: SetMode, status: StatusView) -> Question:
    """From one mode to the other."""
    rows = [f"{len(status.positions)} positions open"]
    real = "orders will be real" if action.mode == "live" else "orders will be simulated"
    target = action.mode.upper()
    return Question(f"🟥 {view.mode} -> {target} · {view.venue}", (*rows, real), f"switch to {target}")


def switch_strategy(view: StrategyView, action: StrategySwitch) -> Question:
    """On or off."""
    word = "on" if action.on else "off"
    rows = (f"{view.trades} trades · {signed(view.pnl)}", *words("An open position is managed to its exit."))
    return Question(f"🟠 {view.id} {word.upper()}", rows, f"turn {word}")


def set_risk(setting: SettingView, action: SetRisk) -> Question:
    """A limit's new value beside the present one; only what may allow more is asked."""
    after = action.value if action.value is not None else f"{setting.default} (.env)"
    rows = (
        f"{setting.value} -> {after}",
        *words("This may allow more risk than now. Stops of open positions do not change."),
    )
    return Question(f"🟠 {action.name.lower()}", rows, "change")


def set_role(action: SetRole) -> Question:
    """Another role for somebody."""
    if not action.role:
        rows = words("Gets no answer, is not reported again, and may do nothing.")
        return Question(f"🟥 BLOCK {action.user}", tuple(rows), "block")
    role = Role(action.role)
    return Question(f"🟠 {action.user} becomes {role.name}", (MAY[role],), role.name.lower())


def render_answer(answer: Answer, undo: str | None = None) -> Body:
    """What became of it: the code for the record, the sentence for the person; `undo` is the intent of the way back."""
    light = "✅ Done" if answer.ok else f"⛔ Refused: {answer.code}"
    rows: Sequence[str] = words(answer.text)
    back: tuple[Button, ...] = () if undo is None else (key("Undo 30 s", Undo(intent=undo)),)
    return screen(light, rows, keys=((*back, menu_key()),))


def render_void(text: str, headline: str = "Nothing was done") -> Body:
    """The question, or the time to undo, is over."""
    return screen(f"⚪ {headline}", words(text), keys=MENU)


def _position(position: PositionView) -> str:
    letter = "L" if position.direction == "long" else "S"
    return (
        f"{clip(position.base, 5):<5} {letter} {clip(plain(position.qty), 8):<8}"
        f"{'~' + compact(position.notional):>8}{tight(position.pnl, 9):>10}"
    )
