"""The gate's short way for entries of a backtest says what the rules say, one by one, wherever the lines are."""

from copy import deepcopy
from decimal import Decimal as D

import msgspec
import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine.candles import KnownSeries
from engine.model.instrument import Instrument, Tier
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import Bars
from engine.model.messages import Depth, Quote
from engine.model.orders import OrderRequest
from engine.plan import Costs
from engine.risk.order_rate import Bucket
from engine.risk.regime import Regime
from tests.desk import WIDE, Desk
from tests.scripted import START
from tests.unit.engine.risk.asked import enter, holding, remembering

MINUTE = 60_000


def mostly[T](usual: T, *others: T) -> st.SearchStrategy[T]:
    """The usual value, now and then another: a case should differ from a good one in a thing or two."""
    return st.sampled_from([usual] * 6 * len(others) + [*others])


SCARCE = ("min_notional 900", "min_qty 5", "step 5")
"""What a venue may want at least, and a small entry does not come to."""
LIMITS = st.fixed_dictionaries(
    {
        "RISK_PER_TRADE_PERCENT": mostly("1", "0.01", "2", "5"),
        "MAX_POSITION_SIZE_PERCENT": mostly("100", "5", "20"),
        "MAX_LEVERAGE": mostly("5", "1", "2", "20"),
        "MAX_DAILY_LOSS_PERCENT": mostly("8", "0.9", "2"),
        "VAR_LIMIT_PERCENT": mostly("50", "0.5", "3"),
        "ES_LIMIT_PERCENT": mostly("60", "0.6", "4"),
        "VOLATILITY_HALT_K": mostly("100", "3", "10"),
        "VOLATILITY_HALT_M": mostly("none", "2"),
        "BAD_PRICE_PERCENT": mostly("50", "2"),
        "ORDER_BURST": mostly("5", "1"),
        "LIQUIDATION_BUFFER": mostly("0.9", "0.2", "0.5"),
        "ALLOW_SCALE_DOWN": mostly("on", "off"),
        "MAX_POSITIONS": mostly("9", "1", "3"),
        "MAX_HEAT_PERCENT": mostly("50", "1", "4"),
        "MAX_STRESS_HEAT_PERCENT": mostly("50", "1", "4"),
        "MAX_CORRELATED_EXPOSURE": mostly("20", "0.2", "0.6"),
        "VAR_METHOD": mostly("historical", "historical", "normal"),
    }
)
ONE_TIER = (Tier(D(0), None, D("0.005"), D(125)),)
HELD = st.lists(st.tuples(st.sampled_from(["3", "-5", "8", "-40"]), mostly("2", None, "15")), max_size=4)
"""Other positions: their quantities at 100, and how many percent away their stops are."""
UNDER_WAY = mostly(None, "ETH", "BTC")
TIERS = mostly(
    ONE_TIER,
    (Tier(D(0), None, D("0.05"), D(10)),),
    (Tier(D(0), D(3000), D("0.004"), D(50)), Tier(D(3000), None, D("0.1"), D(2), D(288))),
)
WISHES = st.fixed_dictionaries(
    {
        "side": st.sampled_from(["buy", "sell"]),
        "away": mostly("2", "0", "-1", "0.5", "8", "18", "30"),
        "price": mostly(None, D("100.5")),
        "qty": mostly(None, D(1), D(500)),
        "late": mostly(0, 500, 400_000, -5_000),
        "valid": mostly(30_000, None, 0, -1),
    }
)
MARKETS = st.fixed_dictionaries(
    {
        "minutes": st.sampled_from([2, 20, 20, 20, 300]),
        "seed": st.integers(0, 10_000),
        "pace": mostly(0.0003, 0.0, 0.004),
        "jump": mostly(0.0, 0.012, 0.3),
        "days": st.sampled_from([0, 20, 60]),
        "lost": mostly("0", "20", "150"),
        "tokens": mostly(None, D(0), D("0.5"), D(4)),
        "rung": mostly(0, 1),
        "known": st.booleans(),
        "apart": mostly(None, 0.1, 0.3),
        "deep": mostly(None, 0.0, 200.0),
        "least": mostly("min_notional 5", *SCARCE),
    }
)


def beside(desk: Desk, held: list[tuple[str, str | None]], coming: str | None) -> Desk:
    """The desk with other positions, and an entry that is under way."""
    for place, (qty, away) in enumerate(held):
        side = 1 if D(qty) > 0 else -1
        holding(desk, f"S{place}", qty, None if away is None else str(100 - side * D(away)))
    if coming is not None:
        enter(desk.core.state, coming, "10", "0")
    return desk


