"""What may be tried: stated by a strategy's parameters, narrowed by what a person types."""

import pytest

from engine.model.errors import BadInput
from engine.optimise.space import Axis, points, space_of
from strategies.ma_cross import Params


def test_a_strategy_states_its_own_space() -> None:
    assert space_of(Params, {}) == (
        Axis("kind", choices=("ema", "sma")),
        Axis("fast", 2, 200, 1, whole=True),
        Axis("slow", 2, 200, 1, whole=True),
        Axis("atr_mult", 0.5, 10.0),
    )


def test_what_is_held_is_not_searched() -> None:
    assert [axis.name for axis in space_of(Params, {}, ("kind", "slow"))] == ["fast", "atr_mult"]


def test_a_typed_range_list_or_step_narrows_it_to_the_named_parameters() -> None:
    space = space_of(Params, {"fast": "5:50:10", "atr_mult": "1:2:0.3", "kind": "ema,sma", "slow": "50,20"})
    assert [axis.values() for axis in space] == [(5, 15, 25, 35, 45), (1.0, 1.3, 1.6, 1.9), ("ema", "sma"), (50, 20)]
    assert len(points(space)) == 5 * 4 * 2 * 2
    assert points(space)[1] == {"fast": 5, "atr_mult": 1.0, "kind": "ema", "slow": 20}


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"quick": "1:2"}, "--space names 'quick', but there are the parameters kind, fast, slow, atr_mult"),
        ({"fast": "1:50"}, "--space fast cannot be '1': expected `int` >= 2"),
        ({"fast": "50:5"}, "--space fast is '50:5', but it takes low:high or low:high:step, low below high"),
        ({"fast": "5:50:5:5"}, "it takes low:high or low:high:step"),
        ({"fast": "5:50:0"}, "The step of --space fast is '0', but it takes a whole number above 0"),
        ({"fast": "5:50:0.5"}, "a whole number above 0"),
        ({"fast": "a:b"}, "--space fast cannot be 'a'"),
        ({"kind": "ema,wma"}, "--space kind cannot be 'wma'"),
        ({"fast": "5,5"}, "--space fast names a value twice"),
    ],
)
def test_a_bad_space_is_refused_in_one_sentence(typed: dict[str, str], why: str) -> None:
    with pytest.raises(BadInput) as refusal:
        space_of(Params, typed)
    assert why in str(refusal.value)


def test_a_range_without_a_step_has_no_grid() -> None:
    with pytest.raises(BadInput, match="atr_mult has no step"):
        points(space_of(Params, {"atr_mult": "1:2"}))


def test_neighbours_are_a_step_away_and_inside_the_range() -> None:
    assert Axis("n", 5, 50, 5, whole=True).beside(5) == (10,)
    assert Axis("n", 5, 50, 5, whole=True).beside(20) == (15, 25)
    assert Axis("x", 0.5, 10.0).beside(2.0) == (1.8, 2.2)
    assert Axis("n", choices=(30, 10, 20)).beside(20) == (10, 30)
    assert Axis("kind", choices=("sma", "ema")).beside("sma") == ()
    assert Axis("on", choices=(False, True)).beside(True) == ()
