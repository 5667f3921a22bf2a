"""From settings to a market: which strategies run on what, and the exchange, asked until it answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from bot.desk.room import Room, open_room
from bot.desk.shelf import resolve
from bot.figures.currency import tell_of
from bot.options.options import StrategyOptions
from bot.options.parameters import read
from bot.options.planning import bracket
from bot.settings import Settings
from engine.clock import wall_ms
from engine.feeds.exchange import ExchangeFeed, Options, Progress
from engine.model.errors import BadInput, StorageDegraded
from engine.model.instrument import Instrument
from engine.model.market import DAY_MS, MINUTE_MS, SPAN_MS, Days, Timeframe
from engine.model.messages import CandleClosed, Event, LinkDown, LinkUp
from engine.model.settlement import starting_cash
from engine.pictures.snapshot import decode
from engine.plan import Plan, StrategyPlan
from engine.scoring.blocks import BLOCK
from engine.scoring.evaluate import others
from engine.supervise import Backoff, Link, Supervisor
from engine.venues.failures import VenueFailure
from storage.db import FILE, Database, open_reading
from storage.recovery import first_candle, recover
from strategies.base import parse_params, parse_spec

MARKETS = "markets.json"
"""File in the data directory: the markets as the exchange described them last."""
MOST_READ_MINUTES = 31 * DAY_MS // MINUTE_MS
"""A month of minutes: what profiles and levels look back on."""
LINK = "exchange"
"""Down from a start without an answer until the first answer."""
FEED = "feed"
"""How the names of a feed's own links begin."""
DAYS = 251
"""Past days that are asked for: 250 returns."""
CANDLE = '{"type":"CandleClosed"%'


def run_plan(settings: Settings) -> Plan:
    """The plan of `.env`; symbols as typed until the exchange has named them."""
    plans = []
    for spec in settings.strategies:
        strategy, timeframe = parse_spec(spec)
        params = parse_params(strategy, settings.params.get(spec, {}))
        refusal = strategy.refuses(timeframe, params)
        if refusal is not None:
            raise BadInput(f"{spec}: {refusal}")
        plans.append(StrategyPlan(spec, strategy, params, timeframe, settings.symbols))
    own = bracket(StrategyOptions(stop=settings.stop, target=settings.target))
    costs = settings.fees.costs()
    return Plan(tuple(plans), settings.limits, costs, bracket=own, zone=settings.zone, waits=False)


def tuned(settings: Settings, files: Sequence[str]) -> Settings:
    """The settings with the strategies of `--params-file`s (at least one) in place of the same ones, else beside them.

    A stop or target counts for the whole desk, so it is refused beside strategies that it is not for.
    """
    sets = [read(path) for path in files]
    strategies, params = list(settings.strategies), dict[str, Mapping[str, str]]()
    for file, each in zip(files, sets, strict=True):
        found = parse_spec(each.strategy)
        parse_params(found[0], each.texts())
        spec = next((spec for spec in strategies if parse_spec(spec) == found), each.strategy)
        if spec in params:
            raise BadInput(f"--params-file {file} has {each.strategy}, which another file has too; give one of them.")
        params[spec] = each.texts()
        strategies += [spec] if spec not in strategies else []
    brackets = {(each.stop, each.target) for each in sets}
    others = [spec for spec in strategies if spec not in params]
    if len(brackets) > 1 or (others and brackets - {(None, None)}):
        raise BadInput(
            "A --params-file with a stop or target is for a desk whose strategies all have it; "
            f"this one has {', '.join(strategies)} (see STRATEGIES)."
        )
    ((stop, target),) = brackets
    bracket(StrategyOptions(stop=stop, target=target))  # refuses what is no distance
    return msgspec.structs.replace(settings, strategies=tuple(strategies), params=params, stop=stop, target=target)


def on_symbols(plan: Plan, symbols: Sequence[str]) -> Plan:
    """The same plan on the symbols as the exchange names them."""
    strategies = tuple(msgspec.structs.replace(each, symbols=tuple(symbols)) for each in plan.strategies)
    return msgspec.structs.replace(plan, strategies=strategies)


def history_minutes(plan: Plan) -> int:
    """Past minutes that fill every window: the longest warm-up and one block of its timeframe.

    Of the other timeframes a strategy reads no more than `MOST_READ_MINUTES` are asked for: what longer bars
    need beyond them gathers as the desk runs.
    """
    own = [
        (each.strategy.warmup(each.params) + BLOCK) * SPAN_MS[each.timeframe] // MINUTE_MS for each in plan.strategies
    ]
    read = [
        bars * SPAN_MS[timeframe] // MINUTE_MS + BLOCK * SPAN_MS[each.timeframe] // MINUTE_MS
        for each in plan.strategies
        for timeframe, bars in others(each).items()
    ]
    return max([*own, min(max(read, default=0), MOST_READ_MINUTES)])


def in_force(plan: Plan, data_dir: Path) -> Plan:
    """The plan with the strategies that people started or changed, as the newest picture of the desk has them."""
    picture = recover(data_dir / FILE).snapshot
    members = () if picture is None else decode(picture).state.members.values()
    built = {m.id: StrategyPlan(m.id, *resolve(m), m.timeframe, m.symbols) for m in members}
    strategies = {each.id: each for each in plan.strategies} | built
    return msgspec.structs.replace(plan, strategies=tuple(strategies.values()))


