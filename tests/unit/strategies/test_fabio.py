"""Fabio over whole markets: no look-ahead, nothing invented, and signals that the models confirm."""

from functools import cache

import msgspec
import numpy as np
import pytest

from engine.model.market import DAY_MS, MINUTE_MS, SPAN_MS, Bars, BarsByTimeframe, Scores
from strategies.fabio import HISTORY, Fabio
from strategies.playbook import Params, Setup, score
from strategies.structure.auction import auction
from strategies.structure.landmarks import landmarks
from strategies.structure.levels import clusters
from strategies.structure.state import DOWN, STATES, UP
from tests.auctions import FILE, closed_by, every_timeframe, generated, recorded_minutes
from tests.series import START, e60
from tests.stand_in import Recorded

FABIO = Fabio()
EAGER = Params(min_confluence=-1, min_rr=0, delta_share=0.1, volume_sd=0)
"""Signals often, so that a market of days has many."""
DAYS = 26


@cache
def market(seed: int = 7) -> BarsByTimeframe:
    return every_timeframe(generated(seed, DAYS))


@cache
def eager(seed: int = 7) -> Scores:
    return FABIO.evaluate(market(seed), EAGER)


def reasons(scores: Scores) -> set[str]:
    return {scores.reasons[code] for code in scores.reason}


def columns(scores: Scores, row: int) -> dict[str, float]:
    names = ("score", "confidence", "stop", "target", "reason", "exit_long", "exit_short")
    checks = {f"{check.name} {part}": getattr(check, part)[row] for check in scores.checks for part in ("value", "met")}
    return {name: float(getattr(scores, name)[row]) for name in names} | {k: float(v) for k, v in checks.items()}


def test_a_market_of_weeks_meets_every_kind_of_signal() -> None:
    wanted = {"trend_long", "trend_short", "reversion_long", "reversion_short"}
    assert wanted <= reasons(eager(7)) | reasons(eager(8))


def test_what_is_said_at_a_close_never_depends_on_what_comes_later() -> None:
    """Bit for bit, at every signal, at the start, around midnight, and all along a recorded or generated market."""
    bars, whole = market(), eager()
    rows = {*np.flatnonzero(whole.score).tolist()[::8], *range(284, 292, 2), *range(0, len(bars["5m"]), 1_397)}
    for row in rows:
        part = FABIO.evaluate(closed_by(bars, int(bars["5m"].ts[row]) + SPAN_MS["5m"]), EAGER)
        assert len(part.score) == row + 1
        np.testing.assert_equal(columns(part, row), columns(whole, row))


def test_bars_of_other_timeframes_that_close_later_change_nothing() -> None:
    """The histories of the other timeframes may reach beyond the last bar scored."""
    bars, whole = market(), eager()
    for row in np.flatnonzero(whole.score).tolist()[::5]:
        part = FABIO.evaluate({**bars, "5m": bars["5m"].slice(0, row + 1)}, EAGER)
        np.testing.assert_equal(columns(part, row), columns(whole, row))


def test_a_recorded_market_says_the_same_by_prefixes(recorded: Recorded) -> None:
    bars = every_timeframe(recorded_minutes(recorded(FILE), 6))
    whole = FABIO.evaluate(bars, EAGER)
    for row in range(600, len(bars["5m"]), 131):
        part = FABIO.evaluate(closed_by(bars, int(bars["5m"].ts[row]) + SPAN_MS["5m"]), EAGER)
        np.testing.assert_equal(columns(part, row), columns(whole, row))


def last(scores: Scores) -> dict[str, float]:
    """The last row."""
    return columns(scores, len(scores.score) - 1)


@pytest.mark.parametrize("params", [EAGER, Params(), msgspec.structs.replace(EAGER, k=48, excursion_bars=12)])
def test_the_newest_bar_alone_is_scored_as_among_all_of_them(params: Params) -> None:
    """At signals, around midnight, in between, and while nothing is known yet; also behind a long history."""
    bars = market()
    whole = FABIO.evaluate(bars, params)
    midnights = np.flatnonzero(bars["5m"].ts % DAY_MS == 0)
    rows = {*range(0, 60, 7), *np.flatnonzero(whole.score).tolist(), *range(600, len(bars["5m"]), 211)}
    rows |= {row + step for row in midnights.tolist() for step in (-2, -1, 0, 1)}
    for row in sorted(row for row in rows if 0 <= row < len(bars["5m"])):
        seen = {**bars, "5m": bars["5m"].slice(0, row + 1)}
        np.testing.assert_equal(last(FABIO.newest(seen, params)), columns(whole, row))
    assert FABIO.newest({**bars, "5m": bars["5m"].slice(0, 0)}, params).score.size == 0


