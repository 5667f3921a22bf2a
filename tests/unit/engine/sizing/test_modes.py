"""Every sizing mode but the default one, by the examples its rule prints."""

from decimal import Decimal as D
from typing import Any

import msgspec
import pytest

from engine.model.instrument import Instrument
from engine.model.inverse import Inverse
from engine.model.orders import Denial
from engine.risk.volatility import ewma, realised
from engine.sizing import Size, Terms, fit, size
from engine.sizing.atr import AtrSize, average_range, size_atr
from engine.sizing.inverse import loss_per_contract, size_inverse
from engine.sizing.kelly import size_kelly
from engine.sizing.notional import signal_notional, size_amount, size_fixed, size_share, size_signal, size_weight
from engine.sizing.vol_target import size_vol_target, target_weight
from strategies.indicators import atr
from tests.printed import X, near
from tests.series import random_bars


def terms(**changed: Any) -> Terms:
    """A long from 100 with its stop at 90, no costs, no caps."""
    known = Terms(D(8400), D("0.01"), "long", D(100), D(90), D("0.01"))
    return msgspec.structs.replace(known, **changed)


def sized(answer: Size | Denial) -> Size:
    assert isinstance(answer, Size)
    return answer


def code(answer: object) -> str:
    assert isinstance(answer, Denial)
    return answer.code


def test_a_fixed_amount_at_risk_takes_the_place_of_the_share_of_equity() -> None:
    # 10 lost a unit: 250 at risk buys 25.
    assert sized(size_fixed(terms(), D(250))).qty == D(25)


def test_a_fixed_amount_of_quote_currency_buys_whole_steps() -> None:
    answer = sized(size_amount(terms(entry=D("0.4127"), stop=D("0.4"), step=D(1)), D(350)))
    assert (answer.qty, answer.qty * D("0.4127")) == (D(848), D("349.9696"))


def test_a_share_of_equity_is_a_fixed_amount() -> None:
    answer = sized(size_share(terms(entry=D("151.37"), stop=D(150)), D("0.06")))
    assert (answer.qty, answer.qty * D("151.37")) == (D("3.32"), D("502.5484"))


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity"])
def test_amounts_that_are_not_above_nothing_are_bad_input(amount: str) -> None:
    assert code(size_fixed(terms(), D(amount))) == "bad_input"
    assert code(size_amount(terms(), D(amount))) == "bad_input"
    assert code(size_share(terms(), D(amount))) == "bad_input"
    assert code(size_signal(terms(), 0.5, 0.5, D(amount), D(1))) == "bad_input"
    assert code(size_signal(terms(), 0.5, 0.5, D(1), D(amount))) == "bad_input"


def test_bad_terms_are_refused_in_every_mode() -> None:
    bad = terms(stop=D(100))
    answers = (
        size_fixed(bad, D(1)),
        size_amount(bad, D(1)),
        size_share(bad, D(1)),
        size_weight(bad, 1.0),
        size_signal(bad, 1.0, 1.0, D(1), D(1)),
        size_inverse(bad, D(1)),
    )
    assert [code(answer) for answer in answers] == ["stop_wrong_side"] * 6


@pytest.mark.parametrize(
    ("signal", "vol", "expected"),
    [
        (0.4, 0.8, "375"),
        (-1.0, 0.3, "-2000"),
        (1.0, 0.3, "2000"),
        (0.4, 0.0, "0"),
        (0.4, float("nan"), "0"),
        (float("nan"), 0.8, "0"),
    ],
)
def test_a_signal_over_volatility_spends_the_budget_within_its_cap(signal: float, vol: float, expected: str) -> None:
    assert signal_notional(signal, vol, D(750), D(2000)) == D(expected)


def test_a_signal_sizes_an_entry_of_its_own_side_only() -> None:
    assert sized(size_signal(terms(), 0.4, 0.8, D(750), D(2000))).qty == D("3.75")
    short = terms(direction="short", stop=D(110))
    assert sized(size_signal(short, -0.4, 0.8, D(750), D(2000))).qty == D("3.75")
    assert code(size_signal(terms(), -0.4, 0.8, D(750), D(2000))) == "bad_input"
    assert code(size_signal(terms(), 1.1, 0.8, D(750), D(2000))) == "bad_input"
    assert sized(size_signal(terms(), 1.0, 0.8, D(750), D(2000))).qty == D("9.37")
    assert code(size_signal(terms(), 0.0, 0.8, D(750), D(2000))) == "below_min_qty"
    assert code(size_signal(terms(), 0.4, 0.0, D(750), D(2000))) == "below_min_qty"


def atr_terms(**changed: Any) -> Terms:
    return terms(**{"risk_fraction": D("0.0075"), "entry": D("2480.60"), "stop": D(1), **changed})


