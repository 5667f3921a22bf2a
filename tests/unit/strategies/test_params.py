"""Parameters as typed: what is taken, and the one sentence for what is not."""

import math
from typing import Annotated

import msgspec
import pytest

from engine.model.errors import BadInput
from strategies.base import build, parse_params
from strategies.params import accepted


def test_texts_replace_defaults_and_the_rest_stays() -> None:
    params = parse_params(build("ma_cross"), {"kind": "ema", "fast": "9", "slow": " 21 ", "atr_mult": "2.5"})
    assert msgspec.to_builtins(params) == {"kind": "ema", "fast": 9, "slow": 21, "atr_mult": 2.5}
    assert parse_params(build("rsi_mr"), {}) == build("rsi_mr").params_type()


@pytest.mark.parametrize(
    ("name", "texts", "sentence"),
    [
        (
            "ma_cross",
            {"fats": "9"},
            "ma_cross has no parameter 'fats'; it has kind, fast, slow and atr_mult.",
        ),
        (
            "ma_cross",
            {"fast": "1"},
            "ma_cross: fast is '1', but it takes a whole number from 2 to 200.",
        ),
        (
            "ma_cross",
            {"fast": "9.5"},
            "ma_cross: fast is '9.5', but it takes a whole number from 2 to 200.",
        ),
        ("ma_cross", {"kind": "EMA"}, "ma_cross: kind is 'EMA', but it takes ema or sma."),
        (
            "breakout",
            {"volume": "1,5"},
            "breakout: volume is '1,5', but it takes a number from 1 to 5.",
        ),
        (
            "ma_cross",
            {"fast": "30"},
            "ma_cross: fast must be less than slow, but they are 30 and 30.",
        ),
        (
            "razor",
            {"vol_min": "2"},
            "razor: vol_min must be less than vol_max, but they are 2 and 1.",
        ),
        ("macd_bb", {"slow": "9"}, "macd_bb: fast must be less than slow, but they are 12 and 9."),
        ("razor", {"slow": "9"}, "razor: fast must be less than slow, but they are 9 and 9."),
    ],
)
def test_what_is_not_taken_is_refused_in_one_sentence(name: str, texts: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_params(build(name), texts)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nan",
        "inf",
        "-inf",
        "1e999",
        "٣",
        "３",
        "²",
        "½",
        "0x3",
        "3_0",
        "--3",
        "None",
        "[3]",
        "\x00",
        "😀",
    ],
)
def test_text_that_is_no_plain_number_is_refused(text: str) -> None:
    for name in ("n", "low", "rr"):
        with pytest.raises(BadInput):
            parse_params(build("rsi_mr"), {name: text})


def test_foreign_text_is_cut_and_escaped_in_the_message() -> None:
    with pytest.raises(BadInput) as refusal:
        parse_params(build("rsi_mr"), {"n": "<b>\n" + "9" * 10_000})
    assert len(str(refusal.value)) < 140
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (int, "a whole number"),
        (Annotated[int, msgspec.Meta(ge=3)], "a whole number of at least 3"),
        (Annotated[float, msgspec.Meta(le=0.5)], "a number of at most 0.5"),
        (bool, "true or false"),
        (str, "text"),
    ],
)
def test_what_a_parameter_takes_is_said_in_words(annotation: object, words: str) -> None:
    assert accepted(annotation) == words


def test_rsi_levels_that_meet_contradict_one_another() -> None:
    strategy = build("rsi_mr")
    params = strategy.params_type(low=50.0, high=50.0)
    assert strategy.check(params) == "low must be less than high, but they are 50 and 50."
    assert strategy.check(strategy.params_type()) is None


@pytest.mark.parametrize(
    ("name", "param", "least", "most"),
    [
        ("razor", "fast", 2, 50),
        ("razor", "slow", 3, 200),
        ("razor", "rsi", 2, 50),
        ("razor", "vol_window", 5, 200),
        ("razor", "mom_bars", 1, 50),
        ("razor", "threshold", 0, 100),
        ("razor", "stop", 0.001, 0.05),
        ("razor", "target", 0.001, 0.2),
        ("ma_cross", "fast", 2, 200),
        ("ma_cross", "slow", 2, 200),
        ("rsi_mr", "n", 2, 50),
        ("rsi_mr", "low", 5, 45),
        ("rsi_mr", "high", 55, 95),
        ("rsi_mr", "time_stop", 1, 1000),
        ("breakout", "n", 5, 200),
        ("breakout", "volume", 1, 5),
        *((name, "atr_mult", 0.5, 10) for name in ("ma_cross", "rsi_mr", "macd_bb", "breakout")),
        *((name, "rr", 0.5, 10) for name in ("rsi_mr", "macd_bb", "breakout")),
    ],
)
def test_the_ends_of_a_range_are_taken_and_what_lies_beyond_is_not(
    name: str, param: str, least: float, most: float
) -> None:
    strategy = build(name)
    room = {"slow": "200"} if param == "fast" else {"fast": "2"} if param == "slow" else {}
    step = 1 if isinstance(least, int) and isinstance(most, int) else 1e-9
    for end, beyond in ((least, least - step), (most, most + step)):
        with pytest.raises(BadInput, match=f"{name}: {param} is"):
            parse_params(strategy, room | {param: f"{beyond!r}"})
        if not (param in ("fast", "slow") and end in (2, 200)):
            params = parse_params(strategy, room | {param: f"{end!r}"})
            assert math.isclose(getattr(params, param), end)


def test_the_defaults_are_those_of_the_design() -> None:
    expected: dict[str, tuple[object, ...]] = {
        "razor": (9, 21, 14, 20, 0.02, 1.0, 5, 0.0005, 70.0, 0.005, 0.01),
        "ma_cross": ("sma", 10, 30, 2.0),
        "rsi_mr": (14, 30.0, 70.0, 1.5, 1.5, 20),
        "macd_bb": (12, 26, 9, 20, 2.0, 1.5, 2.0),
        "breakout": (20, 1.5, 10, 2.0, 2.0),
    }
    for name, defaults in expected.items():
        assert msgspec.structs.astuple(build(name).params_type()) == defaults
