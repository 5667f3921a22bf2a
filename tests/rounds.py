"""The triangle of the printed example (strategies.md 12.3): 600 of 2400 USDT are sent round at a fee of 0.00075."""

from decimal import Decimal as D

from engine.model.instrument import Instrument
from engine.model.messages import Quote
from engine.plan import Costs, StrategyPlan
from engine.ports import Resolver
from engine.simulation.script import Script
from strategies.base import build
from strategies.triangular import Params
from tests.desk import WIDE, Desk
from tests.scripted import START

ETH, CROSS, SOL = "ETH/USDT", "SOL/ETH", "SOL/USDT"
STEPS = {ETH: "0.0001", CROSS: "0.01", SOL: "0.001"}
RULES = [
    Instrument(symbol, symbol.partition("/")[0], symbol.partition("/")[2], step=D(step), spot=True)
    for symbol, step in STEPS.items()
]
PLAN = StrategyPlan("triangular", build("triangular"), Params(share=0.25), "1m", tuple(STEPS))


def triangle(
    params: Params | None = None,
    *,
    venue: bool = True,
    script: Script | None = None,
    slippage: str = "0",
    resolver: Resolver | None = None,
) -> Desk:
    """A desk that goes round, of a quarter of its equity."""
    plan = StrategyPlan("triangular", build("triangular"), params or Params(share=0.25), "1m", tuple(STEPS))
    made = Desk(
        instruments=RULES,
        costs=Costs(D("0.00075"), slippage_bps=D(slippage)),
        strategies=[plan],
        settings=WIDE,
        cash="2400",
        venue=venue,
        script=script,
        resolver=resolver,
    )
    made.symbol = ETH
    return made


def tops(at: int, bid: float = 150.10, shown: float = 99.0) -> dict[str, Quote]:
    """The three books so many ms after the start; `shown` is what the one in the middle holds."""
    return {
        ETH: Quote(START + at, ETH, 2481.0, 2481.2, 9.0, 9.0),
        CROSS: Quote(START + at, CROSS, 0.06014, 0.06015, shown, shown),
        SOL: Quote(START + at, SOL, bid, bid + 0.01, 99.0, 99.0),
    }


def books(made: Desk, *at: int, bid: float = 150.10, shown: float = 99.0) -> None:
    """All three, as often as asked."""
    for each in at:
        made.feed(*tops(each, bid, shown).values())


def held(made: Desk) -> dict[str, D]:
    """What the desk holds, which is what the venue knows of."""
    mine = {symbol: holding.qty for symbol, holding in made.core.state.holdings.items()}
    if made.venue:
        assert mine == {symbol: position.qty for symbol, position in made.broker.state.positions.items()}
    return mine
