"""A desk that is asked: one entry or one reduction put to its gate, and the code of the answer."""

from decimal import Decimal as D
from typing import Any

import msgspec
import numpy as np

from engine.model.orders import ApprovedOrder, OrderRequest
from engine.risk.case import Number, RiskView
from engine.risk.decision import Decision
from engine.risk.scales import Scales
from engine.state import DeskState, Holding, LiveOrder
from tests.desk import FREE, Desk, long

DAY = 86_400_000


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


def said(desk: Desk, rule: str = "", **changed: Any) -> tuple[str, str, Number, Number]:
    """Code and sentence of the refusal, what was measured and its limit; of a rule that passed, numbers alone."""
    decision = judged(desk, **changed)
    names = [each.name for each in decision.judged]
    verdict = decision.verdicts[names.index(rule) if rule else -1]
    assert (verdict.denial is None) is bool(rule)
    code, text = (verdict.denial.code, verdict.denial.text) if verdict.denial else ("", "")
    return code, text, verdict.value, verdict.limit


def seen(desk: Desk, qty: str = "20", **changed: Any) -> RiskView:
    """What a rule is shown of the desk, once the candidate has this quantity."""
    state, gate = desk.core.state, desk.core.desk.gate
    book = Scales(desk.instruments).book(state)
    gate.past.look(state)
    instrument = desk.instruments.get(desk.symbol)
    view = RiskView(
        state,
        instrument,
        gate.limits,
        FREE,
        book.equity,
        D(0),
        book,
        gate.past,
        gate.series,
        True,
        qty=D(qty),
        unit=D(100),
    )
    for name, value in changed.items():
        setattr(view, name, value)
    return view


def remembering(desk: Desk, **returns: list[float]) -> Desk:
    """A desk that knows these daily returns."""
    state = desk.core.state
    count = len(next(iter(returns.values()))) + 1
    state.days = [state.day_ends - DAY * (count - place) for place in range(count)]
    state.closes = {
        symbol: (100 * np.cumprod([1.0, *(1 + value for value in values)])).tolist()
        for symbol, values in returns.items()
    }
    return desk


def holding(desk: Desk, symbol: str, qty: str, stop: str | None, strategy: str = "x", avg: str = "100") -> Desk:
    """The desk with one more position, at a mark of 100."""
    protected = None if stop is None else "s"
    kept = Holding(
        symbol, strategy, symbol, 0, D(qty), D(avg), None if stop is None else D(stop), None, stop_order=protected
    )
    kept.qty_f, kept.avg_f = float(qty), float(avg)
    state = desk.core.state
    state.holdings[symbol], state.marks[symbol] = kept, 100.0
    return desk


def enter(state: DeskState, symbol: str, qty: str, filled: str, **changed: D | str | bool | None) -> None:
    """One more entry under way: a long at 50 with its stop at 40, which reserves 30."""
    wish = {"side": "buy", "price": D(50), "stop": D(40), "reduce_only": False} | changed
    side, price, stop, reduces = wish["side"], wish["price"], wish["stop"], bool(wish["reduce_only"])
    order = ApprovedOrder(
        f"o{len(state.orders)}", 0, symbol, "sell" if side == "sell" else "buy", "entry", "limit", D(qty), reduces,
        f"of {symbol}", "1", "t", price if isinstance(price, D) else None, None, stop if isinstance(stop, D) else None,
        None, D(30),
    )  # fmt: skip
    state.orders[order.id] = LiveOrder(order, filled=D(filled))
