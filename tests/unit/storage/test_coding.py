"""A stored step is readable text and comes back as the same step."""

import json
from decimal import Decimal
from hashlib import sha256

import msgspec
import pytest

from engine.model.errors import Corrupt
from engine.model.facts import Decided, SettingChanged, Signal, SignalCheck
from engine.model.market import Footprint, FootprintRow
from engine.model.messages import Depth, Quote, Step
from engine.model.orders import OrderState
from storage.coding import JournalHash, StepText, decode, encode
from tests.journaled import BTC, candle, fill, moved, order, step

NAN = float("nan")
INF = float("inf")


def signal(score: float, value: float | None) -> Signal:
    checks = (SignalCheck("adx", value, met=False),)
    return Signal("s1", 1, 2, BTC, "5m", "razor", "Neutral", score, 0.5, None, None, None, "none", checks=checks)


def test_a_step_reads_back_equal() -> None:
    written = step(3, moved(order(), OrderState.APPROVED, OrderState.SUBMITTED), event=fill())
    assert decode(encode(written)) == written


def test_the_text_of_an_event_is_json_that_names_its_fields() -> None:
    event = json.loads(encode(Step(1, candle(close=94111.5), ())).event)
    assert event["type"] == "CandleClosed"
    assert event["close"] == 94111.5


def test_money_is_text_in_the_journal() -> None:
    assert json.loads(encode(step(1, event=fill(price=Decimal("94111.10")))).event)["price"] == "94111.10"


@pytest.mark.parametrize("odd", [NAN, INF, -INF])
def test_a_candle_with_numbers_that_json_lacks_reads_back_with_them(odd: float) -> None:
    rows = (FootprintRow(1.0, odd, 2.0),)
    bad = candle(open=odd, taker_buy=odd, footprint=Footprint(rows))
    back = decode(encode(Step(1, bad, ()))).event
    assert repr(back) == repr(bad)


@pytest.mark.parametrize("field", ["open", "high", "low", "close", "volume", "taker_buy"])
def test_each_number_of_a_candle_may_be_nan(field: str) -> None:
    bad = msgspec.structs.replace(candle(), **{field: NAN})
    assert repr(decode(encode(Step(1, bad, ()))).event) == repr(bad)


def test_opposite_infinities_do_not_hide_one_another() -> None:
    bad = candle(open=INF, high=-INF)
    assert decode(encode(Step(1, bad, ()))).event == bad


def test_finite_numbers_whose_sum_is_not_are_kept_exactly() -> None:
    huge = candle(open=1.7e308, high=1.7e308)
    assert decode(encode(Step(1, huge, ()))).event == huge


def test_a_quote_may_be_odd_too() -> None:
    quote = Quote(1, BTC, bid=NAN, ask=1.0)
    assert repr(decode(encode(Step(1, quote, ()))).event) == repr(quote)


@pytest.mark.parametrize(("score", "value"), [(NAN, 1.0), (1.0, NAN), (INF, None)])
def test_a_signal_may_be_odd_too(score: float, value: float | None) -> None:
    odd = signal(score, value)
    decided = Decided(1, BTC, "razor", "entry", "approved", "", (), odd)
    written = step(1, odd, decided)
    assert repr(decode(encode(written))) == repr(written)


def test_texts_that_look_like_something_else_stay_texts() -> None:
    written = step(1, SettingChanged(1, "max_leverage", "null", "NaN", None))
    assert decode(encode(written)) == written


def test_what_is_no_step_is_refused_by_its_number() -> None:
    with pytest.raises(Corrupt, match="Step 7 of the journal"):
        decode(StepText(7, 1, '{"type":"Nonsense"}', "[]"))


def test_the_hash_is_that_of_the_lines() -> None:
    digest = JournalHash()
    digest.add(1, "{}", "[]")
    digest.add(2, "{}", "[1]")
    assert digest.hexdigest() == sha256(b"1\n{}\n[]\n2\n{}\n[1]\n").hexdigest()


@pytest.mark.parametrize("sizes", [(1.0, 2.0), (NAN, INF)])
@pytest.mark.parametrize("depth", [None, Depth(1, 7.25, 0.5), Depth(1, INF, -INF)])
def test_the_quote_of_a_candle_is_a_part_of_it_and_its_depth_a_part_of_the_quote(
    sizes: tuple[float, float], depth: Depth | None
) -> None:
    quoted = msgspec.structs.replace(candle(), quote=Quote(1, BTC, 94111.0, 94111.5, *sizes, None, depth))
    text = encode(Step(1, quoted, ()))
    assert encode(decode(text)) == text
    assert repr(decode(text).event) == repr(quoted)
    assert json.loads(text.event)["quote"]["ask"] == 94111.5
