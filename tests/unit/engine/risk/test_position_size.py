"""Step 5: what each sizing mode wants, what a unit loses, and how a cap that may not cut says so."""

from decimal import Decimal as D

import msgspec
import pytest

from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits, with_settings
from engine.model.orders import Denial
from engine.plan import Costs
from engine.risk.position_size import kelly_weight
from engine.state import StrategyRecord
from tests.desk import WIDE
from tests.printed import near
from tests.unit.engine.risk.asked import entry, judged, remembering, said, seen, world

DEAR = Costs(D("0.001"), spread_bps=D(20), slippage_bps=D(10))
"""0.1 % of fee a side; 0.1 % of half the spread and 0.1 % of slippage."""


def limits(**settings: str) -> RiskLimits:
    return with_settings(RiskLimits(), settings)


def test_fees_and_slippage_are_part_of_what_a_unit_loses() -> None:
    # 10 to the stop, 0.1 % of 100, 0.1 % and 0.2 % of 90: 10.37; 200 over it are 19.286403.
    order = judged(world(costs=DEAR)).order
    assert order is not None
    assert (order.qty, order.reserved_risk) == (D("19.286403"), D("19.286403") * D("10.37"))


def test_each_market_is_reckoned_with_its_own_fees() -> None:
    """A unit loses 10 and, of the contract, 0.1 % of 100 and of 90; of spot 0.2 %; without a fee of spot the same."""
    coins = [Instrument("BTC", "BTC", "USDT"), Instrument("ETH", "ETH", "USDT", spot=True)]
    for spot_fee, lost in ((D("0.002"), D("10.38")), (None, D("10.19"))):
        desk = world(costs=Costs(D("0.001"), spot_fee=spot_fee), instruments=coins)
        desk.bar(100, symbol="ETH")
        orders = [judged(desk, symbol=symbol).order for symbol in ("BTC", "ETH")]
        assert [order and order.reserved_risk / order.qty for order in orders] == [D("10.19"), lost]


def test_a_size_is_told_with_what_was_wanted() -> None:
    desk = world(settings=WIDE | {"MAX_POSITION_SIZE": "500"})
    assert said(desk, "position_size") == ("", "", 5, 20)
    assert said(world(), stop=None) == ("stop_missing", "an entry without a stop is never sent", None, None)
    text = "the stop is on the entry price 100"
    assert said(world(), stop=D(100)) == ("stop_too_close", text, None, None)
    assert said(world(), stop=D(101))[1:] == ("a long from 100 cannot have its stop at 101", None, None)
    view = seen(desk := world(), instrument=None)
    rule = next(rule for rule in judged(desk).judged if rule.name == "position_size")
    assert rule.check(entry(desk), view).denial == Denial("stop_missing", "an entry without a stop is never sent")


def test_a_cap_that_may_not_cut_is_told() -> None:
    firm = WIDE | {"ALLOW_SCALE_DOWN": "off"}
    text = "200.000000 wanted, max_position_pct allows 100.00"
    assert said(world(settings=firm), stop=D(99)) == ("max_position", text, None, None)
    desk = world(settings=firm | {"MAX_LEVERAGE": "1"})
    gate = desk.core.desk.gate
    gate.limits = msgspec.structs.replace(gate.limits, max_position_size=D(0))
    text = "200.000000 wanted, max_leverage allows 100"
    assert said(desk, stop=D(99)) == ("gross_limit", text, None, None)


HALVED = [
    ({"SIZING_MODE": "fixed", "SIZING_AMOUNT": "350"}, 17.5),
    ({"SIZING_MODE": "amount", "SIZING_AMOUNT": "350"}, 1.75),
    ({"SIZING_MODE": "percent_equity", "SIZING_SHARE_PERCENT": "6"}, 3),
    ({"SIZING_MODE": "kelly", "KELLY_FRACTION": "0.5", "KELLY_CAP": "2"}, 3.915240),
    # The deviation of (0.01, -0.01, ...) in 60 days is 0.01 x sqrt(60 / 59); a year has 365 of them.
    ({"SIZING_MODE": "vol_target", "VOL_TARGET_PERCENT": "20"}, 0.2 / (0.01 * (365 * 60 / 59) ** 0.5) * 100 / 2),
    ({"SIZING_MODE": "signal_vol", "SIZING_AMOUNT": "750"}, 0.6 * 750 / (0.01 * (365 * 60 / 59) ** 0.5) / 100 / 2),
]


@pytest.mark.parametrize(("settings", "qty"), HALVED)
def test_the_first_rung_halves_every_mode(settings: dict[str, str], qty: float) -> None:
    desk = remembering(world(settings=WIDE | settings), BTC=[0.01, -0.01] * 30)
    desk.core.state.rung = 1
    desk.core.state.strategies["scripted"] = StrategyRecord(
        trades=75, wins=41, losses=34, gained=D(41) * 13, lost=D(34) * 10
    )
    order = judged(desk, score=60.0).order
    assert order is not None
    assert abs(float(order.qty) - qty) < 2e-6


def test_leverage_caps_a_volatility_that_is_low_and_position_caps_a_signal() -> None:
    quiet = [0.0001, -0.0001] * 30
    vol = world(settings=WIDE | {"SIZING_MODE": "vol_target", "MAX_LEVERAGE": "1"})
    assert said(remembering(vol, BTC=quiet), "position_size") == ("", "", 100, 100)
    signal = {"SIZING_MODE": "signal_vol", "SIZING_AMOUNT": "750", "MAX_POSITION_SIZE_PERCENT": "50"}
    desk = remembering(world(settings=WIDE | signal), BTC=quiet)
    assert said(desk, "position_size", score=100.0) == ("", "", 50, 50)
    desk = remembering(world(settings=WIDE | signal | {"MAX_POSITION_SIZE": "700"}), BTC=quiet)
    assert said(desk, "position_size", score=100.0) == ("", "", 7, 7)


def test_a_signal_without_sixty_days_is_told() -> None:
    desk = world(settings=WIDE | {"SIZING_MODE": "signal_vol"})
    text = "BTC: fewer than 60 daily returns are known"
    assert said(remembering(desk, BTC=[0.01, -0.01] * 29)) == ("insufficient_history", text, None, None)


@pytest.mark.parametrize(
    ("wins", "losses", "lost", "known"),
    [
        (0, 5, "10", "0 wins and 5 losses are known"),
        (5, 0, "10", "5 wins and 0 losses are known"),
        (5, 5, "0", "5 wins and 5 losses are known"),
    ],
)
def test_an_edge_needs_wins_and_losses(wins: int, losses: int, lost: str, known: str) -> None:
    record = StrategyRecord(trades=wins + losses, wins=wins, losses=losses, gained=D(5), lost=D(lost))
    text = f"{known}, both are needed to know the edge"
    assert kelly_weight(record, limits()) == Denial("insufficient_history", text)


def test_an_edge_is_used_in_part_and_up_to_a_cap() -> None:
    # The page: 41 wins of 75 at b = 1.3 give f 0.1566096197.
    record = StrategyRecord(trades=75, wins=41, losses=34, gained=D(41) * 13 / 100, lost=D(34) / 10)
    assert kelly_weight(record, limits(KELLY_FRACTION="0.25")) == near(0.039152404925)
    assert kelly_weight(record, msgspec.structs.replace(limits(), kelly_cap=D("0.03"))) == near(0.03)
