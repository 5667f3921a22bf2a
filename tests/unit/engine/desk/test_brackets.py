"""Brackets that the venue changes while a position is open (risk.md R2.7): 3 from 100, with half the way to
liquidation allowed.

Leverage 5 puts 20 a unit into the wallet. LP = (80) / (1 - mmr) for the long: mmr 0.005 gives 80.402..., so a stop at
90.21 is allowed; mmr 0.05 gives 84.2105..., half of 15.789... is 7.8947..., and the line is 92.1052...
"""

from decimal import Decimal as D

import pytest

from engine.core import Core
from engine.model.facts import TradeClosed, Trouble
from engine.model.instrument import Instrument, Tier
from engine.model.messages import BracketsChanged
from engine.pictures import snapshot
from engine.scoring.evaluate import WindowEvaluator
from tests.desk import WIDE, Desk, long, short

LIMITS = WIDE | {"MAX_LEVERAGE": "5"}
COIN = Instrument("BTC", "BTC", "USDT", D("0.1"), D("0.001"))


def tiers(mmr: str) -> tuple[Tier, ...]:
    return (Tier(D(0), None, D(mmr), D(50)),)


def held(stop: float = 90.3, *, side: str = "long", mark: float = 100) -> Desk:
    said = long(stop) if side == "long" else short(stop)
    desk = Desk({0: said}, settings=LIMITS, instruments=[COIN])
    desk.bar(100)
    desk.bar(mark, open=100)
    assert desk.position() is not None
    return desk


def changed(desk: Desk, mmr: str, symbol: str = "BTC") -> list[str]:
    desk.feed(BracketsChanged(desk.now, symbol, tiers(mmr)))
    return [fact.text for fact in desk.told(Trouble)]


def stop_of(desk: Desk) -> D | None:
    holding = desk.position()
    assert holding is not None
    assert holding.stop_order is not None
    assert desk.core.state.orders[holding.stop_order].order.trigger == holding.stop
    return holding.stop


def test_a_stop_that_is_too_near_to_liquidation_moves_to_the_line() -> None:
    desk = held()
    (told,) = changed(desk, "0.05")
    # On the tick towards the entry: 92.1052... becomes 92.2.
    assert stop_of(desk) == D("92.2")
    assert told == (
        "the venue's margins of BTC have changed: liquidation is at 84.210526 now, the stop goes from 90.3 to 92.2"
    )
    assert changed(desk, "0.05") == [told]


def test_a_stop_that_still_clears_stays_and_nobody_is_told() -> None:
    desk = held(stop=95)
    assert changed(desk, "0.05") == []
    assert stop_of(desk) == 95
    assert desk.core.desk.instruments["BTC"].tiers == tiers("0.05")


def test_a_short_is_looked_at_the_other_way_round() -> None:
    # (100 + 20) / 1.05 = 114.2857...; half of the way is 107.1428..., on the tick towards the entry 107.1.
    desk = held(stop=109.6, side="short")
    changed(desk, "0.05")
    assert stop_of(desk) == D("107.1")


def test_a_position_whose_price_is_beyond_the_line_is_closed_also_while_halted() -> None:
    for halted in (False, True):
        desk = held(mark=92)
        if halted:
            desk.core.state.trading = "HALTED"
        (told,) = changed(desk, "0.05")
        assert told.endswith("liquidation is at 84.210526 now, the position is closed")
        desk.bar(92)
        (closed,) = desk.told(TradeClosed)
        assert closed.trade.reason == "unprotected"


def test_funding_paid_brings_liquidation_nearer() -> None:
    """6 a unit of funding paid leave 14 in the wallet: (86) / 0.95 = 90.526..., the line is 95.263..."""
    desk = held()
    holding = desk.position()
    assert holding is not None
    holding.funding = -6 * holding.qty
    changed(desk, "0.05")
    assert stop_of(desk) == D("95.3")


def test_the_venue_liquidates_by_the_new_brackets() -> None:
    desk = held(stop=90.3)
    position = desk.broker.state.positions["BTC"]
    assert position.near == pytest.approx(80 / 0.995, rel=1e-6)
    changed(desk, "0.05")
    assert position.near == pytest.approx(80 / 0.95, rel=1e-6)


def test_symbols_without_a_position_or_unknown_only_take_note() -> None:
    desk = Desk({}, settings=LIMITS, instruments=[COIN])
    assert changed(desk, "0.05") == []
    assert changed(desk, "0.05", "DOGE") == []
    assert desk.instruments["BTC"].tiers == tiers("0.05")
    assert "DOGE" not in desk.instruments
    assert list(desk.core.state.brackets) == ["BTC"]


def test_a_desk_that_goes_on_knows_them_still() -> None:
    desk = held()
    changed(desk, "0.05")
    image = snapshot.decode(snapshot.take(desk.core, desk.broker, None))
    coins = {"BTC": COIN}
    again = Core(desk.plan, coins, {"BTC": "1m"}, WindowEvaluator(desk.plan.strategies), image.state)
    assert coins["BTC"].tiers == tiers("0.05")
    assert again.state == desk.core.state
