"""/risk: limits and their use; an admin changes one by name: tighter at once, looser after Confirm."""

from collections.abc import Sequence

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.dialogue.grammar import named, one_of, value, words
from bot.dialogue.presses import AskLimit, AskReset, ShowLimit, ShowLimits, ShowRisk, ShowRiskChart, ShowTogether
from bot.dialogue.questions import ask, setting_of
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, show, zone_of
from bot.dialogue.undo import do_at_once
from bot.figures.charts import draw_equity, draw_together, draw_use
from bot.outbox.body import body
from bot.people.access import refusal
from bot.screens import limit, risk
from bot.screens.pnl import LABELS, PERIODS
from bot.telegram.answers import Answers
from engine.model.commands import SetRisk
from engine.model.errors import BadInput
from engine.model.limits import SETTINGS, RiskLimits, value_of, with_settings
from engine.model.limits import setting as known
from engine.model.roles import Role
from engine.model.views import SettingView

router = Router(name="risk")

USAGE = "[setting [value|reset]]"
COMMANDS = (CommandSpec("risk", Role.VIEWER, 3, "trade", "limits and their use; one in full", USAGE, Role.ADMIN),)
BUTTONS = (
    ButtonSpec(ShowRisk.__prefix__, Role.VIEWER),
    ButtonSpec(ShowRiskChart.__prefix__, Role.VIEWER),
    ButtonSpec(ShowTogether.__prefix__, Role.VIEWER),
    ButtonSpec(ShowLimits.__prefix__, Role.VIEWER),
    ButtonSpec(ShowLimit.__prefix__, Role.VIEWER),
    ButtonSpec(AskLimit.__prefix__, Role.ADMIN, dangerous=True),
    ButtonSpec(AskReset.__prefix__, Role.ADMIN, dangerous=True),
)


@router.message(Command("risk", ignore_case=True))
async def show_risk(
    message: Message, command: CommandObject, services: Services, role: Role, event_update: Update
) -> None:
    """The screen, or a setting's new value."""
    asked = words(command, USAGE, 2)
    view = services.control.risk()
    if not asked:
        await show(message, services, risk.render(view, zone_of(services), role))
        return
    name = known(named(asked[0], "/risk")).name
    setting = setting_of(services.control, name)
    if len(asked) == 1:
        await show(message, services, limit.render(view, setting, zone_of(services), role))
        return
    new = None if asked[1].lower() == "reset" else value(asked[1], f"/risk {name.lower()}")
    await _set(message, SetRisk(name, new), services, role, event_update)


@router.callback_query(ShowRisk.filter())
async def refresh_risk(query: CallbackQuery, services: Services, role: Role) -> None:
    """The screen again."""
    await show(query, services, risk.render(services.control.risk(), zone_of(services), role))


@router.callback_query(ShowRiskChart.filter())
async def chart(query: CallbackQuery, callback_data: ShowRiskChart, services: Services, answer: Answers) -> None:
    """Equity with its drawdown, or the use of limits over time, as a photo of its own."""
    await answer(query.id, "Drawing the chart")
    kind = one_of(callback_data.kind, ("equity", "use"), "The chart")
    period = one_of(callback_data.period, PERIODS, "/risk")
    history, zone = await services.control.risk_history(period), zone_of(services)
    if len(history.points) < 2:
        raise BadInput("There is no chart yet: it needs two marks of the account.")
    if kind == "equity":
        title = f"Equity, {LABELS[period]}"
        photo = await draw_equity([(point.at, point.equity) for point in history.points], zone, title)
    else:
        title = f"Use of limits, {LABELS[period]}"
        photo = await draw_use(history, zone, title)
    await services.say.reply(asker(query), body(f"🛡 {title}", photo=photo, buttons=risk.chart_keys(kind)))


@router.callback_query(ShowTogether.filter())
async def correlations(query: CallbackQuery, services: Services, answer: Answers) -> None:
    """The heat map of what is held, as a photo."""
    await answer(query.id, "Drawing the chart")
    found = services.control.together()
    if len(found.bases) < 2:
        raise BadInput("There is nothing to compare: fewer than two symbols are held.")
    photo = await draw_together(found, "Correlations of what is held")
    text = f"🛡 Correlations of {len(found.bases)} held\n90 days; what is not known counts as 1"
    await services.say.reply(asker(query), body(text, photo=photo))


@router.callback_query(ShowLimits.filter())
async def limits(query: CallbackQuery, callback_data: ShowLimits, services: Services, role: Role) -> None:
    """A page of the settings."""
    page = risk.render_limits(services.control.risk(), zone_of(services), callback_data.page, role)
    await show(query, services, page)


@router.callback_query(ShowLimit.filter())
async def one_limit(query: CallbackQuery, callback_data: ShowLimit, services: Services, role: Role) -> None:
    """One limit: its use, what counts, its way back."""
    setting = setting_of(services.control, callback_data.name)
    await show(query, services, limit.render(services.control.risk(), setting, zone_of(services), role))


@router.callback_query(AskLimit.filter())
async def press_value(
    query: CallbackQuery, callback_data: AskLimit, services: Services, role: Role, event_update: Update
) -> None:
    """Another value of a limit, as if it had been typed."""
    await _set(query, SetRisk(callback_data.name, callback_data.value), services, role, event_update)


@router.callback_query(AskReset.filter())
async def reset(
    query: CallbackQuery, callback_data: AskReset, services: Services, role: Role, event_update: Update
) -> None:
    """A setting goes back to the environment's value."""
    await _set(query, SetRisk(callback_data.name, None), services, role, event_update)


async def _set(event: Message | CallbackQuery, action: SetRisk, services: Services, role: Role, update: Update) -> None:
    """What allows less is done at once and can be undone; what allows more, or may, is asked first."""
    if role < Role.ADMIN:
        raise BadInput(refusal("A change of limits", Role.ADMIN, role))
    setting = setting_of(services.control, action.name)
    if _tightens(setting, action, services.control.risk().settings):
        await do_at_once(services, action, asker(event), update.update_id)
    else:
        await ask(services, action, asker(event), role)


def _tightens(setting: SettingView, action: SetRisk, settings: Sequence[SettingView]) -> bool:
    """Whether the new value allows less; BadInput where it is none, contradicts another, or changes nothing."""
    texts = {one.name: one.value for one in settings}
    wanted = {**texts, setting.name: setting.default if action.value is None else action.value}
    rule = SETTINGS[setting.name]
    before, after = (value_of(with_settings(RiskLimits(), each), rule) for each in (texts, wanted))
    if before == after and (action.value is not None or not setting.changed):
        raise BadInput(f"{setting.name.lower()} is {setting.value} already.")
    return rule.tightens(before, after)
