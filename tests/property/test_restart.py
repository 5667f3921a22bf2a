"""A desk cut at any turn and restored from a picture and its journal goes on as if nothing had happened."""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.desk.balance import state_of
from bot.desk.shelf import resolve
from engine.core import Core
from engine.feeds.synthetic import SyntheticSource
from engine.model.commands import (
    Action,
    Close,
    CloseAll,
    Pause,
    Resume,
    SetRisk,
    StrategyAdd,
    StrategyParams,
    StrategyPromote,
    StrategyRemove,
    StrategyShadow,
    StrategySwap,
    StrategySwitch,
)
from engine.model.limits import RiskLimits, with_settings
from engine.model.member import Member
from engine.model.messages import CandleClosed, Command, Depth, Event, Quote, Step, Timer
from engine.pictures.snapshot import decode, place, take
from engine.plan import Bracket, Costs, Plan, StrategyPlan
from engine.runner import Runner
from engine.scoring.evaluate import WindowEvaluator
from engine.simbroker import SimBroker
from storage.coding import decode as decode_step
from storage.coding import encode as encode_step
from storage.projection import is_kept
from strategies.base import parse_params, parse_spec
from tests.desk import WIDE, D
from tests.doubles.journal import MemoryJournal

SYMBOLS = ("BTCUSDT", "DOGEUSDT", "SOLUSDT")
MARKET = SyntheticSource(11, SYMBOLS, history_minutes=120, footprints=False)
MINUTES = 150
RULES = """{"id": "rules", "instrument": "X", "timeframe": "1m", "risk": {"mode": "percent", "value": 1},
"rules": [{"type": "indicator", "indicator": "rsi", "condition": "above", "value": 52}],
"stopLoss": {"type": "percent", "value": 1}, "breakEven": {"atR": 0.5},
"takeProfit": [{"type": "percent", "value": 0.2, "portion": 0.5}, {"type": "risk_reward", "value": 0.5, "portion": 0.3},
               {"type": "none", "portion": 0.2}]}"""
GRID = {"n": "3", "range": "20", "max_atr_pct": "5"}
BINDING = {
    "MAX_WEEKLY_LOSS_PERCENT": "3",
    "CONSECUTIVE_LOSSES": "2",
    "LOSS_PAUSE_MIN": "7",
    "VOLATILITY_HALT_M": "1.5",
    "BAD_PRICE_PERCENT": "0.3",
    "MAX_HEAT_PERCENT": "1",
    "ORDER_BURST": "2",
    "ORDER_RATE": "0.1",
}
"""Limits whose breakers come and go within the script."""
ACTIONS: tuple[Action, ...] = (
    Pause(),
    *[Resume()] * 5,
    CloseAll(),
    Close("BTCUSDT"),
    Close("DOGEUSDT", 40),
    SetRisk("MAX_POSITIONS", "1"),
    SetRisk("MAX_POSITIONS", None),
    SetRisk("RISK_PER_TRADE_PERCENT", "1"),
    StrategySwitch("ma_cross@1m", False),
    StrategySwitch("ma_cross@1m", True),
    StrategyParams("ma_cross@1m", {"fast": "5"}),
    StrategyParams("ma_cross@1m", {"fast": "7", "atr_mult": "1.5"}, "adopt"),
    StrategyParams("razor@1m", {"fast": "7"}, "close"),
    StrategyAdd(Member("again", "ma_cross", "5m", ("SOLUSDT",), {"slow": "12"})),
    StrategyAdd(Member("rules", "rules", "1m", SYMBOLS, {}, RULES)),
    StrategyParams("again", {"slow": "15"}),
    StrategyShadow("ma_cross@1m", 30, None, {"fast": "4", "slow": "11"}),
    StrategyShadow("ma_cross@1m", 0),
    StrategyShadow("rsi_mr@5m", 9, Member("quick", "ma_cross", "5m", SYMBOLS, {"fast": "2", "slow": "4"})),
    StrategyPromote("ma_cross@1m"),
    StrategyPromote("ma_cross@1m", "adopt"),
    StrategyPromote("rsi_mr@5m", "close"),
    StrategySwap("rules", Member("rules", "rules", "1m", SYMBOLS, {}, RULES.replace("above", "below")), "adopt"),
    StrategySwap("razor@1m", Member("other", "breakout", "5m", SYMBOLS)),
    StrategyRemove("again"),
    StrategyRemove("rules", "close"),
    StrategyAdd(Member("razor@1m", "razor", "1m", SYMBOLS)),
    StrategyParams("grid@1m", {"n": "4"}),
    StrategyParams("grid@1m", {"n": "3", "range": "12"}, "adopt"),
    StrategyParams("grid@1m", {"n": "2"}, "close"),
    StrategySwitch("grid@1m", False),
    StrategySwitch("grid@1m", True),
    StrategySwap("grid@1m", Member("grid", "grid", "1m", SYMBOLS, GRID), "adopt"),
    StrategySwap("grid@1m", Member("turned", "ma_cross", "1m", SYMBOLS), "adopt"),
    StrategyRemove("grid@1m", "close"),
    StrategyAdd(Member("grid@1m", "grid", "1m", SYMBOLS, GRID)),
)


TYPED = {"grid@1m": GRID, "scalping": {"obi": "0.1", "flow": "0", "edge_bps": "0"}}
SPECS = ("ma_cross@1m", "razor@1m", "rsi_mr@5m", "grid@1m")


def plan(specs: Sequence[str] = SPECS) -> Plan:
    """Strategies that trade often, on bars as they come and on bars made of them, at a venue that charges."""
    plans = []
    for spec in specs:
        strategy, timeframe = parse_spec(spec)
        params = parse_params(strategy, TYPED.get(spec, {}))
        plans.append(StrategyPlan(spec, strategy, params, timeframe, SYMBOLS))
    return Plan(
        tuple(plans),
        with_settings(RiskLimits(), WIDE | BINDING),
        Costs(spread_bps=D(2), latency_ms=300, participation=D("0.0001")),
        bracket=Bracket(D("0.002"), D("0.003")),
    )