def test_the_stop_of_average_ranges_and_its_size() -> None:
    answer = size_atr(atr_terms(), D("31.85"), D("1.5"), Instrument("E", "E", "U"))
    assert isinstance(answer, AtrSize)
    assert (answer.distance, answer.size.qty, answer.stop) == (D("47.775"), D("1.31"), D("2432.825"))


def test_the_stop_goes_on_the_tick_towards_the_entry_and_the_size_stays() -> None:
    ticked = Instrument("E", "E", "U", tick=D("0.1"))
    long = size_atr(atr_terms(), D("31.85"), D("1.5"), ticked)
    short = size_atr(atr_terms(direction="short"), D("31.85"), D("1.5"), ticked)
    assert isinstance(long, AtrSize)
    assert isinstance(short, AtrSize)
    # 2480.60 + 47.775 = 2528.375 for the short.
    assert (long.stop, long.size.qty) == (D("2432.9"), D("1.31"))
    assert (short.stop, short.size.qty) == (D("2528.3"), D("1.31"))


def test_fees_are_added_to_the_distance_for_the_size_only() -> None:
    # 63 at risk; 47.775 + 0.001 x 2480.6 + 0.001 x 2432.825 = 52.688425 a unit: 1.1957.
    answer = size_atr(atr_terms(fee_in=D("0.001"), fee_out=D("0.001")), D("31.85"), D("1.5"), Instrument("E", "E", "U"))
    assert isinstance(answer, AtrSize)
    assert (answer.size.qty, answer.stop) == (D("1.19"), D("2432.825"))


@pytest.mark.parametrize(
    ("atr", "k"), [(None, "1"), ("0", "1"), ("-1", "1"), ("NaN", "1"), ("1", "0"), ("1", "Infinity")]
)
def test_an_unknown_range_is_bad_input(atr: str | None, k: str) -> None:
    known = None if atr is None else D(atr)
    assert code(size_atr(atr_terms(), known, D(k), Instrument("E", "E", "U"))) == "bad_input"


@pytest.mark.parametrize("entry", ["0", "NaN"])
def test_ranges_need_a_price_to_count_from(entry: str) -> None:
    assert code(size_atr(atr_terms(entry=D(entry)), D(1), D(1), Instrument("E", "E", "U"))) == "bad_input"


def test_a_stop_that_cannot_stand_is_on_the_wrong_side() -> None:
    free, coarse = Instrument("E", "E", "U"), Instrument("E", "E", "U", tick=D(100))
    assert code(size_atr(atr_terms(), D(2000), D("1.5"), free)) == "stop_wrong_side"
    assert code(size_atr(atr_terms(entry=D(3000)), D(2000), D("1.5"), free)) == "stop_wrong_side"
    assert code(size_atr(atr_terms(entry=D(2400)), D(10), D("1.5"), coarse)) == "stop_wrong_side"


def test_ranges_pass_on_what_sizing_refuses() -> None:
    assert code(size_atr(atr_terms(min_qty=D(9)), D("31.85"), D("1.5"), Instrument("E", "E", "U"))) == "below_min_qty"


def test_small_prices_ranges_and_factors_are_as_good_as_large_ones() -> None:
    # 63 at risk, 0.5 x 0.2 = 0.1 a unit.
    small = size_atr(atr_terms(entry=D("0.5")), D("0.2"), D("0.5"), Instrument("E", "E", "U"))
    assert isinstance(small, AtrSize)
    assert (small.size.qty, small.stop) == (D(630), D("0.4"))


def test_every_mode_takes_the_scale_of_the_ladder() -> None:
    half, free = D("0.5"), Instrument("E", "E", "U")
    ranged = size_atr(atr_terms(), D("31.85"), D("1.5"), free, half)
    assert isinstance(ranged, AtrSize)
    answers = (
        size_fixed(terms(), D(250), half),
        size_amount(terms(), D(250), half),
        size_share(terms(), D("0.5"), half),
        size_weight(terms(), 0.5, half),
        size_signal(terms(), 1.0, 1.0, D(750), D(2000), half),
        size_inverse(inverse_terms(), D(10), half),
        size_kelly(terms(), 0.5, half),
        size_vol_target(terms(), 0.5 / 365**0.5, 0.5, 2, half),
        ranged.size,
    )
    found = [sized(answer).qty for answer in answers]
    assert found == [D(text) for text in ("12.5", "1.25", "21", "21", "3.75", "40", "21", "42", "0.65")]


def test_small_contracts_are_as_good_as_large_ones() -> None:
    # Ten times as many of a tenth: 1.2 x 0.008 / 0.00001183637396629 = 811.06.
    assert sized(size_inverse(inverse_terms(), D(1))).qty == 811


def inverse_terms(**changed: Any) -> Terms:
    known = Terms(D("1.2"), D("0.008"), "short", D(2480), D(2555), D(1))
    return msgspec.structs.replace(known, **changed)


def test_inverse_contracts_are_counted_whole_and_lose_coin() -> None:
    answer = sized(size_inverse(inverse_terms(), D(10)))
    assert round(answer.loss_per_unit, 16) == D("0.0001183637396629")
    assert (answer.qty, round(answer.risk, 12)) == (D(81), D("0.009587462913"))


