"""Notifications, quiet hours and reports of the person who asks; everybody has the own ones."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import value, whole, words
from bot.dialogue.presses import SetHour, SetQuiet, SetSmallest, ShowNotifications, ShowQuiet, ShowSchedule, TurnMatter
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, show, zone_of
from bot.people.preferences import MATTERS, NEXT, REPORTS, Preferences
from bot.screens import notifications, schedule
from engine.model.errors import BadInput
from engine.model.roles import Role

router = Router(name="preferences")

USAGE = "[zone name]"
COMMANDS: tuple[CommandSpec, ...] = ()
BUTTONS = tuple(
    ButtonSpec(press.__prefix__, Role.VIEWER)
    for press in (ShowNotifications, ShowQuiet, ShowSchedule, TurnMatter, SetQuiet, SetSmallest, SetHour)
)


@router.callback_query(ShowNotifications.filter())
async def matrix(query: CallbackQuery, services: Services) -> None:
    """What rings and what does not."""
    await _show(query, services, await services.preferences.of(asker(query)))


@router.callback_query(ShowSchedule.filter())
async def reports(query: CallbackQuery, services: Services) -> None:
    """Which reports come, and when."""
    await _show_schedule(query, services, await services.preferences.of(asker(query)))


@router.callback_query(ShowQuiet.filter())
async def quiet(query: CallbackQuery, services: Services) -> None:
    """The quiet hours."""
    await _show_quiet(query, services, await services.preferences.of(asker(query)))


@router.callback_query(TurnMatter.filter())
async def turn(query: CallbackQuery, callback_data: TurnMatter, services: Services) -> None:
    """How loud one matter is from now on."""
    matter = next((each for each in MATTERS if each == callback_data.matter), None)
    loud = next((each for each in NEXT if each == callback_data.loud), None)
    if matter is None or loud is None:
        raise BadInput("This button is outdated. /settings shows the present ones.")
    turned = (await services.preferences.of(asker(query))).turned(matter, loud)
    await services.preferences.keep(asker(query), turned)
    await (_show_schedule if matter in REPORTS else _show)(query, services, turned)


@router.callback_query(SetQuiet.filter())
async def set_quiet(query: CallbackQuery, callback_data: SetQuiet, services: Services) -> None:
    """New quiet hours; none where both ends are the same."""
    start, end = (whole(str(hour), 0, 23, "An end of quiet hours") for hour in (callback_data.start, callback_data.end))
    await _show_quiet(query, services, await _changed(query, services, quiet=None if start == end else (start, end)))


@router.callback_query(SetSmallest.filter())
async def set_smallest(query: CallbackQuery, callback_data: SetSmallest, services: Services) -> None:
    """The smallest size that rings."""
    size = whole(str(callback_data.size), 0, 999_999, "The smallest size")
    await _show(query, services, await _changed(query, services, smallest=Decimal(size)))


@router.callback_query(SetHour.filter())
async def set_hour(query: CallbackQuery, callback_data: SetHour, services: Services) -> None:
    """The hour of daily and weekly reports."""
    hour = whole(str(callback_data.hour), 0, 23, "The hour of reports")
    await _show_schedule(query, services, await _changed(query, services, hour=hour))


@router.message(Command("settings", magic=F.args, ignore_case=True))
async def set_zone(message: Message, command: CommandObject, services: Services) -> None:
    """The person's zone, or with `desk` the desk's again."""
    asked = words(command, USAGE, 2)
    if len(asked) != 2 or asked[0].lower() != "zone":
        raise BadInput("/settings takes nothing, or a time zone: /settings zone Europe/Berlin.")
    zone = "" if asked[1].lower() == "desk" else _known(value(asked[1], "/settings zone"))
    kept = await _changed(message, services, zone=zone)
    await _show_schedule(message, services, kept, ZoneInfo(zone) if zone else None)


async def _changed(event: Message | CallbackQuery, services: Services, **fields: object) -> Preferences:
    """The person's preferences with new values, stored."""
    before = await services.preferences.of(asker(event))
    now = msgspec.structs.replace(before, **fields)
    await services.preferences.keep(asker(event), now)
    return now


async def _show(query: CallbackQuery, services: Services, preferences: Preferences) -> None:
    at = services.control.status().at
    await show(query, services, notifications.render(preferences, at, zone_of(services)))


async def _show_quiet(query: CallbackQuery, services: Services, preferences: Preferences) -> None:
    at = services.control.status().at
    await show(query, services, notifications.render_quiet(preferences, at, zone_of(services)))


async def _show_schedule(
    event: Message | CallbackQuery, services: Services, preferences: Preferences, zone: ZoneInfo | None = None
) -> None:
    at = services.control.status().at
    await show(event, services, schedule.render(preferences, at, zone or zone_of(services)))


def _known(name: str) -> str:
    """The name of a time zone there is."""
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise BadInput(f"There is no time zone {name}; one is named like Europe/Berlin or UTC.") from None