def script(seed: int) -> list[Event]:
    """Some hours of the market, with quotes and people's wishes strewn in."""
    dice, events = random.Random(seed), list[Event]()
    quoted = seed % 3 > 0
    for event in market():
        if isinstance(event, CandleClosed) and dice.random() < 0.01:
            event = msgspec.structs.replace(event, close=dice.choice([float("nan"), -1.0, float("inf")]))
        if isinstance(event, CandleClosed) and quoted:
            event = msgspec.structs.replace(event, quote=quote(event, event.at, dice))
        events.append(event)
        if isinstance(event, CandleClosed) and quoted:
            for moment in sorted(dice.choices(range(60_000), k=dice.randrange(3))):
                events.append(quote(event, event.at + moment, dice))
        if dice.random() < 0.05:
            events.append(Command(event.at, 7, f"i{len(events)}", dice.choice(ACTIONS)))
    return events


def quote(candle: CandleClosed, at: int, dice: random.Random) -> Quote:
    """A top of the book near the close, on a book that is deep, thin or not known."""
    bid = candle.close * (1 + dice.gauss(0, 0.001))
    top = (bid, bid * 1.0001, 1.0, 5.0 * dice.random(), dice.uniform(-1.0, 1.0))
    stands = dice.choice([None, 1e7, 1e9, 30_000.0])
    depth = None if stands is None else Depth(at - dice.choice([0, 0, 11_000]), stands / candle.close, stands)
    return Quote(at, candle.symbol, *top, depth)


def market() -> Iterator[CandleClosed | Timer]:
    """Candles and minutes from the start on."""
    for event in MARKET.events():
        if event.at > MARKET.start + MINUTES * 60_000:
            return
        if isinstance(event, CandleClosed | Timer):
            yield event


def runner(
    journal: MemoryJournal, picture: bytes | None = None, specs: Sequence[str] = SPECS
) -> tuple[Runner, SimBroker]:
    """A fresh desk, or the one of a picture."""
    image = None if picture is None else decode(picture)
    instruments = {each.symbol: each for each in MARKET.instruments}
    rules = plan(specs)
    core = Core(
        rules,
        instruments,
        MARKET.timeframes,
        WindowEvaluator(rules.strategies),
        image.state if image else None,
        resolver=resolve,
        teller=state_of,
    )
    broker = SimBroker(instruments, rules.costs, rules.limits.max_leverage, image.sim if image else None)
    made = Runner(core, broker, journal, time.monotonic)
    journal.observers.append(made)
    if image is not None:
        place(image, core)
    else:
        for candle in MARKET.history():
            core.background.warm(candle)
        core.state.now = core.state.began = MARKET.start
    return made, broker


async def play(desk: Runner, events: Sequence[Event]) -> None:
    """Hand over events one after the other; all are on disk at the end."""
    running = asyncio.create_task(desk.run())
    for event in events:
        desk.post(event)
        await desk.idle()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def kept(journal: MemoryJournal, after: int = 0) -> list[Step]:
    """What a database holds, as it is read again."""
    turns = [turn for turn in journal.turns if len(turn) > 1 or is_kept(turn[0])]
    return [decode_step(encode_step(step)) for turn in turns for step in turn if step.seq > after]


def told(journal: MemoryJournal) -> list[str]:
    """Every step as it is stored, but for quotes nothing came of: a picture may hold one that was never written."""
    return [repr(encode_step(step)) for turn in journal.turns for step in turn if is_kept(step)]


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), share=st.floats(0, 1), earlier=st.none() | st.floats(0, 1))
def test_a_desk_cut_anywhere_goes_on_identically(seed: int, share: float, earlier: float | None) -> None:
    asyncio.run(cut(script(seed), share, earlier))


@settings(max_examples=15)
@example(seed=7820, share=0.703125, earlier=0.375)  # a quote between the candles brings equity to a new peak
@given(seed=st.integers(0, 10_000), share=st.floats(0, 1), earlier=st.none() | st.floats(0, 1))
def test_a_desk_that_quotes_cut_anywhere_goes_on_identically(seed: int, share: float, earlier: float | None) -> None:
    asyncio.run(cut(script(seed), share, earlier, ("grid@1m", "scalping")))


async def cut(events: Sequence[Event], share: float, earlier: float | None, specs: Sequence[str] = SPECS) -> None:
    """One life without an end against two with a restart between."""
    whole, (calm, venue) = (journal := MemoryJournal()), runner(journal, specs=specs)
    await play(calm, events)
    at = round(share * len(events))
    pictured = None if earlier is None else round(earlier * at)
    first = MemoryJournal()
    desk, broker = runner(first, specs=specs)
    await play(desk, events[: pictured or 0])
    blob = None if pictured is None else take(desk.core, broker, desk.last_event)
    seq = 0 if pictured is None else desk.core.state.seq
    await play(desk, events[pictured or 0 : at])
    second = MemoryJournal()
    again, sim = runner(second, blob, specs)
    again.recover(kept(first, seq))
    written = [step.event for step in kept(first)]
    while at > (pictured or 0) and isinstance(events[at - 1], Quote) and events[at - 1] not in written:
        at -= 1  # a quote that waits for the next step to be written with has not come yet: the feed gives it again
    await play(again, events[at:])
    assert (told(first) + told(second)) == told(whole)
    assert again.core.state == calm.core.state
    assert sim.state == venue.state
    assert take(again.core, sim, None) == take(calm.core, venue, None)
