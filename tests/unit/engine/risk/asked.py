"""A desk that is asked: one entry or one reduction put to its gate, and the code of the answer."""

from decimal import Decimal as D
from typing import Any

import msgspec

from engine.model.orders import OrderRequest
from engine.risk.gate import Decision
from tests.desk import Desk, long


def entry(desk: Desk, **changed: Any) -> OrderRequest:
    """A long from 100 with its stop at 90, asked at the newest close."""
    symbol = desk.symbol
    request = OrderRequest(desk.now, symbol, "buy", "entry", "market", "scripted", D(100), "t", None, None, None, D(90))
    return msgspec.structs.replace(request, **changed)


def judged(desk: Desk, **changed: Any) -> Decision:
    return desk.core.desk.gate.decide(entry(desk, **changed), desk.core.state)


def code(desk: Desk, **changed: Any) -> str:
    decision = judged(desk, **changed)
    if decision.denial is None:
        assert decision.order is not None
        return decision.order.verdict
    assert decision.order is None
    assert not decision.rules()[-1].passed or decision.denial.code == "below_min_qty"
    return decision.denial.code


def world(**more: Any) -> Desk:
    desk = Desk({}, **more)
    desk.bar(100)
    return desk


def held(**more: Any) -> Desk:
    """Long 20 BTC from 100, ETH free."""
    desk = Desk({"BTC": {0: long(90)}, "ETH": {}}, **more)
    for close in (100, 100):
        desk.bar(close, symbol="BTC")
        desk.bar(close, symbol="ETH")
    assert desk.qty == 20
    return desk


def reduction(desk: Desk, **changed: Any) -> str:
    return code(desk, **{"side": "sell", "leg": "exit", "qty": D(20), "reason": "signal", "stop": None} | changed)
