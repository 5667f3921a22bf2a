"""The playbook's models and score: the printed examples and what each condition takes away."""

import msgspec
import pytest

from strategies.playbook import Bar, Params, Setup, reversion, score, trend
from strategies.structure.state import MarketState

NAN = float("nan")
SHORT = Bar(low=2493.0, high=2501.5, close=2494.0, volume=210.0, delta=-70.0, mean=120.0, sd=45.0, atr=18.0)
LONG = Bar(low=49.1, high=50.4, close=50.3, volume=66.0, delta=21.0, mean=40.0, sd=15.0, atr=0.9)
AREA = (50.0, 52.5, 56.0)
DEFAULT = Params()


def went_down(
    state: MarketState = "IMBALANCED_DOWN",
    bar: Bar = SHORT,
    lvns: tuple[float, ...] = (2500.0,),
    targets: tuple[float, ...] = (2478.0,),
    **params: float,
) -> Setup | None:
    return trend(state, bar, lvns, targets, msgspec.convert(params, Params))


def came_back(state: MarketState = "TRANSITION", bar: Bar = LONG, extreme: float = 49.1) -> Setup | None:
    return reversion(state, bar, 1, extreme, AREA, DEFAULT)


def test_the_trend_example_is_the_printed_short() -> None:
    found = went_down()
    assert found is not None
    assert (found.model, found.side, found.entry, found.target, found.level) == ("trend", -1, 2494, 2478, 2500)
    assert found.stop == pytest.approx(2502.7)
    assert found.rr == pytest.approx(1.83908046, abs=5e-9)


def test_the_trend_example_fails_as_printed() -> None:
    assert went_down("BALANCED") is None
    assert went_down(bar=SHORT._replace(delta=-50.0)) is None
    assert went_down(targets=(2483.0,)) is None
    assert went_down(targets=(2483.0,), min_rr=1.2) is not None


def test_the_trend_example_mirrored_is_a_long() -> None:
    bar = SHORT._replace(low=2498.5, high=2507.0, close=2506.0, delta=70.0)
    found = went_down("IMBALANCED_UP", bar, targets=(2522.0,))
    assert found is not None
    assert found.side == 1
    assert found.stop == pytest.approx(2497.3)
    assert found.rr == pytest.approx(1.83908046, abs=5e-9)


@pytest.mark.parametrize(
    "bar",
    [
        SHORT._replace(high=2502.6),  # more than 0.1 % beyond the node
        SHORT._replace(high=2497.4),  # does not reach it
        SHORT._replace(close=2500.0),  # does not close beyond it
        SHORT._replace(delta=70.0),  # buyers
        SHORT._replace(delta=NAN),
        SHORT._replace(volume=164.0, delta=-70.0),  # less than 120 + 45
        SHORT._replace(sd=NAN),
        SHORT._replace(atr=NAN),
    ],
)
def test_each_condition_of_the_trend_model_can_fail(bar: Bar) -> None:
    assert went_down(bar=bar) is None


def test_without_a_leg_or_a_target_beyond_the_entry_there_is_no_trend_trade() -> None:
    assert went_down(lvns=()) is None
    assert went_down(targets=()) is None
    assert went_down(targets=(2494.0, 2600.0)) is None


def test_of_several_nodes_the_one_nearest_the_close_and_of_targets_the_nearest_beyond_it() -> None:
    found = went_down(lvns=(2502.0, 2499.5, 2503.5), targets=(2450.0, 2478.0, 2470.0, 2600.0))
    assert found is not None
    assert (found.level, found.target) == (2499.5, 2478.0)


def test_a_target_that_pays_too_little_is_not_exchanged_for_a_further_one() -> None:
    assert went_down(targets=(2483.0, 2450.0)) is None


def test_a_reward_of_exactly_the_least_is_enough() -> None:
    """Stop at the node: 6 at risk, 9 to win."""
    assert went_down(targets=(2485.0,), trend_stop=0.0) is not None
    assert went_down(targets=(2485.1,), trend_stop=0.0) is None


def test_the_reversion_example_is_the_printed_long() -> None:
    found = came_back()
    assert found is not None
    assert (found.model, found.side, found.entry, found.target, found.level) == ("reversion", 1, 50.3, 52.5, 50.0)
    assert found.stop == pytest.approx(49.01)
    assert found.rr == pytest.approx(1.705426357, abs=5e-10)


def test_the_reversion_example_mirrored_is_a_short() -> None:
    bar = Bar(low=55.6, high=56.9, close=55.7, volume=66.0, delta=-21.0, mean=40.0, sd=15.0, atr=0.9)
    found = reversion("BALANCED", bar, -1, 56.9, (50.0, 53.5, 56.0), DEFAULT)
    assert found is not None
    assert found.stop == pytest.approx(56.99)
    assert found.level == 56.0
    assert found.rr == pytest.approx(2.2 / 1.29)


def test_a_reversion_needs_a_state_aggression_and_room_to_the_target() -> None:
    assert came_back("BALANCED") is not None
    states: tuple[MarketState, ...] = ("IMBALANCED_UP", "IMBALANCED_DOWN", "UNKNOWN")
    for state in states:
        assert came_back(state) is None
    for bar in (
        LONG._replace(delta=-21.0),
        LONG._replace(delta=NAN),
        LONG._replace(close=52.5),
        LONG._replace(atr=NAN),
    ):
        assert came_back(bar=bar) is None


def test_a_reversion_has_no_least_reward() -> None:
    found = came_back(bar=LONG._replace(close=52.4))
    assert found is not None
    assert found.rr < 0.1


def test_the_score_of_the_example_is_the_printed_one() -> None:
    found = went_down()
    assert found is not None
    assert score(found, SHORT, 9 / 12, 50.0, -0.4) == pytest.approx(57.32142857, abs=5e-9)


def test_a_score_lies_between_nothing_and_everything() -> None:
    found = went_down()
    assert found is not None
    assert score(found, SHORT._replace(volume=1000.0, delta=-900.0), 1.0, 100.0, -1.0) == pytest.approx(100.0)
    assert score(found, SHORT._replace(volume=120.0, delta=0.0), 0.0, 0.0, 1.0) == pytest.approx(0.0)
    assert score(found, SHORT._replace(sd=0.0), 0.0, 0.0, 1.0) == pytest.approx(100 * 0.15 * (1 / 3 - 0.25) / 0.35)
