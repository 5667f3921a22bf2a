"""The signal record (strategies.md section 0) and the ranking (section 14)."""

from decimal import Decimal as D

import msgspec
import pytest

from engine.model.facts import Signal
from engine.model.instrument import Instrument
from engine.model.messages import CandleClosed
from engine.model.orders import Direction
from engine.plan import Bracket, StrategyPlan
from engine.scoring.row import Row
from engine.signals import levels, ranked, record, reward
from engine.state import Candidate
from tests.desk import Scripted
from tests.scripted import START

BTC = Instrument("BTC", "BTC", "USDT", tick=D("0.5"))
PLAN = StrategyPlan("s", Scripted({}), None, "5m", ("BTC",))
ROW = Row(-60.0, 60.0, 110.2, 80.1, None, "why", False, False, "", ())


def bar(close: float = 100.0) -> CandleClosed:
    return CandleClosed(START + 300_700, "BTC", "5m", START, close, close, close, close, 1)


def signal(row: Row = ROW, instrument: Instrument = BTC) -> Signal:
    return record(PLAN, row, bar(), instrument, Bracket())


def test_a_record_is_stamped_with_the_bars_nominal_close_and_lives_thirty_seconds() -> None:
    made = signal()
    assert (made.at, made.valid_until) == (START + 300_000, START + 330_000)
    assert (made.signal, made.score, made.confidence, made.setup) == ("Short", -60, 0.6, "scripted")
    assert (made.entry, made.stop_loss, made.target) == (D(100), D(110), D("80.5"))


def test_an_abstention_is_neutral_with_its_code_and_nothing_else() -> None:
    made = signal(msgspec.structs.replace(ROW, score=0.0, reason="warming_up"))
    assert (made.signal, made.reason, made.score, made.confidence) == ("Neutral", "warming_up", 0, 0)
    assert (made.entry, made.stop_loss, made.target) == (None, None, None)


def test_a_target_in_multiples_of_r_counts_from_the_stop_on_the_tick() -> None:
    # Stop 110.2 becomes 110: R is 10, two of them from 100 down are 80.
    row = msgspec.structs.replace(ROW, target_r=2.0, target=79.6)
    assert signal(row).target == 80
    assert signal(row, Instrument("BTC", "BTC", "USDT")).target == D("79.6")


def test_a_stop_with_a_buffer_stands_so_many_ticks_beyond_its_price_on_the_tick() -> None:
    # The tick is 0.5: a short's stop of 110.2 becomes 110, three ticks beyond it are 111.5; R is 11.5, two are 23.
    row = msgspec.structs.replace(ROW, stop_ticks=3, target_r=2.0)
    assert (signal(row).stop_loss, signal(row).target) == (D("111.5"), D(77))
    assert levels(msgspec.structs.replace(row, stop=90.2), "long", D(100), BTC.tick, Bracket())[0] == D(89)
    without = signal(row, Instrument("BTC", "BTC", "USDT"))
    assert without.stop_loss == D("110.2")


def test_a_row_without_stop_and_target_has_none() -> None:
    row = msgspec.structs.replace(ROW, stop=None, target=None)
    assert levels(row, "long", D(100), BTC.tick, Bracket()) == (None, None)


@pytest.mark.parametrize(("direction", "stop", "target"), [("long", "99.5", "101"), ("short", "100.5", "99")])
def test_a_users_bracket_is_a_share_of_the_entry_on_the_tick(direction: Direction, stop: str, target: str) -> None:
    bracket = Bracket(D("0.0099"), D("0.0101"))
    assert levels(ROW, direction, D(100), BTC.tick, bracket) == (D(stop), D(target))


def test_reward_over_risk_is_zero_where_it_is_undefined() -> None:
    made = signal()
    assert reward(made) == 1.95
    assert reward(msgspec.structs.replace(made, target=None)) == 0
    assert reward(msgspec.structs.replace(made, stop_loss=D(100))) == 0


def test_ties_go_by_reward_then_symbol_then_strategy() -> None:
    base = signal()
    better = msgspec.structs.replace(base, target=D(60))
    other = msgspec.structs.replace(base, symbol="ADA")
    one, two, three, four = (
        Candidate("b", base, 1),
        Candidate("a", base, 1),
        Candidate("z", other, 1),
        Candidate("z", better, 1),
    )
    assert ranked([one, two, three, four]) == [four, three, two, one]
    assert ranked([one]) == [one]
