"""Random messages for property tests, made from the message types themselves: a new fact is covered at once."""

from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from engine.model.facts import Fact, OrderMoved, SettingChanged, TradeChanged, TradeClosed, TradeOpened
from engine.model.messages import Command, Effect, Event, OrderFilled, OutcomeUnknown, Report, Step

POOLS: dict[str, st.SearchStrategy[str]] = {
    "id": st.sampled_from(["o1", "o2", "o3"]),
    "order_id": st.sampled_from(["o1", "o2", "o3"]),
    "trade": st.sampled_from(["1", "2"]),
    "trade_id": st.sampled_from(["f1", "f2"]),
    "signal_id": st.sampled_from(["s1", "s2"]),
    "symbol": st.sampled_from(["BTC/USDT:USDT", "ETH/USDT:USDT"]),
    "name": st.sampled_from(["max_leverage", "daily_loss"]),
    "breaker": st.sampled_from(["daily_loss", "drawdown"]),
    "intent": st.sampled_from(["i1", "i2"]),
}
"""Names that meet again, so that rows change and do not only appear."""

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
MONEY = st.builds(
    lambda digits, exponent: digits.scaleb(exponent),
    st.decimals(-(10**30), 10**30, places=0),
    st.integers(-30, 6),
)


def _of(info: inspect.Type, name: str = "") -> st.SearchStrategy[Any]:
    match info:
        case inspect.IntType():
            return st.integers(-(2**53), 2**53)
        case inspect.FloatType():
            return st.floats()
        case inspect.StrType():
            return POOLS.get(name, TEXT)
        case inspect.BoolType():
            return st.booleans()
        case inspect.DecimalType():
            return MONEY
        case inspect.NoneType():
            return st.none()
        case inspect.LiteralType():
            return st.sampled_from(info.values)
        case inspect.EnumType():
            return st.sampled_from(list(info.cls))
        case _:
            return _of_many(info, name)


def _of_many(info: inspect.Type, name: str) -> st.SearchStrategy[Any]:
    match info:
        case inspect.UnionType():
            return st.one_of(*(_of(each, name) for each in info.types))
        case inspect.VarTupleType():
            return st.lists(_of(info.item_type), max_size=2).map(tuple)
        case inspect.DictType():
            return st.dictionaries(_of(info.key_type), _of(info.value_type), max_size=2)
        case inspect.StructType():
            fields = {field.name: _of(field.type, field.name) for field in info.fields}
            return st.builds(info.cls, **fields)
        case _:
            raise NotImplementedError(f"No random {info}.")


def _struct(*kinds: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    return st.one_of(*(_of(inspect.type_info(kind)) for kind in kinds))


def _brief[T](strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """The same, not written out in full where it is shown: hypothesis warns of names longer than a page."""
    return st.none().flatmap(lambda _: strategy)


def _end(effect: Effect) -> object:
    """The trade that an effect ends; unlike anything else when it ends none."""
    return effect.fact.trade.trade if isinstance(effect, Report) and isinstance(effect.fact, TradeClosed) else object()


def steps(count: int) -> st.SearchStrategy[list[Step]]:
    """Up to `count` steps, numbered from 1, of any event with any effects; what changes rows more often than the rest.

    A step ends a trade once: the core cannot do it twice, and storage calls that a broken invariant.
    """
    event = _brief(_struct(OrderFilled, OutcomeUnknown, Command) | _of(inspect.type_info(Event)))
    fact = _brief(
        _struct(OrderMoved, TradeOpened, TradeChanged, TradeClosed, SettingChanged) | _of(inspect.type_info(Fact))
    )
    effect = st.builds(Report, fact) | st.builds(Report, fact) | _brief(_of(inspect.type_info(Effect)))
    turn = st.tuples(event, st.lists(effect, max_size=4, unique_by=_end))
    return st.lists(turn, max_size=count).map(
        lambda turns: [Step(seq, event, tuple(effects)) for seq, (event, effects) in enumerate(turns, 1)]
    )


def same(one: Any, other: Any) -> bool:
    """Equality in which NaN equals itself and 1.0 is not 1.00."""
    return repr(one) == repr(other) and type(one) is type(other)