def world(limits: dict[str, str], tiers: tuple[Tier, ...], market: dict[str, object]) -> Desk:
    """A desk that holds nothing, some minutes into a market."""
    least, value = str(market["least"]).split()
    of = msgspec.structs.replace(Instrument("BTC", "BTC", "USDT", tiers=tiers), **{least: D(value)})
    desk = Desk({}, settings=WIDE | limits, costs=Costs(), instruments=(of,))
    rng = np.random.default_rng(int(str(market["seed"])))
    closes = 100 * np.exp(np.cumsum(rng.normal(0, float(str(market["pace"])), int(str(market["minutes"])))))
    closes[-1] *= 1 + float(str(market["jump"]))
    for close in closes.tolist():
        desk.bar(close)
    if days := int(str(market["days"])):
        remembering(desk, **{symbol: rng.normal(0, 0.02, days).tolist() for symbol in ("BTC", "S0", "S1", "S2")})
    gate, state = desk.core.desk.gate, desk.core.state
    state.cash -= D(str(market["lost"]))
    state.rung = int(str(market["rung"]))
    if market["tokens"] is not None:
        state.bucket = Bucket(D(str(market["tokens"])), desk.now - 100)
    if market["apart"] is not None:
        half = float(str(market["apart"])) / 2
        deep = None if market["deep"] is None else Depth(desk.now, *[float(str(market["deep"]))] * 2)
        state.quotes["BTC"] = Quote(desk.now, "BTC", 100 - half, 100 + half, depth=deep)
    if market["known"]:
        opened = START + MINUTE * np.arange(len(closes))
        bars = Bars(opened, *[closes] * 6)
        series = KnownSeries("BTC", "1m", {"1m": bars}, opened, closes)
        series.skip(int(opened[-1]))
        gate.series = {"BTC": series}
    return desk


def wanted(desk: Desk, wish: dict[str, object]) -> OrderRequest:
    """An entry at the newest close, its stop `away` percent from it."""
    long, price = wish["side"] == "buy", D(str(round(desk.core.state.marks["BTC"], 4)))
    stop = price * (1 - D(str(wish["away"])) / 100 * (1 if long else -1))
    at, valid = desk.now + int(str(wish["late"])), wish["valid"]
    request = OrderRequest(at, "BTC", "buy", "entry", "market", "scripted", price, "t", stop=stop)
    until = None if valid is None else desk.now + int(str(valid))
    changed = {name: wish[name] for name in ("side", "qty", "price")} | {"valid_until": until}
    return msgspec.structs.replace(request, **changed)


@settings(max_examples=400, deadline=None)
@given(LIMITS, TIERS, MARKETS, WISHES, HELD, UNDER_WAY)
def test_the_short_way_says_what_every_rule_says(
    limits: dict[str, str],
    tiers: tuple[Tier, ...],
    market: dict[str, object],
    wish: dict[str, object],
    held: list[tuple[str, str | None]],
    coming: str | None,
) -> None:
    agree(limits, tiers, market, wish, held, coming)


@pytest.mark.parametrize("least", SCARCE)
@given(MARKETS)
@settings(max_examples=5, deadline=None)
def test_a_small_entry_is_refused_in_the_words_of_the_rules(least: str, market: dict[str, object]) -> None:
    # 0.01 % of 10,000 is lost over 2 and a little each: less than half a contract, worth less than 50.
    wish: dict[str, object] = {"side": "buy", "away": "2", "price": None, "qty": None, "late": 0, "valid": None}
    agree({"RISK_PER_TRADE_PERCENT": "0.01"}, ONE_TIER, market | {"least": least}, wish, [], None)


def agree(
    limits: dict[str, str],
    tiers: tuple[Tier, ...],
    market: dict[str, object],
    wish: dict[str, object],
    held: list[tuple[str, str | None]],
    coming: str | None,
) -> None:
    """Both ways say the same of one entry."""
    desk = beside(world(limits, tiers, market), held, coming)
    gate, request, states = desk.core.desk.gate, wanted(desk, wish), [deepcopy(desk.core.state) for _ in range(2)]
    whole = gate.decide(request, states[0])
    gate.explains = False
    short = gate.decide(request, states[1])
    event(f"{'short' if short.order and not short.verdicts else 'long'} {'beside' if held or coming else 'alone'}")
    assert whole.order == short.order
    assert whole.denial == short.denial
    assert states[0].bucket == states[1].bucket


def test_there_is_no_short_way_past_a_rule_that_it_does_not_know() -> None:
    assert Regime(RiskLimits()).clearance is not None
    for name, value in (("COOLDOWN_BARS", "3"), ("MAX_TRADES_PER_DAY", "5"), ("SIZING_MODE", "fixed")):
        assert Regime(with_settings(RiskLimits(), {name: value})).clearance is None, name
