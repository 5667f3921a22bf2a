"""/backtest: how a strategy would have fared, run in a process of its own beside the desk."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.backtests.trial import LeftOut, Request
from bot.backtests.trials import PERIOD, PERIODS, Choice
from bot.dialogue.grammar import one_of, quoted, words
from bot.dialogue.presses import ChooseTrial, ShowBacktest, StartTrial, StopTrial
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, show, zone_of
from bot.dialogue.symbols import signed_by, symbol_of
from bot.figures.figures import base
from bot.screens import backtest
from engine.model.errors import BadInput
from engine.model.member import Member
from engine.model.roles import Role

router = Router(name="backtest")

USAGE = "[strategy [symbol [24h|7d|30d|all]]]"
COMMANDS = (CommandSpec("backtest", Role.TRADER, 0, "read", "tries a strategy on the past; with a chart", USAGE),)
BUTTONS = tuple(
    ButtonSpec(press.__prefix__, Role.TRADER) for press in (ShowBacktest, ChooseTrial, StartTrial, StopTrial)
)


@router.message(Command("backtest", ignore_case=True))
async def choose(message: Message, command: CommandObject, services: Services) -> None:
    """What will be run, to be changed by buttons; what was typed is chosen already."""
    asked, person = words(command, USAGE, 3), asker(message)
    choice = _choice(person, services)
    if asked:
        choice = _of(_strategy(asked[0], services), _symbols(services), choice.period, services)
    if len(asked) > 1 and asked[1].lower() != "all":
        one = symbol_of(asked[1], services.control.symbols())
        if one not in choice.symbols:
            raise BadInput(f"{choice.strategy} names its own markets, and {base(one)} is not among them.")
        choice = Choice(choice.strategy, (one,), choice.period)
    if len(asked) > 2:
        choice = Choice(choice.strategy, choice.symbols, one_of(asked[2], tuple(PERIODS), "The period of /backtest"))
    services.trials.choices[person] = choice
    await _show(message, services)


@router.callback_query(ShowBacktest.filter())
async def open_choice(query: CallbackQuery, callback_data: ShowBacktest, services: Services) -> None:
    """The choices, or what there is to choose from."""
    await _show(query, services, callback_data.what)


@router.callback_query(ChooseTrial.filter())
async def chosen(query: CallbackQuery, callback_data: ChooseTrial, services: Services) -> None:
    """One choice is made."""
    person, value = asker(query), callback_data.value
    old = _choice(person, services)
    match callback_data.what:
        case "strategy":
            new = _of(_strategy(value, services), old.symbols, old.period, services)
        case "period":
            new = Choice(old.strategy, old.symbols, one_of(value, tuple(PERIODS), "The period"))
        case _:
            new = Choice(old.strategy, _turned(value, old.symbols, _markets(old.strategy, services)), old.period)
    services.trials.choices[person] = new
    await _show(query, services, "symbols" if callback_data.what == "symbol" else "")


@router.callback_query(StartTrial.filter())
async def start(query: CallbackQuery, services: Services) -> None:
    """Run what was chosen."""
    person = asker(query)
    choice, control = _choice(person, services), services.control
    status = control.status()
    member = control.member(choice.strategy)
    request = Request(
        ground=services.trials.setup.ground,
        member=member,
        instruments=tuple(control.instrument(symbol) for symbol in choice.symbols),
        period=PERIODS[choice.period],
        until=status.at,
        cash=str(status.account.start),
        limits={setting.name: setting.value for setting in control.risk().settings},
        terms=services.trials.setup.terms,
        keep=str(services.trials.setup.folder),
        left_out=_left_out(member, services),
    )
    await services.trials.begin(person, request, zone_of(services))


@router.callback_query(StopTrial.filter())
async def stop(query: CallbackQuery, services: Services) -> None:
    """End the own one; its message says so."""
    services.trials.stop(asker(query))


def _choice(person: int, services: Services) -> Choice:
    """What the person has chosen, as far as it is still there; at first the first strategy that is on."""
    known, symbols = services.trials.choices.get(person), _symbols(services)
    offered = [one for one in _offered(services) if _named(services.control.member(one), services)]
    if known and known.strategy in offered and set(known.symbols) <= set(symbols):
        return _of(known.strategy, known.symbols, known.period, services)
    if not offered:
        raise BadInput("This desk has no strategy to try.")
    return _of(offered[0], symbols, PERIOD, services)


def _of(strategy: str, symbols: tuple[str, ...], period: str, services: Services) -> Choice:
    """A strategy with those of the symbols that it runs on; with every one of its own where it runs on none of them."""
    own = _markets(strategy, services)
    return Choice(strategy, tuple(one for one in symbols if one in own) or own, period)


def _markets(strategy: str, services: Services) -> tuple[str, ...]:
    """What a strategy runs on: every symbol of this market, of a file those that it names; BadInput where it has none.

    The program's own strategies take whatever symbols they are given.
    """
    member = services.control.member(strategy)
    own = _named(member, services)
    if not own:
        here, named = " ".join(map(base, _symbols(services))), " ".join(map(base, member.symbols))
        raise BadInput(f"{strategy} is written for {named}; this desk's market has {here}.")
    return own


def _named(member: Member, services: Services) -> tuple[str, ...]:
    symbols = _symbols(services)
    return tuple(one for one in symbols if one in member.symbols) if member.document else symbols


def _left_out(member: Member, services: Services) -> LeftOut:
    """What a file does not name of this market, and what it names that is not there."""
    if not member.document:
        return LeftOut()
    symbols = _symbols(services)
    return LeftOut(
        tuple(one for one in symbols if one not in member.symbols),
        tuple(one for one in member.symbols if one not in symbols),
    )


def _symbols(services: Services) -> tuple[str, ...]:
    symbols = tuple(services.control.symbols())
    if not symbols:
        raise BadInput("No symbol is known yet: the exchange has not answered.")
    return symbols


def _offered(services: Services) -> list[str]:
    """Those of the desk first, then what else could be started on it."""
    views = [view for view in services.control.strategies() if not view.leaving]
    return [view.id for view in sorted(views, key=lambda view: not view.listed)]


def _strategy(text: str, services: Services) -> str:
    offered = _offered(services)
    exact = [one for one in offered if one.lower() == text.lower()]
    near = exact or [one for one in offered if one.lower().partition("@")[0] == text.lower()]
    if not near:
        raise BadInput(f"/backtest takes one of {', '.join(offered)}, not {quoted(text)}.")
    return near[0]


def _turned(value: str, chosen: tuple[str, ...], symbols: tuple[str, ...]) -> tuple[str, ...]:
    """Every one of the symbols, or one more, or one less; never none."""
    if value == "all":
        return symbols
    one = signed_by(value, symbols)
    if chosen == symbols:
        return (one,)
    return tuple(each for each in symbols if (each in chosen) != (each == one)) or chosen


async def _show(event: Message | CallbackQuery, services: Services, what: str = "") -> None:
    choice = _choice(asker(event), services)
    match what:
        case "strategy":
            listed = [view.id for view in services.control.strategies() if view.listed and not view.leaving]
            content = backtest.render_strategies(listed, _offered(services), choice.strategy)
        case "symbols":
            content = backtest.render_symbols(_markets(choice.strategy, services), choice.symbols)
        case "period":
            content = backtest.render_periods(tuple(PERIODS), choice.period)
        case _:
            member, at = services.control.member(choice.strategy), services.control.status().at
            left_out = _left_out(member, services)
            content = backtest.render_choice(member, choice.symbols, left_out, choice.period, at, zone_of(services))
    await show(event, services, content)
