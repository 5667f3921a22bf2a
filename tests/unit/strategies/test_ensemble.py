"""Ensembles: members' votes on candles beside a plain loop, leaders and their exits, what is refused."""

from collections import Counter

import numpy as np
import pytest

from engine.model.errors import BadInput
from engine.model.market import Bars, BarsByTimeframe, Scores
from strategies import ensemble
from strategies.base import build, parse_params
from strategies.ensemble import ChosenParams, Params
from strategies.structure.current import states
from strategies.structure.state import BALANCED
from tests.auctions import every_timeframe, generated
from tests.series import random_bars

FOUR = ("breakout", "ma_cross", "macd_bb", "rsi_mr")


def said(names: tuple[str, ...], bars: Bars) -> dict[str, Scores]:
    members = {name: build(name) for name in names}
    return {name: member.evaluate({"5m": bars}, member.params_type()) for name, member in sorted(members.items())}


def expected(votes: dict[str, float], weights: dict[str, float]) -> tuple[str, float, str | None]:
    """Reason, score and leader from the rules alone; `votes` are the signed confidences that count."""
    if not votes or not sum(weights[name] for name in votes):
        return "flat", 0.0, None
    score = sum(weights[name] * vote for name, vote in votes.items()) / sum(weights[name] for name in votes)
    side = 1 if score > 0 else -1
    agreeing = {name: vote for name, vote in votes.items() if vote * side > 0}
    if any(vote * side <= -0.8 for vote in votes.values()):
        return "veto", score, None
    if len(agreeing) < 2:
        return "single vote", score, None
    if abs(score) < 0.5:
        return f"score {score:.2f}", score, None
    return "ok", score, min(agreeing, key=lambda name: (-weights[name] * abs(agreeing[name]), name))


@pytest.mark.parametrize("heavy", [{}, {"rsi_mr": 3.0, "breakout": 0.0}], ids=["equal", "weighted"])
@pytest.mark.parametrize("least", [0.0, 50.0])
def test_a_plain_loop_over_the_votes_says_the_same(heavy: dict[str, float], least: float) -> None:
    bars = random_bars(19, 6_000)
    every = said(FOUR, bars)
    typed = ",".join(f"{name}:{value:g}" for name, value in heavy.items())
    out = build("ensemble").evaluate({"5m": bars}, ChosenParams(of=",".join(FOUR), min_score=least, weights=typed))
    weights = dict.fromkeys(FOUR, 1.0) | heavy
    seen: Counter[str] = Counter()
    for t in range(20, 6_000):
        votes = {name: one.score[t] / 100 for name, one in every.items() if one.score[t] and abs(one.score[t]) >= least}
        reason, score, leader = expected(votes, weights)
        found = out.reasons[out.reason[t]]
        if found == "flat_market":
            assert not votes
            continue
        assert found == reason
        seen[reason.split()[0]] += 1
        assert out.checks[-1].value[t] == pytest.approx(score, abs=1e-12)
        assert out.score[t] == pytest.approx(100 * score if leader else 0.0, abs=1e-9)
        if leader:
            assert (out.stop[t], out.confidence[t]) == (every[leader].stop[t], abs(out.score[t]))
            np.testing.assert_equal(out.target[t], every[leader].target[t])
    assert min(seen["ok"], seen["flat"], seen["single"]) > 10


def test_each_vote_is_a_check_by_its_members_name() -> None:
    bars = random_bars(19, 3_000)
    every = said(("ma_cross", "rsi_mr"), bars)
    out = build("ensemble").evaluate({"5m": bars}, ChosenParams(of="rsi_mr, ma_cross"))
    assert [check.name for check in out.checks] == ["ma_cross", "rsi_mr", "score"]
    for check in out.checks[:-1]:
        score = every[check.name].score
        np.testing.assert_array_equal(check.value, score)
        np.testing.assert_array_equal(check.met, np.abs(score) >= 50.0)


def test_each_signal_has_its_leader_and_each_member_its_exits() -> None:
    bars = random_bars(19, 6_000)
    names = ("breakout", "grid", "ma_cross", "macd_bb", "rsi_mr")
    every = said(names, bars)
    preset = build("classic_five")
    out = preset.evaluate({"5m": bars}, Params(min_score=0.0))
    led = out.led
    assert led is not None
    assert led.names == names
    leaders: Counter[str] = Counter()
    for t in np.flatnonzero(out.score).tolist():
        votes = {name: one.score[t] / 100 for name, one in every.items() if one.score[t]}
        leader = expected(votes, dict.fromkeys(names, 1.0))[2]
        assert leader == names[led.leader[t]]
        multiple = every[leader].target_r
        np.testing.assert_equal(led.target_r[t], np.nan if multiple is None else multiple)
        leaders[leader] += 1
    assert len(leaders) > 2
    assert (led.leader[out.score == 0] == -1).all()
    for row, name in enumerate(names):
        np.testing.assert_array_equal(led.leaves_long[row], every[name].exit_long)
        np.testing.assert_array_equal(led.leaves_short[row], every[name].exit_short)
    np.testing.assert_array_equal(out.exit_long, led.leaves_long.any(axis=0))
    exits = preset.exits(Params()).led
    assert {name: one.time_stop for name, one in exits.items()} == dict.fromkeys(names) | {"rsi_mr": 20}


