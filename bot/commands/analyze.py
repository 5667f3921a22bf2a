"""/analyze: what the strategies say of a symbol now, with its picture."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import quoted, words
from bot.dialogue.presses import ShowAnalysis
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, show, zone_of
from bot.dialogue.symbols import signed_by, symbol_of
from bot.figures.candlesticks import draw_candles, picture_of
from bot.figures.figures import base
from bot.outbox.body import Body
from bot.screens import analysis
from bot.telegram.answers import Answers
from engine.model.errors import BadInput
from engine.model.roles import Role
from engine.model.views import AnalysisView

router = Router(name="analyze")

USAGE = "[symbol [strategy]]"
COMMANDS = (CommandSpec("analyze", Role.VIEWER, 0, "read", "the full signal of a symbol, with its chart", USAGE),)
BUTTONS = (ButtonSpec(ShowAnalysis.__prefix__, Role.VIEWER),)
READING = "Reading the market"


@router.message(Command("analyze", ignore_case=True))
async def analyze(message: Message, command: CommandObject, services: Services) -> None:
    """The signals at once; the message becomes the picture with them below when that is drawn."""
    asked = words(command, USAGE, 2)
    symbols = services.control.symbols()
    if not asked:
        at = services.control.status().at
        await show(message, services, analysis.render_choice(symbols, at, zone_of(services)))
        return
    symbol = symbol_of(asked[0], symbols)
    strategy = _strategy(asked[1], services) if len(asked) == 2 else ""
    view = await services.control.analysis(symbol, strategy or None)
    person, name = asker(message), f"analysis:{message.message_id}"
    await services.say.reply(person, _screen(view, strategy, services, drawing=True), key=name)
    await services.say.edit(person, name, await _drawn(view, strategy, services))


@router.callback_query(ShowAnalysis.filter())
async def turn(query: CallbackQuery, callback_data: ShowAnalysis, services: Services, answer: Answers) -> None:
    """Another symbol, one strategy, another page, or the same again."""
    await answer(query.id, READING)
    symbols = services.control.symbols()
    if not callback_data.symbol:
        at = services.control.status().at
        await show(query, services, analysis.render_choice(symbols, at, zone_of(services)))
        return
    symbol = signed_by(callback_data.symbol, symbols)
    view = await services.control.analysis(symbol, callback_data.strategy or None)
    await show(query, services, await _drawn(view, callback_data.strategy, services, callback_data.page))


def _strategy(text: str, services: Services) -> str:
    """The id of a strategy of the desk, with its timeframe or, where that leaves no doubt, without."""
    known = [view.id for view in services.control.strategies() if view.listed]
    found = [one for one in known if text.lower() in (one.lower(), one.lower().partition("@")[0])]
    exact = [one for one in found if one.lower() == text.lower()] or found
    if len(exact) != 1:
        raise BadInput(f"/analyze takes one of {', '.join(exact or known)}, not {quoted(text)}.")
    return exact[0]


def _screen(view: AnalysisView, strategy: str, services: Services, page: int = 0, *, drawing: bool = False) -> Body:
    symbols, zone = services.control.symbols(), zone_of(services)
    if not strategy:
        return analysis.render(view, symbols, zone, page, drawing=drawing)
    if not view.signals:
        raise BadInput(f"{strategy} does not trade {base(view.symbol)}.")
    return analysis.render_card(view, view.signals[0], symbols, zone, drawing=drawing)


async def _drawn(view: AnalysisView, strategy: str, services: Services, page: int = 0) -> Body:
    """The finished screen, with its picture where there are candles to draw."""
    finished = _screen(view, strategy, services, page)
    picture = picture_of(view, services.control.candles)
    if picture is None:
        return finished
    photo = await draw_candles(picture, zone_of(services))
    return Body(finished.text, finished.entities, finished.buttons, photo)