def test_the_newest_bar_of_a_recorded_market_is_scored_as_among_all_of_them(recorded: Recorded) -> None:
    bars = every_timeframe(recorded_minutes(recorded(FILE), 6))
    for row in range(580, len(bars["5m"]), 37):
        part = closed_by(bars, int(bars["5m"].ts[row]) + SPAN_MS["5m"])
        np.testing.assert_equal(last(FABIO.newest(part, EAGER)), last(FABIO.evaluate(part, EAGER)))


def test_a_desk_that_remembers_says_what_one_says_that_does_not() -> None:
    bars, signals = every_timeframe(generated(7, 5)), 0
    for size in range(1_150, 1_440):
        at = int(bars["5m"].ts[size])
        ends = {name: int(some.ts.searchsorted(at - SPAN_MS[name], "right")) for name, some in bars.items()}
        said = last(FABIO.newest({name: some.slice(0, ends[name]) for name, some in bars.items()}, EAGER))
        np.testing.assert_equal(said, last(FABIO.newest(closed_by(bars, at), EAGER)))
        signals += said["score"] != 0.0
    assert signals > 0


def test_a_window_of_warmup_bars_agrees_with_the_whole_history() -> None:
    bars, whole = market(), eager()
    window = FABIO.warmup(EAGER)
    seen = 0
    for row in np.flatnonzero(whole.score).tolist()[::2]:
        if row < window:
            continue
        part = FABIO.evaluate({**bars, "5m": bars["5m"].slice(row + 1 - window, row + 1)}, EAGER)
        found, wanted = columns(part, window - 1), columns(whole, row)
        for name in wanted:
            assert found[name] == pytest.approx(wanted[name], rel=1e-9, nan_ok=True), (row, name)
        seen += 1
    assert seen > 10


def test_every_signal_has_its_stop_behind_it_and_its_target_ahead() -> None:
    scores, close = eager(), market()["5m"].close
    rows = np.flatnonzero(scores.score)
    side = np.sign(scores.score[rows])
    assert rows.size > 30
    assert (side * (close[rows] - scores.stop[rows]) > 0).all()
    assert (side * (scores.target[rows] - close[rows]) > 0).all()
    assert (scores.confidence[rows] == np.abs(scores.score[rows])).all()
    assert (scores.confidence <= 100).all()


def test_a_trend_signal_goes_with_the_imbalance_and_a_reversion_stands_on_an_edge() -> None:
    scores = eager()
    view = auction(market(), EAGER)
    location = {check.name: check for check in scores.checks}["location"].value
    for row in np.flatnonzero(scores.score).tolist():
        name, state = scores.reasons[scores.reason[row]], STATES[view.state[row]]
        if name.startswith("trend"):
            assert state == ("IMBALANCED_UP" if scores.score[row] > 0 else "IMBALANCED_DOWN")
        else:
            val, poc, vah = view.value(row)
            assert state in ("BALANCED", "TRANSITION")
            assert location[row] == (val if scores.score[row] > 0 else vah)
            assert scores.target[row] == poc
            assert val <= market()["5m"].close[row] <= vah


def test_a_trade_ends_when_the_market_leaves_value_the_other_way() -> None:
    view = auction(market(), EAGER)
    assert (eager().exit_long == (view.state == DOWN)).all()
    assert (eager().exit_short == (view.state == UP)).all()
    assert eager().exit_long.any()


def test_a_score_is_that_of_the_models_numbers() -> None:
    view, scores, close = auction(market(), EAGER), eager(), market()["5m"].close
    checks = {check.name: check.value for check in scores.checks}
    weighed = 0
    for row in np.flatnonzero(scores.score).tolist():
        side, last = int(np.sign(scores.score[row])), close[row - 11 : row + 1]
        val, _, vah = view.value(row)
        if scores.reasons[scores.reason[row]].startswith("trend"):
            held = last > vah if side > 0 else last < val
        else:
            held = (val <= last) & (last <= vah)
        level = float(checks["location"][row])
        known = clusters(landmarks(view.history, int(view.at[row]), float(close[row])))
        near = [one.significance for one in known if abs(one.price / level - 1) <= 0.0015]
        setup = Setup("trend", side, float(close[row]), 0.0, 0.0, level)
        wanted = score(setup, view.bar(row), held.mean(), max(near, default=0.0), float(checks["confluence"][row]))
        assert scores.confidence[row] == pytest.approx(wanted)
        weighed += bool(near)
    assert weighed > 10


def test_excursions_are_those_of_a_walk_along_the_bars() -> None:
    view, bars = auction(market(), EAGER), market()["5m"]
    begun, session, seen = [-1, -1], -1, 0
    for row in range(len(bars)):
        val, _, vah = view.value(row)
        if view.at[row] // DAY_MS != session:
            session, begun = int(view.at[row]) // DAY_MS, [-1, -1]
        for k, beyond in enumerate((bars.low[row] < val, bars.high[row] > vah)):
            begun[k] = row if beyond and begun[k] < 0 else begun[k]
            back = val <= bars.close[row] <= vah and begun[k] >= 0 and row - begun[k] <= 3
            assert view.returned[k][row] == (begun[k] if back else -1)
            seen += back
        if val <= bars.close[row] <= vah:
            begun = [-1, -1]
    assert seen > 50


