"""Operands and rules on bars: arithmetic, windows, candles, hours, other timeframes, evidence beside the candles."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from engine.model.market import SPAN_MS, Bars, BarsByTimeframe, Floats, Ints, Timeframe
from strategies.rules.evidence import Asked
from strategies.rules.nodes import FlowMetric
from strategies.ta import library
from tests.series import START, bars_of, random_bars
from tests.unit.strategies.rules.documents import Json, built, longs, scored, where


def compare(left: object, op: str, right: object) -> Json:
    return {"type": "compare", "left": left, "op": op, "right": right}


def shaken(size: int, timeframe: Timeframe = "5m", **columns: Floats) -> Bars:
    """Bars that are never flat, closes 100, 101, ... where not given."""
    counted: Floats = np.arange(100.0, 100.0 + size).astype(np.float64)
    close = columns.pop("close", counted)
    rest: dict[str, Floats] = {"open": close, "high": close + 1.0, "low": close - 1.0}
    return bars_of(close, timeframe, **(rest | columns))


def test_arithmetic_is_that_of_numbers() -> None:
    bars = shaken(4, close=np.array([10.0, 20.0, 30.0, 40.0]))
    close = {"price": "close"}
    for operand, values in (
        ({"add": [close, 5]}, [15, 25, 35, 45]),
        ({"sub": [5, close]}, [-5, -15, -25, -35]),
        ({"mul": [close, {"price": "high"}]}, [110, 420, 930, 1640]),
        ({"div": [close, 4]}, [2.5, 5, 7.5, 10]),
        ({"min": [close, 25]}, [10, 20, 25, 25]),
        ({"max": [close, 25]}, [25, 25, 30, 40]),
        ({"abs": {"sub": [close, 25]}}, [15, 5, 5, 15]),
        ({"price": "hl2"}, [10, 20, 30, 40]),
        ({"price": "ohlc4"}, [10, 20, 30, 40]),
        ({"price": "close", "offset": 2}, [np.nan, np.nan, 10, 20]),
    ):
        check = scored(built(compare(operand, ">", -1e9)), bars).checks[0]
        np.testing.assert_array_equal(check.value, values)


def test_a_division_by_zero_is_undefined_and_its_negation_too() -> None:
    bars = shaken(3, volume=np.array([0.0, 2.0, 0.0]))
    rule = compare({"div": [1, {"price": "volume"}]}, ">", 0)
    assert longs(rule, bars=bars) == [1]
    assert longs({"not": rule}, bars=bars) == []
    assert longs({"not": compare({"div": [1, {"price": "volume"}]}, "<", 0)}, bars=bars) == [1]


def test_rounding_neither_parts_nor_joins_what_is_equal() -> None:
    """0.1 + 0.2 is a little more than 0.3 in binary."""
    total = {"add": [0.1, 0.2]}
    for op, rows in ((">", []), (">=", [0, 1]), ("<", []), ("<=", [0, 1])):
        assert longs(compare(0.3, op, total), bars=shaken(2)) == rows, op
        assert longs(compare(total, op, 0.3), bars=shaken(2)) == rows, op


def test_highest_and_lowest_leave_the_bar_itself_out() -> None:
    high = np.array([5.0, 9.0, 7.0, 6.0, 8.0, 4.0])
    bars = shaken(6, close=high, open=high, high=high, low=high - 1)
    for kind, values in (("highest", [9, 9, 8]), ("lowest", [5, 6, 6])):
        check = scored(built(compare({kind: {"of": {"price": "high"}, "bars": 3}}, ">", 0)), bars).checks[0]
        np.testing.assert_array_equal(check.value, [np.nan] * 3 + values)
    one = scored(built(compare({"highest": {"of": {"price": "high"}, "bars": 1}}, ">", 0)), bars).checks[0]
    np.testing.assert_array_equal(one.value, [np.nan, *high[:-1]])


def test_an_extreme_of_what_is_undefined_in_between_is_undefined() -> None:
    volume = np.array([1.0, 2.0, 0.0, 4.0, 5.0, 6.0, 7.0])
    of = {"div": [1, {"price": "volume"}]}
    check = scored(built(compare({"highest": {"of": of, "bars": 2}}, ">", 0)), shaken(7, volume=volume)).checks[0]
    np.testing.assert_allclose(check.value, [np.nan, np.nan, 1.0, np.nan, np.nan, 0.25, 0.2])


def test_candle_shapes() -> None:
    o = np.array([10.0, 12.0, 9.0, 12.5, 10.0, 10.00, 10.0])
    c = np.array([12.0, 10.0, 12.5, 8.5, 10.1, 10.05, 10.0])
    h = np.array([12.5, 12.5, 13.0, 13.0, 11.0, 10.50, 10.5])
    low = np.array([9.5, 9.5, 8.5, 8.0, 9.0, 9.50, 9.5])
    bars = bars_of(c, open=o, high=h, low=low)
    shapes = {
        "bullish_engulfing": [2],
        "bearish_engulfing": [1, 3],
        "inside_bar": [4, 5],
        "doji": [4, 5, 6],
    }
    for pattern, rows in shapes.items():
        assert longs({"type": "candle", "pattern": pattern}, bars=bars) == rows, pattern


@pytest.mark.parametrize(
    ("start", "end", "days", "zone"),
    [
        ("08:00", "16:00", None, "UTC"),
        ("22:00", "02:30", None, "UTC"),
        ("22:00", "02:30", [5], "UTC"),
        ("09:30", "16:00", [1, 2, 3, 4, 5], "America/New_York"),
        ("01:00", "04:00", None, "Europe/Berlin"),
        ("00:00", "12:00", [7], "Australia/Lord_Howe"),
    ],
)
def test_hours_are_those_of_the_close_on_local_clocks(start: str, end: str, days: list[int] | None, zone: str) -> None:
    """From October to April, so that clocks change in both hemispheres."""
    ts = START - 40 * 86_400_000 + np.arange(24_000, dtype=np.int64) * 15 * 60_000
    whole = shaken(24_000, "15m")
    bars = Bars(ts, whole.open, whole.high, whole.low, whole.close, whole.volume, whole.taker_buy)
    rule = {"type": "time", "from": start, "to": end, "zone": zone} | ({"days": days} if days else {})
    expected = []
    for t, opened in enumerate(ts.tolist()):
        local = datetime.fromtimestamp(opened / 1000 + 900, UTC).astimezone(ZoneInfo(zone))
        clock = f"{local:%H:%M}"
        inside = start <= clock < end if start <= end else clock >= start or clock < end
        if inside and local.isoweekday() in (days or range(1, 8)):
            expected.append(t)
    assert longs(rule, bars=bars, timeframe="15m") == expected != []


def hours(close: list[float]) -> Bars:
    return shaken(len(close), "1h", close=np.array(close))


def test_a_higher_timeframe_shows_its_last_bar_closed_by_the_close_of_the_bar() -> None:
    base, higher = shaken(30), hours([1.0, 2.0, 3.0])
    rule = compare({"price": "close", "timeframe": "1h"}, ">", 0)
    of = built(rule)
    assert of.timeframes == ("5m", "1h")
    check = scored(of, {"5m": base, "1h": higher}).checks[0]
    # The first hour closes at 01:00, as bar 11 (00:55 to 01:00) does; the third, at 03:00, after bar 29.
    np.testing.assert_array_equal(check.value, [np.nan] * 11 + [1.0] * 12 + [2.0] * 7)
    assert longs(rule, bars={"5m": base, "1h": higher}) == list(range(11, 30))


def test_a_missing_higher_timeframe_is_undefined() -> None:
    rule = compare({"price": "close", "timeframe": "1h"}, ">", 0)
    assert longs(rule, bars=shaken(30)) == []
    assert longs({"not": rule}, bars=shaken(30)) == []
    assert longs({"any": [rule, compare(1, ">", 0)]}, bars=shaken(30)) == list(range(30))


def test_a_rule_on_a_higher_timeframe_is_decided_on_its_bars() -> None:
    close = random_bars(2, 200, "1h").close
    higher = hours(close.tolist())
    base = shaken(199 * 12)
    rule = {"type": "indicator", "indicator": "ema", "condition": "crossover", "timeframe": "1h"}
    fast, slow = library().EMA(close, 9), library().EMA(close, 21)
    gap = fast / slow - 1.0
    crosses = where((gap[1:] > 1e-12) & (gap[:-1] <= 1e-12))
    expected = [12 * (t + 2) - 1 + k for t in crosses for k in range(12) if 12 * (t + 2) - 1 + k < len(base)]
    assert longs(rule, bars={"5m": base, "1h": higher}) == expected != []


def test_a_comparison_with_a_higher_timeframe_crosses_once() -> None:
    base, higher = shaken(36, close=np.full(36, 5.0)), hours([1.0, 9.0, 9.0])
    rule = compare({"price": "close"}, "crosses_below", {"price": "close", "timeframe": "1h"})
    assert longs(rule, bars={"5m": base, "1h": higher}) == [23]


class Known:
    """Evidence made up for a test."""

    def reads(self, base: Timeframe, asked: frozenset[Asked]) -> Mapping[Timeframe, int]:
        return {"1m": 7} if asked else {}

    def state(self, bars: BarsByTimeframe) -> Ints:
        return np.array([-1, 0, 1, 2, 3, 0])

    def flow(self, metric: FlowMetric, bars: BarsByTimeframe) -> Floats:
        return np.array([np.nan, 0.0, 1.0, 2.0, 3.0, 4.0]) * (-1.0 if metric == "divergence" else 1.0)

    def levels(self, kind: str, tier: int, bars: BarsByTimeframe) -> Floats:
        near = next(iter(bars.values())).close
        return np.stack([near * (1.001 if kind == "poc" else 1.01), np.where(near > 103, near, np.nan)], axis=1)


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ({"type": "market_state", "in": ["BALANCED", "IMBALANCED_DOWN"]}, [1, 3, 5]),
        ({"not": {"type": "market_state", "in": ["BALANCED"]}}, [2, 3, 4]),
        ({"type": "flow", "metric": "stacked_buy", "op": ">=", "value": 3}, [4, 5]),
        ({"type": "flow", "metric": "divergence", "op": "<", "value": -2.5}, [4, 5]),
        ({"type": "level", "kind": "poc", "withinPct": 0.1}, list(range(6))),
        ({"type": "level", "kind": "key", "withinPct": 0.1, "minTier": 1}, [4, 5]),
    ],
)
def test_evidence_beside_the_candles_is_used_and_what_is_unknown_is_not(rule: Json, rows: list[int]) -> None:
    of = built(rule, evidence=Known())
    assert where(scored(of, shaken(6)).score) == rows
    assert of.timeframes == ("5m", "1m")
    assert where(scored(built(rule), shaken(6)).score) == []


def test_imbalance_and_cvd_come_from_taker_volume() -> None:
    taker = np.array([60.0, 90.0, np.nan, 10.0, 50.0])
    bars = shaken(5, taker_buy=taker)
    flow = {"type": "flow", "op": ">", "value": 0.15}
    assert longs(flow | {"metric": "imbalance"}, bars=bars) == [0, 1]
    assert longs(flow | {"metric": "cvd", "value": 50}, bars=bars) == [1]
    quiet = shaken(2, volume=np.zeros(2), taker_buy=np.zeros(2))
    assert longs(flow | {"metric": "imbalance", "op": ">=", "value": 0}, bars=quiet) == [0, 1]


def test_the_bars_of_the_tests_close_when_they_say() -> None:
    assert shaken(2).ts[1] - shaken(2).ts[0] == SPAN_MS["5m"]