def test_costs_of_inverse_contracts_are_paid_in_coin() -> None:
    # 10 x (0.0004 / 2480 + 0.0009 / 2555) of costs on top of the distance.
    costly = inverse_terms(fee_in=D("0.0004"), fee_out=D("0.0006"), slip=D("0.0003"))
    extra = D(10) * (D("0.0004") / 2480 + D("0.0009") / 2555)
    assert abs(loss_per_contract(costly, D(10)) - loss_per_contract(inverse_terms(), D(10)) - extra) < D("1e-30")


@pytest.mark.parametrize(
    ("cap", "contracts", "binding"),
    [
        # Equity is worth 1.2 x 2480 = 2976 quote.
        ({"max_notional": D(555)}, 55, "max_notional"),
        ({"max_position": D("0.25")}, 74, "max_position_pct"),
        ({"max_leverage": D("0.1")}, 29, "max_leverage"),
        ({"max_qty": D(7)}, 7, "max_qty"),
    ],
)
def test_caps_count_whole_contracts(cap: dict[str, D], contracts: int, binding: str) -> None:
    answer = sized(size_inverse(inverse_terms(**cap), D(10)))
    assert (answer.qty, answer.binding) == (D(contracts), binding)


def test_every_mode_counts_contracts_where_the_terms_are_inverse() -> None:
    coin = inverse_terms(inverse=Inverse(D(10)))
    assert size(coin, D("0.5")) == size_inverse(inverse_terms(), D(10), D("0.5"))
    # 10 / 2480 coin a contract: 0.1 coin are 24.8; 5 % of 1.2 coin are 14.88 of them.
    assert sized(size_amount(coin, D("0.1"))).qty == 24
    assert sized(size_share(coin, D("0.05"))).qty == 14
    # 0.01 coin over the 0.0001183637396629 that one loses.
    lost = sized(size_fixed(coin, D("0.01")))
    assert (lost.qty, round(lost.loss_per_unit, 16)) == (D(84), D("0.0001183637396629"))
    # Of all the equity at most a tenth: 297.6 quote units.
    assert sized(size_share(msgspec.structs.replace(coin, max_leverage=D("0.1")), D(1))).qty == 29


def test_the_ladder_scales_what_another_mode_asks_of_contracts() -> None:
    answer = sized(fit(inverse_terms(inverse=Inverse(D(10))), D(31), D("0.5")))
    assert (answer.qty, answer.qty_raw) == (D(15), D("15.5"))


def test_less_than_one_contract_is_no_trade() -> None:
    assert code(size_inverse(inverse_terms(equity=D("0.01")), D(10))) == "below_min_qty"
    assert code(size_inverse(inverse_terms(min_notional=D(811)), D(10))) == "below_min_notional"
    assert code(size_inverse(inverse_terms(), D(0))) == "bad_input"
    assert code(size_inverse(inverse_terms(), D("NaN"))) == "bad_input"


def test_a_target_of_volatility_over_the_realised_one_is_the_weight() -> None:
    sigma = realised(X, 20)
    assert sigma == near(0.01204760295)
    assert target_weight(sigma or 0, 0.30, 2) == near(1.303389375)
    recent = ewma(X)
    assert recent == near(0.01127315073)
    assert target_weight(recent or 0, 0.30, 2) == near(1.392930694)
    assert target_weight(0.001, 0.30, 2) == 2


def test_a_volatility_target_buys_its_weight_of_equity() -> None:
    # 1.392930694 x 8400 / 100 = 117.0061783.
    assert sized(size_vol_target(terms(), ewma(X), 0.30, 2)).qty == D("117.00")


@pytest.mark.parametrize("sigma", [None, 0.0, float("nan")])
def test_an_unknown_volatility_sizes_nothing(sigma: float | None) -> None:
    assert code(size_vol_target(terms(), sigma, 0.30, 2)) == "insufficient_history"


def test_a_kelly_weight_buys_its_share_of_equity_and_nothing_is_no_trade() -> None:
    # 0.1039636127 x 8400 / 100 = 8.7329.
    assert sized(size_kelly(terms(), 0.1039636127)).qty == D("8.73")
    assert code(size_kelly(terms(), 0.0)) == "kelly_zero"
    assert code(size_kelly(terms(), float("inf"))) == "bad_input"


def test_an_average_range_is_what_another_library_says() -> None:
    bars = random_bars(7, 120)
    known = atr(bars, 14)
    for end in (16, 60, 120):
        assert average_range(bars.slice(0, end)) == pytest.approx(known[end - 1], rel=1e-12)
    # Talib gives its first value at bar 14: fifteen bars are the least.
    assert average_range(bars.slice(0, 15)) == pytest.approx(known[14], rel=1e-12)
    assert average_range(bars.slice(0, 14)) is None
