"""What trading costs on each kind of market."""

from decimal import Decimal as D

import pytest

from engine.model.instrument import Instrument
from engine.plan import Costs

ONE = Costs(D("0.0005"), D("0.0002"))
BOTH = Costs(D("0.0005"), D("0.0002"), spot_fee=D("0.001"))
MAKER = Costs(D("0.0005"), spot_maker_fee=D("0.0001"))
ALL = Costs(D("0.0005"), D("0.0002"), spot_fee=D("0.001"), spot_maker_fee=D("0.0008"))
LISTED = Costs(listed=True)


@pytest.mark.parametrize(
    ("costs", "symbol", "spot", "fees"),
    [
        (ONE, "BTC/USDT", True, ("0.0005", "0.0002")),
        (BOTH, "BTC/USDT", False, ("0.001", "0.001")),
        (BOTH, "BTC/USDT:USDT", False, ("0.0005", "0.0002")),
        (BOTH, "BTC/USDT:USDT-260327", False, ("0.0005", "0.0002")),
        (BOTH, "BTCUSDT", False, ("0.0005", "0.0002")),
        (BOTH, "BTCUSDT", True, ("0.001", "0.001")),
        (MAKER, "BTC/USDT", True, ("0.0005", "0.0001")),
        (ALL, "BTC/USDT", True, ("0.001", "0.0008")),
    ],
)
def test_spot_has_its_own_fees_where_they_are_given(
    costs: Costs, symbol: str, spot: bool, fees: tuple[str, str]
) -> None:
    of = costs.of(Instrument(symbol, "BTC", "USDT", spot=spot))
    assert (of.fee, of.maker) == tuple(map(D, fees))


def test_costs_without_fees_of_spot_are_the_same_everywhere() -> None:
    assert ONE.of(Instrument("BTC/USDT", "BTC", "USDT", spot=True)) is ONE


@pytest.mark.parametrize(
    ("costs", "symbol", "lists", "fees"),
    [
        (LISTED, "BTC/USDT:USDT", ("0.0006", "0.0001"), ("0.0006", "0.0001")),
        (LISTED, "BTC/USDT", ("0.0015", None), ("0.0015", "0.0015")),
        (LISTED, "BTC/USDT", (None, None), ("0.0005", "0.0005")),
        (Costs(maker_fee=D("-0.0001"), listed=True), "BTC/USDT:USDT", ("0.0006", "0.0001"), ("0.0006", "-0.0001")),
        (Costs(spot_fee=D("0.002"), listed=True), "BTC/USDT", ("0.0015", "0.001"), ("0.002", "0.002")),
        (Costs(spot_fee=D("0.002"), listed=True), "BTC/USDT:USDT", ("0.0006", "0.0001"), ("0.0006", "0.0001")),
        (Costs(D("0.0003")), "BTC/USDT:USDT", ("0.0006", "0.0001"), ("0.0003", "0.0003")),
    ],
)
def test_what_a_market_lists_counts_where_no_fee_is_set(
    costs: Costs, symbol: str, lists: tuple[str | None, str | None], fees: tuple[str, str]
) -> None:
    taker, maker = (None if fee is None else D(fee) for fee in lists)
    of = costs.of(Instrument(symbol, "BTC", "USDT", taker=taker, maker=maker))
    assert (of.fee, of.maker) == tuple(map(D, fees))
