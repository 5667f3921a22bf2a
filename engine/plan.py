"""What a desk is asked to do: strategies on symbols, limits, costs, cash. Frozen; every driver takes the same one."""

from decimal import Decimal
from typing import Any

import msgspec

from engine.model.contract import contract
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits
from engine.model.market import Timeframe
from engine.model.money import ZERO
from engine.model.own import Own
from engine.ports import Strategy


class StrategyPlan(msgspec.Struct, frozen=True):
    """One running strategy: its code, parameters, timeframe and the symbols it trades."""

    id: str
    strategy: Strategy
    params: Any
    timeframe: Timeframe
    symbols: tuple[str, ...]
    own: Own = {}
    """Risk settings of its own, which may only be tighter than the desk's."""


class Costs(msgspec.Struct, frozen=True):
    """What trading costs in simulation. Fees and participation are fractions; participation 0 = unlimited."""

    fee: Decimal = Decimal("0.0005")
    maker_fee: Decimal | None = None
    spread_bps: Decimal = ZERO
    slippage_bps: Decimal = ZERO
    latency_ms: int = 0
    participation: Decimal = ZERO
    spot_fee: Decimal | None = None
    """Fee of spot markets, where it is another one."""
    spot_maker_fee: Decimal | None = None
    """Of a resting limit order there; without it the fee of spot."""
    listed: bool = False
    """Whether `fee`, and a maker fee that is not set, only stand in for what a market does not say of its own fees."""

    @property
    def maker(self) -> Decimal:
        """Fee of a resting limit order."""
        return self.fee if self.maker_fee is None else self.maker_fee

    @property
    def against(self) -> Decimal:
        """Half the spread plus slippage, as a fraction of the price."""
        return (self.spread_bps / 2 + self.slippage_bps) / 10_000

    def of(self, instrument: Instrument) -> "Costs":
        """What one market costs: of spot its own fees. A symbol that does not say what it is pays the others."""
        if self.listed and instrument.taker is not None:
            maker = instrument.maker if self.maker_fee is None else self.maker_fee
            return msgspec.structs.replace(self, fee=instrument.taker, maker_fee=maker, listed=False).of(instrument)
        if self.spot_fee is None and self.spot_maker_fee is None:
            return self
        market = contract(instrument.symbol)
        if not instrument.spot and (market is None or market.kind != "spot"):
            return self
        taker = self.fee if self.spot_fee is None else self.spot_fee
        maker = self.maker_fee if self.spot_fee is None else self.spot_fee
        maker = maker if self.spot_maker_fee is None else self.spot_maker_fee
        return msgspec.structs.replace(self, fee=taker, maker_fee=maker)


class Bracket(msgspec.Struct, frozen=True):
    """Stop and target that replace a strategy's own, as fractions of the entry price."""

    stop: Decimal | None = None
    target: Decimal | None = None


class Plan(msgspec.Struct, frozen=True):
    """Everything that decides what a desk does with a market."""

    strategies: tuple[StrategyPlan, ...]
    limits: RiskLimits = RiskLimits()
    costs: Costs = Costs()
    cash: Decimal = Decimal(10_000)
    bracket: Bracket = Bracket()
    zone: str = "UTC"
    desk: int = 1
    """Number of this desk's database, part of every client order id."""
    waits: bool = True
    """Whether entries pass while too few past days are known to measure value at risk: where data may begin with the
    first decision (backtest, replay, simulated market)."""
