"""What people ask of a market's past: its state, and how a strategy would have fared. Part of the composition."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import assert_never

import msgspec
import numpy as np

from bot.backtests.kept import KeptRuns
from bot.backtests.page import page
from bot.backtests.recipe import kept
from bot.backtests.record import record
from bot.backtests.trial import FOLDER, Found, Ground, Request, Setup, Simulated, Stored, Terms
from bot.desk.lineage import stored, strange
from bot.desk.running import history_minutes
from bot.desk.shelf import resolve
from bot.figures.currency import tell_of
from bot.figures.printing import to_json
from bot.settings import Settings
from engine.backtest import backtest
from engine.backtest.backtest import Progress
from engine.clock import wall_ms
from engine.desk.lineup import own_of
from engine.feeds.cache.folder import Cache
from engine.feeds.cache.sheet import Head, Sheet
from engine.feeds.files import Candles, Funding
from engine.feeds.replay import ReplaySource
from engine.feeds.synthetic import SyntheticSource
from engine.model.errors import BadInput
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import MINUTE_MS, SPAN_MS
from engine.model.member import Member
from engine.model.messages import CandleClosed, FundingSettled
from engine.model.money import plain
from engine.pictures.snapshot import decode
from engine.plan import Bracket, Costs, Plan, StrategyPlan
from engine.ports import Source
from storage.recovery import first_candle, recover

RECORDING = "replay"
"""What the candles of a demo's recording are stored as the source of."""


def of_demo(source: Source, plan: Plan, data_dir: Path) -> Setup:
    """Backtests in a demo: on its own market, as far as it has come."""
    if isinstance(source, SyntheticSource):
        return _setup(Simulated(source.seed, source.start), plan, data_dir)
    cache = Cache(data_dir / FOLDER)

    def prepare() -> None:
        """A demo plays one recording, which does not change: its candles are stored once in each run."""
        for symbol, timeframe in source.timeframes.items():
            if isinstance(source, ReplaySource) and (symbol, timeframe) not in put:
                cache.put(Sheet(Head(RECORDING, symbol, timeframe), source.bars(symbol, timeframe)))
                put.add((symbol, timeframe))

    put: set[tuple[str, str]] = set()
    return _setup(Stored(str(data_dir / FOLDER), RECORDING), plan, data_dir, prepare)


def of_run(settings: Settings, plan: Plan) -> Setup:
    """Backtests on a running desk: on the candles stored in its data directory."""
    return _setup(Stored(str(settings.data_dir), settings.exchange), plan, settings.data_dir)


def _setup(ground: Ground, plan: Plan, data_dir: Path, prepare: Callable[[], None] | None = None) -> Setup:
    terms = Terms(msgspec.to_builtins(plan.costs), msgspec.to_builtins(plan.bracket), plan.zone)

    def judge(member: Member) -> str | None:
        if prepare is not None:
            prepare()
        return strange(ground, member)

    return Setup(ground, terms, data_dir, prepare, judge)


def tried(request: Request, progress: Progress) -> Found:
    """Run a backtest that was asked for in chat, and keep it; BadInput when there are no candles for it."""
    member = request.member
    strategy, params = resolve(member)
    symbols = tuple(instrument.symbol for instrument in request.instruments)
    plan = Plan(
        (StrategyPlan(member.id, strategy, params, member.timeframe, symbols, own_of(strategy, member)),),
        with_settings(RiskLimits(), request.limits),
        msgspec.convert(request.terms.costs, Costs, strict=False),
        Decimal(request.cash),
        msgspec.convert(request.terms.bracket, Bracket, strict=False),
        request.terms.zone,
    )
    source = _ground(request, plan)
    source.instruments = request.instruments
    tell_of(request.instruments)
    result = backtest.run(source, plan, progress, sum(len(source.bars(symbol)) for symbol in symbols))
    made = KeptRuns(Path(request.keep)).keep(kept(source, plan, result, ("asked for in chat",), wall_ms()))
    return Found(result, {"html": page(made), "json": to_json(record(made))})


def _ground(request: Request, plan: Plan) -> ReplaySource:
    """The candles of the request's time, and before them as many as warm the strategy up."""
    symbols, warmup = plan.strategies[0].symbols, history_minutes(plan) * MINUTE_MS
    match request.ground:
        case Simulated():
            market = SyntheticSource(request.ground.seed, symbols, footprints=False)
            start = request.ground.began if request.period is None else request.until - request.period
            first = (start - warmup) // MINUTE_MS * MINUTE_MS
            count = (request.until - first) // MINUTE_MS
            candles = [Candles(symbol, "1m", market.columns(symbol, count, first)) for symbol in symbols]
            return ReplaySource([*candles, *_funding(market, start, request.until)], start=start, end=request.until)
        case Stored():
            chosen = stored(request.ground, plan.strategies[0])
        case _:
            assert_never(request.ground)
    newest = max(int(one.bars.ts[-1]) + SPAN_MS[one.timeframe] for one in chosen if isinstance(one, Candles))
    end = min(request.until, newest)
    return ReplaySource(chosen, start=None if request.period is None else end - request.period, end=end)


def _funding(market: SyntheticSource, start: int, end: int) -> list[Funding]:
    """What the simulated market has settled since; before its own beginning it has no funding."""
    settled: dict[str, list[FundingSettled]] = {}
    for event in market.events(start):
        if event.at > end:
            break
        if isinstance(event, FundingSettled):
            settled.setdefault(event.symbol, []).append(event)
    return [
        Funding(symbol, np.array([one.at for one in rows]), np.array([float(one.rate) for one in rows]))
        for symbol, rows in settled.items()
    ]


def expect_market(source: Source, path: Path, cash: Decimal | None) -> None:
    """A desk goes on in the market, and with the money, it began with; BadInput when that of its database was other."""
    began = first_candle(path)
    if began is not None and began != next(e for e in source.events() if isinstance(e, CandleClosed)):
        raise BadInput(
            f"The desk in {path.parent} lives in another market; start with the same seed, symbols or files "
            "as before, or in an empty directory (--data-dir)."
        )
    picture = recover(path).snapshot
    money = None if picture is None else decode(picture).state.start
    if money is not None and cash is not None and money != cash:
        raise BadInput(
            f"The desk in {path.parent} began with {plain(money)}; leave --cash {plain(cash)} out, or give it an empty "
            "directory (--data-dir)."
        )
