"""An ensemble's votes: the printed examples, the order of reasons, what never depends on the order of votes."""

from fractions import Fraction
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.votes import OK, REASONS, Multipliers, combine, weight

Cast = tuple[tuple[int, float, float], ...]
"""Side, confidence and weight of each vote, members in the order of their ids."""


class Verdict(NamedTuple):
    score: float
    reason: str
    leader: int


def verdict(*cast: tuple[float, ...]) -> Verdict:
    """What (side, confidence, weight 1) say together on one bar."""
    votes = [(side, confidence, rest[0] if rest else 1.0) for side, confidence, *rest in cast]
    said = np.array([side * confidence for side, confidence, _ in votes], float).reshape(-1, 1)
    found = combine(said, np.array([each[2] for each in votes], float).reshape(-1, 1))
    return Verdict(float(found.score[0]), REASONS[found.code[0]], int(found.leader[0]))


def test_the_printed_examples() -> None:
    found = verdict((1, 0.75, 1), (1, 0.6, 2), (0, 0.0, 1), (-1, 0.35, 0.5))
    assert found.score == pytest.approx(0.5071428571, rel=1e-9)
    assert found.reason == "ok"
    found = verdict((-1, 0.9), (-1, 0.7), (1, 0.82))
    assert found.score == pytest.approx(-0.26, rel=1e-9)
    assert found[1:] == ("veto", -1)
    assert verdict((-1, 0.95)).reason == "single vote"
    assert verdict((1, 0.4), (1, 0.46)).reason == "score 0.43"


@pytest.mark.parametrize(
    ("cast", "reason"),
    [
        ((), "flat"),
        (((0, 0.0), (0, 0.0)), "flat"),
        (((1, 0.9, 0.0), (1, 0.9, 0.0)), "flat"),
        (((1, 0.9), (-1, 0.9)), "score 0.00"),
        (((1, 0.3, 0.1), (-1, 0.1, 0.3)), "score 0.00"),
        (((1, 0.9, 2), (-1, 0.8)), "veto"),
        (((1, 0.9, 2), (-1, 0.79)), "single vote"),
        (((-1, 0.4), (-1, 0.44)), "score -0.42"),
        (((-1, 0.004), (-1, 0.004)), "score -0.00"),
        (((1, 0.499), (1, 0.499)), "score 0.50"),
        (((1, 0.5), (1, 0.5)), "ok"),
        (((1, 0.5, 0.1), (1, 0.5, 0.2), (1, 0.5, 0.7)), "ok"),
        (((-1, 0.9), (-1, 0.9), (0, 0.0)), "ok"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_reasons_in_their_order(cast: tuple[tuple[float, ...], ...], reason: str) -> None:
    found = verdict(*cast)
    assert found.reason == reason
    assert (found.leader < 0) == (reason != "ok")


def test_the_order_is_taken_from_the_strongest_that_agrees() -> None:
    assert verdict((-1, 0.1), (1, 0.8), (1, 0.6, 4)).leader == 2
    assert verdict((-1, 0.9, 0.0), (-1, 0.6, 2), (-1, 0.9)).leader == 1
    assert verdict((1, 0.6), (1, 0.6), (1, 0.6)).leader == 0


CAST = st.lists(
    st.tuples(
        st.sampled_from([-1, 0, 1]),
        st.integers(1, 1_000).map(lambda x: x / 1_000),
        st.integers(0, 1_500).map(lambda x: x / 100),
    ),
    max_size=9,
).map(tuple)


@given(CAST, st.randoms(use_true_random=False))
def test_the_order_of_the_votes_changes_nothing_but_rounding(cast: Cast, shuffler: Random) -> None:
    shuffled = list(cast)
    shuffler.shuffle(shuffled)
    found, other = verdict(*shuffled), verdict(*cast)
    assert found.score == pytest.approx(other.score, abs=1e-12)
    assert (found.reason == "ok") == (other.reason == "ok")


@given(CAST)
def test_the_score_is_the_weighted_mean_and_stays_within_one(cast: Cast) -> None:
    found = verdict(*cast)
    exact = [(Fraction(heavy), side * Fraction(confidence)) for side, confidence, heavy in cast if side]
    total = sum(share for share, _ in exact)
    expected = sum(share * said for share, said in exact) / total if total else 0
    assert found.score == pytest.approx(float(expected), rel=1e-9, abs=2e-12)
    assert -1.0 <= found.score <= 1.0


@given(CAST)
def test_turned_round_the_votes_say_the_opposite(cast: Cast) -> None:
    found, turned = verdict(*cast), verdict(*((-side, *rest) for side, *rest in cast))
    assert turned.score == -found.score
    assert turned.leader == found.leader
    assert (turned.reason == "ok") == (found.reason == "ok")


@given(CAST, st.integers(0, 3))
def test_abstentions_change_nothing(cast: Cast, more: int) -> None:
    assert verdict(*cast, *((0, 0.9, 3.0) for _ in range(more))) == verdict(*cast)


@given(st.lists(CAST.filter(lambda cast: len(cast) == 4), min_size=1, max_size=20))
def test_each_bar_is_counted_on_its_own(bars: list[Cast]) -> None:
    table = np.array(bars, float)
    found = combine((table[:, :, 0] * table[:, :, 1]).T, table[:, :, 2].T)
    for t, cast in enumerate(bars):
        alone = verdict(*cast)
        assert (found.score[t], REASONS[found.code[t]], found.leader[t]) == alone


def test_every_reason_has_one_code() -> None:
    assert REASONS[OK] == "ok"
    assert len(set(REASONS)) == len(REASONS) < 120


def test_the_market_state_scales_the_weight_of_a_kind() -> None:
    table: Multipliers = {("trend", "BALANCED"): 0.5, ("flow", "BALANCED"): 3.0}
    assert weight("ma_cross", "BALANCED", 2.0, table) == 1.0
    assert weight("ma_cross", "TRANSITION", 2.0, table) == 2.0
    assert weight("rsi_mr", "BALANCED", 2.0) == 2.0
    assert weight("razor", "BALANCED", 1.5, table) == 1.5