def test_a_trend_may_run_to_nodes_of_the_leg_and_of_the_previous_day() -> None:
    view = auction(market(), EAGER)
    found = 0
    for row in np.flatnonzero(view.state == UP).tolist()[::10]:
        lvns, targets = view.nodes(row, 1)
        session = view.history.sessions.of(int(view.at[row]) // DAY_MS - 1)
        assert session is not None
        if targets:
            assert {*session.hvn, session.poc} <= set(targets)
            assert len(targets) > len(session.hvn) + 1
            found += len(lvns)
    assert found > 10


def test_only_signals_the_timeframes_agree_with_are_forwarded() -> None:
    strict = FABIO.evaluate(market(), msgspec.structs.replace(EAGER, min_confluence=0.2))
    agreement = {check.name: check for check in strict.checks}["confluence"].value
    kept = strict.score != 0
    assert (np.sign(strict.score[kept]) * agreement[kept] >= 0.2).all()
    dropped = (eager().score != 0) & ~kept
    assert {strict.reasons[code] for code in strict.reason[dropped]} == {"low_confluence"}
    np.testing.assert_array_equal(strict.score[kept], eager().score[kept])


@pytest.mark.parametrize("name", ["1m", "1h", "4h", "1d"])
def test_without_a_timeframe_nothing_is_said(name: str) -> None:
    bars = {timeframe: some for timeframe, some in market().items() if timeframe != name}
    scores = FABIO.evaluate(bars, Params())
    assert not scores.score.any()
    assert reasons(scores) == {"warming_up", "missing_timeframe"}
    assert not (scores.exit_long | scores.exit_short).any()


def with_minutes(minutes: Bars) -> Scores:
    return FABIO.evaluate({**market(), "1m": minutes}, EAGER)


def test_without_a_taker_side_it_abstains_and_says_why() -> None:
    minutes = market()["1m"]
    blind = with_minutes(msgspec.structs.replace(minutes, taker_buy=np.full(len(minutes), np.nan)))
    assert not blind.score.any()
    assert reasons(blind) == {"warming_up", "unknown_state", "incomplete_flow"}


def test_a_minute_without_a_taker_side_silences_its_bar_only() -> None:
    row = int(np.flatnonzero(eager().score)[10])
    minutes, at = market()["1m"], int(market()["5m"].ts[row])
    taker = minutes.taker_buy.copy()
    taker[np.searchsorted(minutes.ts, at + 2 * MINUTE_MS)] = np.nan
    scores = with_minutes(msgspec.structs.replace(minutes, taker_buy=taker))
    assert scores.reasons[scores.reason[row]] == "incomplete_flow"
    assert scores.score[row] == 0
    others = np.arange(len(scores.score)) != row
    np.testing.assert_array_equal(scores.score[others], eager().score[others])


def test_a_missing_minute_leaves_the_rest_of_its_day_and_the_next_unknown() -> None:
    minutes = market()["1m"]
    hole = 10 * 1_440 + 600
    keep = np.delete(np.arange(len(minutes)), hole)
    scores = with_minutes(Bars(*(getattr(minutes, name)[keep] for name in Bars.__struct_fields__)))
    unknown = {check.name: check for check in scores.checks}["state"].met == 0
    closed = (market()["5m"].ts + SPAN_MS["5m"] - START) / DAY_MS
    wanted = (closed < 1) | (closed % 1 == 0) | ((closed > 10 + 600 / 1_440) & (closed < 12))
    np.testing.assert_array_equal(unknown, wanted)
    assert not scores.score[wanted].any()
    assert {scores.reasons[code] for code in scores.reason[wanted]} == {"warming_up", "unknown_state"}


def test_too_short_a_series_says_nothing() -> None:
    bars = every_timeframe(generated(1, 2))
    for size in (0, 1, 19):
        scores = FABIO.evaluate({**bars, "5m": bars["5m"].slice(0, size)}, Params())
        assert reasons(scores) <= {"warming_up"}
    assert reasons(FABIO.evaluate({"5m": e60()}, Params())) == {"warming_up", "missing_timeframe"}


def test_the_windows_hold_the_previous_day_and_settled_averages() -> None:
    assert FABIO.warmup(Params()) == 576
    assert FABIO.first_bar(Params()) == 20
    assert FABIO.first_bar(Params(k=48)) == 47
    assert HISTORY["1m"] == 31 * 1_440
    assert HISTORY["1d"] >= 315