def test_the_market_state_is_unknown_without_minutes_and_multipliers_then_say_nothing() -> None:
    bars = random_bars(19, 3_000)
    params = [Params(min_score=0.0), Params(min_score=0.0, multipliers="reversion/BALANCED:3,trend/IMBALANCED_UP:0")]
    plain, scaled = (build("classic_five").evaluate({"5m": bars}, one) for one in params)
    np.testing.assert_array_equal(plain.score, scaled.score)
    unknown = build("classic_five").evaluate({"5m": bars}, Params(min_score=0.0, multipliers="reversion/UNKNOWN:0"))
    assert (unknown.score != plain.score).any()


def test_multipliers_ask_for_the_bars_the_market_state_takes() -> None:
    """Two days of minutes and 12 bars of five minutes."""
    preset = build("classic_five")
    assert preset.reads(Params()) == {}
    reads = preset.reads(Params(multipliers="trend/BALANCED:0.5"))
    assert reads == {"1m": 2 * 1_440, "5m": 12}
    assert preset.warmup(Params(multipliers="trend/BALANCED:0.5")) == 2 * 1_440


def test_the_presets_have_the_members_of_the_design() -> None:
    names = {name: build(name) for name in ("three_parallel", "classic_five", "four_models")}
    voters = {name: one.voters for name, one in names.items() if isinstance(one, ensemble.Preset)}
    assert voters == {
        "three_parallel": ("fabio", "grid", "failed_breakout"),
        "classic_five": ("ma_cross", "rsi_mr", "macd_bb", "grid", "breakout"),
        "four_models": ("breakout", "rsi_mr", "vol_model", "flow_model"),
    }


def test_the_first_bar_is_the_second_earliest_of_a_member_and_the_window_holds_what_the_slowest_needs() -> None:
    """first bars: breakout 20, ma_cross 30, macd_bb 34, rsi_mr 15; vol_model with its 500 bars needs no more."""
    strategy = build("ensemble")
    assert strategy.first_bar(ChosenParams(of=",".join(FOUR))) == 20
    assert strategy.warmup(ChosenParams(of=",".join(FOUR))) == 500


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"of": "ma_cross"}, r"of takes two or more different strategies, but it is 'ma_cross'\."),
        ({"of": "ma_cross,ma_cross"}, r"of takes two or more different strategies"),
        ({"of": "ma_cross,cash"}, r"of names 'cash', but those who can vote are breakout, .*grid.* and vol_model\."),
        ({"of": "ma_cross,classic_five"}, r"of names 'classic_five'"),
        ({"weights": "razor:2"}, r"weights names 'razor', but there are breakout, ma_cross, macd_bb and rsi_mr\."),
        ({"weights": "rsi_mr"}, r"weights: rsi_mr is '', but it takes a number from 0 to 5\."),
        ({"weights": "rsi_mr:5.1"}, r"weights: rsi_mr is '5\.1'"),
        ({"weights": "rsi_mr:nan"}, r"weights: rsi_mr is 'nan'"),
        ({"weights": "rsi_mr:1,rsi_mr:2"}, r"weights names 'rsi_mr' twice\."),
        ({"multipliers": "trend:2"}, r"multipliers names 'trend', but there are trend/UNKNOWN, "),
        (
            {"multipliers": "trend/BALANCED:4"},
            r"multipliers: trend/BALANCED is '4', but it takes a number from 0 to 3\.",
        ),
        ({"min_score": "101"}, r"min_score is '101'"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(typed: dict[str, str], says: str) -> None:
    with pytest.raises(BadInput, match=f"^ensemble: {says}"):
        parse_params(build("ensemble"), typed)


def test_typed_members_weights_and_multipliers_are_taken() -> None:
    typed = {"of": "razor, grid", "weights": "grid:0.5", "multipliers": "reversion/BALANCED:0,flow/TRANSITION:3"}
    assert parse_params(build("ensemble"), typed).of == "razor, grid"


@pytest.fixture(scope="module")
def auctions() -> BarsByTimeframe:
    return every_timeframe(generated(5, 40))


def test_the_playbook_votes_where_its_timeframes_are_given(auctions: BarsByTimeframe) -> None:
    out = build("three_parallel").evaluate(auctions, Params(min_score=0.0))
    playbook = build("fabio").evaluate(auctions, build("fabio").params_type())
    votes = {check.name: check.value for check in out.checks}
    np.testing.assert_array_equal(votes["fabio"], playbook.score)
    assert np.count_nonzero(playbook.score) > 5
    alone = build("three_parallel").evaluate({"5m": auctions["5m"]}, Params(min_score=0.0))
    assert not {check.name: check.value for check in alone.checks}["fabio"].any()
    assert np.count_nonzero(out.score) > 5


def test_multipliers_weigh_a_vote_by_the_market_it_is_cast_in(auctions: BarsByTimeframe) -> None:
    """Without reversion votes nobody is left to agree in a balanced market; elsewhere nothing changes."""
    preset = build("three_parallel")
    plain = preset.evaluate(auctions, Params(min_score=0.0))
    scaled = preset.evaluate(auctions, Params(min_score=0.0, multipliers="reversion/BALANCED:0"))
    balanced = states(auctions) == BALANCED
    np.testing.assert_array_equal(plain.score[~balanced], scaled.score[~balanced])
    assert plain.score[balanced].any()
    assert not scaled.score[balanced].any()


def test_a_member_that_does_not_run_on_these_candles_abstains() -> None:
    """razor takes 1m to 1h."""
    bars: BarsByTimeframe = {"4h": random_bars(19, 1_000, "4h")}
    out = build("ensemble").evaluate(bars, ChosenParams(of="razor,ma_cross,rsi_mr", min_score=0.0))
    votes = {check.name: check.value.any() for check in out.checks}
    assert votes == {"razor": False, "ma_cross": True, "rsi_mr": True, "score": True}
