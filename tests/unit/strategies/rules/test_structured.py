"""Rules over market structure: states, levels and flow are those of a plain look at each bar, unknown where it is."""

from functools import cache

import msgspec
import numpy as np
import pytest

from engine.model.market import DAY_MS, SPAN_MS, Bars, BarsByTimeframe, Flow, with_flow
from strategies.rules.folder import LIBRARY, load
from strategies.rules.structured import Structure
from strategies.structure.landmarks import History, landmarks
from strategies.structure.levels import clusters
from strategies.structure.sessions import Sessions
from tests.auctions import every_timeframe, generated
from tests.markets import prefix
from tests.series import START, bars_of
from tests.unit.strategies.rules.documents import built, scored, where

STRUCTURE = Structure()
FADE = load(LIBRARY / "value-area-fade.json")


@cache
def market() -> BarsByTimeframe:
    return every_timeframe(generated(5, 6))


def closes(bars: Bars) -> list[int]:
    return [int(opened) + SPAN_MS["5m"] for opened in bars.ts]


def test_levels_of_the_session_before_are_those_of_that_day() -> None:
    sessions, bars = Sessions(market()["1m"]), market()
    tables = {kind: STRUCTURE.levels(kind, 3, bars) for kind in ("poc", "val", "vah", "hvn", "lvn")}
    seen = 0
    for row, at in enumerate(closes(bars["5m"])):
        session = sessions.of(at // DAY_MS - 1)
        for kind, table in tables.items():
            found = table[row][np.isfinite(table[row])].tolist()
            wanted = [] if session is None else getattr(session, kind)
            assert found == (list(wanted) if isinstance(wanted, tuple | list) else [wanted])
            seen += len(found)
    assert seen > 5 * 1_440
    assert np.isnan(tables["hvn"][:287]).all()


@pytest.mark.parametrize("tier", [1, 2, 3])
def test_key_levels_are_the_clusters_in_force_at_each_close(tier: int) -> None:
    bars = market()
    history = History(Sessions(bars["1m"]), bars["1h"], bars["1d"])
    table = STRUCTURE.levels("key", tier, bars)
    at, close = closes(bars["5m"]), bars["5m"].close
    for row in [*range(0, len(at), 7), *range(280, 310), *range(1_140, 1_160)]:
        every = clusters(landmarks(history, at[row], float(close[row])))
        assert table[row][np.isfinite(table[row])].tolist() == [one.price for one in every if one.tier <= tier]


def test_a_close_that_is_no_price_has_no_key_levels() -> None:
    five = market()["5m"]
    close = five.close.copy()
    close[[500, 501]] = np.nan, 0.0
    bars = {**market(), "5m": msgspec.structs.replace(five, close=close)}
    assert np.isnan(STRUCTURE.levels("key", 3, bars)[500:502]).all()


def test_without_the_other_timeframes_nothing_is_known() -> None:
    alone: BarsByTimeframe = {"5m": market()["5m"]}
    assert (STRUCTURE.state(alone) == -1).all()
    for kind in ("poc", "val", "vah", "hvn", "lvn"):
        assert np.isnan(STRUCTURE.levels(kind, 3, alone)).all()


def test_a_missing_minute_leaves_state_and_levels_of_the_next_day_unknown() -> None:
    minutes = market()["1m"]
    kept = np.delete(np.arange(len(minutes)), 2 * 1_440 + 700)
    holed = Bars(*(getattr(minutes, name)[kept] for name in Bars.__struct_fields__))
    bars = {**market(), "1m": holed}
    day = (np.array(closes(market()["5m"])) - START) // DAY_MS
    assert np.isnan(STRUCTURE.levels("val", 3, bars)[day == 3]).all()
    assert np.isfinite(STRUCTURE.levels("val", 3, bars)[day == 2]).all()
    assert (STRUCTURE.state(bars)[day == 3] == -1).all()


def test_stacked_rows_are_those_of_the_footprint_and_unknown_without_one() -> None:
    of = bars_of(np.array([9.0, 8, 6, 7, 8, 7, 5, 6, 7]))
    nothing = np.full(9, np.nan)
    stacked = with_flow(of, Flow(np.array([3.0, 2, np.nan, 0, 4, 0, 0, 0, 0]), np.zeros(9), nothing))
    assert where(scored(built(flow("stacked_buy", ">=", 3)), stacked).score) == [0, 4]
    assert not scored(built(flow("stacked_buy", ">=", 0)), of).score.any()


def test_a_divergence_is_that_of_the_printed_example() -> None:
    """Section 5.5: closes 9 8 6 7 8 7 5 6 7, CVD 5 3 1 2 4 3 2 3 4: bullish from the last bar on."""
    close, cvd = np.array([9.0, 8, 6, 7, 8, 7, 5, 6, 7]), np.array([5.0, 3, 1, 2, 4, 3, 2, 3, 4])
    of = bars_of(close, volume=np.full(9, 100.0), taker_buy=(100.0 + np.diff(cvd, prepend=0.0)) / 2.0)
    assert STRUCTURE.flow("divergence", {"5m": of}).tolist() == [0.0] * 8 + [1.0]


def flow(metric: str, op: str, value: float) -> dict[str, object]:
    return {"type": "flow", "metric": metric, "op": op, "value": value}


def test_a_file_reads_what_its_rules_ask_for_and_no_more() -> None:
    level = {"type": "level", "kind": "poc", "withinPct": 1}
    key = {"type": "level", "kind": "key", "withinPct": 1}
    asked = [built(rule) for rule in (flow("stacked_buy", ">", 2), flow("divergence", ">", 0), level, key)]
    reads = [dict(one.reads(one.params_type())) for one in asked]
    assert reads == [{}, {}, {"1m": 2_880}, {"1m": 31 * 1_440, "1h": 124, "1d": 69}]
    assert [one.warmup(one.params_type()) for one in asked] == [577, 577, 576, 576]  # since 00:00 of the day before
    assert FADE.reads(FADE.params_type()) == {"1m": 2_880}


def test_the_fade_of_the_value_area_trades_where_its_rules_hold() -> None:
    """Balanced or in transition, within 0.15 % of the low (high) edge of yesterday's value, takers pushing back."""
    bars = every_timeframe(generated(5, 20))
    five, score = bars["5m"], scored(FADE, bars).score
    sessions, state = Sessions(bars["1m"]), STRUCTURE.state(bars)
    delta = 2.0 * five.taker_buy - five.volume
    for row, at in enumerate(closes(five)):
        session = sessions.of(at // DAY_MS - 1)
        side = 0
        if row >= FADE.first_bar(FADE.params_type()) and session and state[row] in (0, 3) and five.volume[row]:
            share = delta[row] / five.volume[row]
            near_val, near_vah = (abs(five.close[row] / edge - 1) <= 0.0015 for edge in (session.val, session.vah))
            side = 1 if near_val and share >= 0.25 else -1 if near_vah and share <= -0.25 else 0
        assert np.sign(score[row]) == side, row
    assert np.count_nonzero(score > 0) > 5
    assert np.count_nonzero(score < 0) > 5


def test_what_is_said_at_a_close_never_depends_on_what_comes_later() -> None:
    key = built({"type": "level", "kind": "key", "withinPct": 0.1, "minTier": 2})
    for of in (FADE, key):
        whole = scored(of, market())
        assert whole.score.any()
        for size in range(300, len(market()["5m"]), 41):
            part = scored(of, prefix(market(), size))
            assert part.score.tobytes() == whole.score[:size].tobytes()
            assert part.reason.tobytes() == whole.reason[:size].tobytes()
