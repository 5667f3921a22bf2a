"""An ensemble's votes: the printed examples, the order of reasons, what never depends on the order of votes."""

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.facts import Signal
from engine.votes import Multipliers, Vote, combine, dropped, to_be_paused, vote, weight


def votes(*each: tuple[float, ...]) -> list[Vote]:
    """(side, confidence) or (side, confidence, weight), by members a, b, c and so on."""
    return [Vote(chr(97 + i), int(side), *rest) for i, (side, *rest) in enumerate(each)]


def signal(said: Literal["Long", "Short", "Neutral"] = "Long", score: float = 60.0, reason: str = "x") -> Signal:
    price = Decimal(100)
    return Signal("id", 1_000, 31_000, "X", "5m", "m", said, score, abs(score) / 100, price, price, None, reason)


def test_the_printed_examples() -> None:
    found = combine(votes((1, 0.75, 1), (1, 0.6, 2), (0, 0.0, 1), (-1, 0.35, 0.5)))
    assert found.score == pytest.approx(0.5071428571, rel=1e-9)
    assert (found.direction, found.reason) == ("long", "ok")
    found = combine(votes((-1, 0.9), (-1, 0.7), (1, 0.82)))
    assert found.score == pytest.approx(-0.26, rel=1e-9)
    assert (found.direction, found.reason) == (None, "veto")
    assert combine(votes((-1, 0.95))).reason == "single vote"
    assert combine(votes((1, 0.4), (1, 0.46))).reason == "score 0.43"


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
        (((1, 0.5), (1, 0.5)), "ok"),
        (((1, 0.5, 0.1), (1, 0.5, 0.2), (1, 0.5, 0.7)), "ok"),
        (((-1, 0.9), (-1, 0.9), (0, 0.0)), "ok"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_reasons_in_their_order(cast: tuple[tuple[float, ...], ...], reason: str) -> None:
    found = combine(votes(*cast))
    assert found.reason == reason
    assert (found.direction is None) == (found.leader is None) == (reason != "ok")


def test_the_order_is_taken_from_the_strongest_that_agrees() -> None:
    assert combine(votes((-1, 0.1), (1, 0.8), (1, 0.6, 4))).leader == "c"
    assert combine(votes((-1, 0.9, 0.0), (-1, 0.6, 2), (-1, 0.9))).leader == "b"
    assert combine([Vote("z", 1, 0.6), Vote("k", 1, 0.6), Vote("q", 1, 0.6)]).leader == "k"


def test_confidence_is_the_score_without_its_sign_in_percent() -> None:
    assert combine(votes((-1, 0.6), (-1, 0.6))).confidence == pytest.approx(60.0)


CAST = st.lists(
    st.builds(
        Vote,
        st.sampled_from("abcdefgh"),
        st.sampled_from([-1, 0, 1]),
        st.integers(0, 1_000).map(lambda x: x / 1_000),
        st.integers(0, 1_500).map(lambda x: x / 100),
    ),
    max_size=9,
    unique_by=lambda each: each.strategy,
)


@given(CAST, st.randoms(use_true_random=False))
def test_the_order_of_the_votes_changes_nothing(cast: list[Vote], shuffler: Random) -> None:
    shuffled = list(cast)
    shuffler.shuffle(shuffled)
    assert combine(shuffled) == combine(cast)


@given(CAST)
def test_the_score_is_the_weighted_mean_and_stays_within_one(cast: list[Vote]) -> None:
    found = combine(cast)
    exact = [(Fraction(each.weight), each.side * Fraction(each.confidence)) for each in cast if each.side]
    total = sum(share for share, _ in exact)
    expected = sum(share * said for share, said in exact) / total if total else 0
    assert found.score == pytest.approx(float(expected), rel=1e-9, abs=2e-12)
    assert -1.0 <= found.score <= 1.0


@given(CAST)
def test_turned_round_the_votes_say_the_opposite(cast: list[Vote]) -> None:
    found, turned = combine(cast), combine([msgspec.structs.replace(each, side=-each.side) for each in cast])
    assert turned.score == -found.score
    assert turned.leader == found.leader
    if found.direction is not None:
        assert {found.direction, turned.direction} == {"long", "short"}


@given(CAST, st.integers(0, 3))
def test_abstentions_change_nothing(cast: list[Vote], more: int) -> None:
    assert combine([*cast, *(Vote(f"idle{i}", 0, 0.9, 3.0) for i in range(more))]) == combine(cast)


def test_a_signal_is_a_vote() -> None:
    assert vote(signal("Short", -60.0), 2.0) == Vote("m", -1, 0.6, 2.0)
    assert vote(signal("Neutral", 0.0)) == Vote("m", 0, 0.0, 1.0)


def test_votes_are_dropped_with_a_reason() -> None:
    assert dropped(signal(), 31_000) is None
    assert dropped(signal(), 31_001) == "expired"
    assert dropped(signal(reason="warming_up"), 1_000) == "warming_up"
    assert dropped(signal(reason="data_gap"), 1_000) == "data_gap"
    assert dropped(signal(), 1_000, paused={"m"}) == "paused"
    assert dropped(signal(score=49.9), 1_000) == "low_score"
    assert dropped(signal("Short", -50.0), 1_000) is None
    assert dropped(signal(score=60.0), 1_000, min_score=60.1) == "low_score"


@pytest.mark.parametrize(
    ("trades", "sqn", "paused"),
    [(20, -1.01, True), (20, -1.0, False), (19, -5.0, False), (200, None, False), (50, 2.0, False)],
)
def test_a_strategy_is_paused_after_twenty_trades_of_low_quality(trades: int, sqn: float | None, paused: bool) -> None:
    assert to_be_paused(trades, sqn) is paused


def test_the_market_state_scales_the_weight_of_a_kind() -> None:
    table: Multipliers = {("trend", "BALANCED"): 0.5, ("flow", "BALANCED"): 3.0}
    assert weight("ma_cross", "BALANCED", 2.0, table) == 1.0
    assert weight("ma_cross", "TRANSITION", 2.0, table) == 2.0
    assert weight("rsi_mr", "BALANCED", 2.0) == 2.0
    assert weight("razor", "BALANCED", 1.5, table) == 1.5