def newest_settlement(data_dir: Path) -> int | None:
    """Market time of the newest journaled candle, from which on funding may be missing; None on a first start.

    Other steps do not count: minutes and commands go on while nothing is heard of the market.
    """
    with closing(open_reading(data_dir / FILE)) as connection:
        newest = "SELECT at FROM step WHERE event LIKE ? ORDER BY seq DESC LIMIT 1"
        found: tuple[int] | None = connection.execute(newest, (CANDLE,)).fetchone()
    return None if found is None else found[0]


class Reached(msgspec.Struct, frozen=True):
    """An exchange that has answered: its feed, and the past that fills the windows."""

    feed: ExchangeFeed
    past: Sequence[CandleClosed]
    days: Days
    """Past days of each symbol, for what is measured over months."""


Ask = Callable[[], Coroutine[object, object, Reached]]


async def reach(settings: Settings, minutes: int, since: int | None, progress: Progress) -> Reached:
    """Ask the exchange once for its markets and `minutes` of the past; funding is given from `since` on.

    BadInput for a symbol it does not have, VenueFailure when it does not answer. What it says of its markets is kept.
    """
    options = Options(history_minutes=minutes, funding_since=since, progress=progress)
    feed = await ExchangeFeed.open(settings.exchange, settings.symbols, ("1m",), settings.exchange_url, options)
    try:
        past = await feed.history()
        days = await feed.days(DAYS)
        await asyncio.to_thread(_Markets(settings.exchange, settings.symbols, feed.instruments).keep, settings.data_dir)
    except BaseException:
        await feed.close()
        raise
    return Reached(feed, past, days)


async def before[T](over: asyncio.Event, work: Coroutine[object, object, T]) -> T | None:
    """What `work` returns or raises; None, with the work cancelled, when `over` is set first."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(over.wait())
    try:
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        stopping.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


class _Markets(msgspec.Struct, frozen=True):
    """The markets of a desk, as the exchange described them when it answered last."""

    exchange: str
    symbols: Sequence[str]
    """As typed in the settings."""
    instruments: Sequence[Instrument]

    def keep(self, data_dir: Path) -> None:
        """Write them, whole or not at all. Blocks."""
        new = data_dir / f"{MARKETS}.new"
        try:
            new.write_bytes(msgspec.json.encode(self))
            new.replace(data_dir / MARKETS)
        except OSError as error:
            raise StorageDegraded(f"{data_dir / MARKETS} cannot be written ({error.strerror}).") from error


def known_markets(settings: Settings) -> Sequence[Instrument] | None:
    """The markets of these settings without asking the exchange; empty for a desk that has seen no market yet.

    None when the desk has lived on others, so that nobody but the exchange can say what it needs.
    """
    try:
        found = msgspec.json.decode((settings.data_dir / MARKETS).read_bytes(), type=_Markets)
    except (OSError, msgspec.DecodeError):
        found = None
    if found and (found.exchange, tuple(found.symbols)) == (settings.exchange, settings.symbols):
        return found.instruments
    return () if first_candle(settings.data_dir / FILE) is None else None


class AwaitedFeed:
    """Port Feed of a desk whose exchange has not answered: says so once, then asks until it does or `over` is set.

    Either way `ended` is set, with the answer in `reached`. What is wrong with the settings propagates.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        ask: Ask,
        failure: VenueFailure,
        over: asyncio.Event,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.instruments = instruments
        self.reached: Reached | None = None
        self.ended = asyncio.Event()
        self._ask, self._failure, self._over = ask, failure, over
        self._sleep = sleep

    async def history(self) -> Sequence[CandleClosed]:
        """Nothing is known of the past yet."""
        return ()

    async def events(self) -> AsyncIterator[Event]:
        """One LinkDown. That the link is up is said by the desk that trades, when it begins."""
        yield LinkDown(wall_ms(), LINK, f"{self._failure}; asked again until it answers")
        supervisor = Supervisor(Link(LINK, lambda event: None, wall_ms), Backoff(), self._sleep)
        self.reached = await before(self._over, supervisor.outlast(self._ask, self._failure))
        self.ended.set()
        await asyncio.Event().wait()


async def waiting_room(settings: Settings, plan: Plan, database: Database, markets: Sequence[Instrument]) -> Room:
    """The engine room on markets as they are known (`known_markets`): all of it but prices."""
    names = [instrument.symbol for instrument in markets]
    bases: dict[str, Timeframe] = dict.fromkeys(names, "1m")
    plan = msgspec.structs.replace(on_symbols(plan, names), cash=starting_cash(markets))
    tell_of(markets)
    return await open_room(
        database, settings.data_dir, plan, markets, bases, list, wall_ms(), "SIM", endowed=bool(markets)
    )


async def market_room(settings: Settings, plan: Plan, database: Database, reached: Reached) -> Room:
    """The engine room on the markets of an exchange that has answered, windows filled, what was missed in its inbox."""
    room = await waiting_room(settings, plan, database, reached.feed.instruments)
    missed = room.runner.core.background.rewarm(reached.past)
    room.runner.core.background.know(reached.days)
    await room.runner.picture()
    state = room.runner.core.state
    for link in sorted(state.links):
        if not state.links[link] and (link == LINK or link.startswith(FEED)):
            room.runner.post(LinkUp(state.now, link))  # a new feed says only what breaks from now on
    for candle in missed:
        room.runner.post(candle)
    return room
