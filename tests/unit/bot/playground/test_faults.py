import msgspec
import pytest

from bot.playground.faults import FaultOrder, Faults


def order(**fields: object) -> FaultOrder:
    return msgspec.convert(fields, FaultOrder)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "nothing to do"),
        ({"times": 2}, "nothing to do"),
        ({"drop": True, "lose": True}, "a fault is one of"),
        ({"code": 200}, "takes an error status"),
        ({"drop": True, "times": 0}, "takes 1 or more"),
        ({"delay": -1}, "takes 0 or more seconds"),
        ({"rate": [0, 10]}, "takes \\[hits, seconds\\]"),
        ({"dwon": True}, "dwon"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_in_a_sentence(fields: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        order(**fields)


def test_a_fault_meets_as_many_calls_of_its_method_as_ordered_in_any_case() -> None:
    faults = Faults()
    faults.add(order(method="SendMessage", times=2, drop=True))
    assert faults.take("getMe") is None
    assert faults.take("sendMessage")
    assert faults.waiting() == [{"method": "SendMessage", "left": 1}]
    assert faults.take("sendmessage")
    assert faults.take("sendMessage") is None


def test_without_a_method_the_next_call_of_any_kind_is_met() -> None:
    faults = Faults()
    faults.add(order(code=500))
    met = faults.take("getUpdates")
    assert met
    assert met.code == 500
    assert faults.take("getUpdates") is None


def test_faults_are_met_in_the_order_in_which_they_came() -> None:
    faults = Faults()
    faults.add(order(code=500))
    faults.add(order(code=429))
    codes = [met.code for met in (faults.take("a"), faults.take("a")) if met]
    assert codes == [500, 429]
    faults.add(order(drop=True))
    faults.clear()
    assert faults.take("a") is None
