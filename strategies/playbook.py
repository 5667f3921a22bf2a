"""The two models of the Fabio playbook and its score, as functions of numbers (strategies.md 7)."""

from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from strategies.structure.flow import aggression
from strategies.structure.state import MarketState

NEAR_LEVEL = 0.0015
"""A key level counts when its cluster is this near to the setup's own level, fraction of the price."""


class Params(msgspec.Struct, frozen=True):
    """Parameters of `fabio`."""

    k: Annotated[int, Meta(ge=6, le=48, description="closes the market state is told from")] = 12
    inside: Annotated[float, Meta(ge=0.5, le=1, description="share of them inside value for a balance")] = 0.70
    overlap: Annotated[float, Meta(ge=0.1, le=0.9, description="overlap of value areas for a balance")] = 0.50
    lvn_tolerance: Annotated[float, Meta(ge=0.0001, le=0.01, description="reach of a node, fraction of it")] = 0.001
    delta_share: Annotated[float, Meta(ge=0.05, le=0.9, description="least |delta|/volume of aggression")] = 0.25
    volume_sd: Annotated[float, Meta(ge=0, le=4, description="deviations of volume above its mean")] = 1.0
    min_rr: Annotated[float, Meta(ge=0, le=5, description="least reward to risk of a trend trade")] = 1.5
    trend_stop: Annotated[float, Meta(ge=0, le=2, description="ATR14 from the node to the stop")] = 0.15
    reversion_stop: Annotated[float, Meta(ge=0, le=2, description="ATR14 from the extreme to the stop")] = 0.1
    excursion_bars: Annotated[int, Meta(ge=0, le=12, description="bars a return may take")] = 3
    min_confluence: Annotated[float, Meta(ge=-1, le=1, description="least agreement of timeframes")] = 0.2


class Bar(NamedTuple):
    """The closed bar a model looks at, with its flow: `mean` and `sd` are the usual volume, NaN where unknown."""

    low: float
    high: float
    close: float
    volume: float
    delta: float
    mean: float
    sd: float
    atr: float

    def aggression(self, params: Params) -> float:
        """+1 buyers press, -1 sellers, 0 nobody, NaN unknown."""
        flow = (self.delta, self.volume, self.mean, self.sd)
        return float(aggression(*flow, share=params.delta_share, sds=params.volume_sd))


class Setup(NamedTuple):
    """What a model proposes: prices not rounded to any tick."""

    model: Literal["trend", "reversion"]
    side: int
    """+1 long, -1 short."""
    entry: float
    stop: float
    target: float
    level: float
    """The node or the edge of value it stands on."""

    @property
    def rr(self) -> float:
        """Reward to risk."""
        return self.side * (self.target - self.entry) / abs(self.entry - self.stop)


def trend(
    state: MarketState, bar: Bar, lvns: Iterable[float], targets: Iterable[float], params: Params
) -> Setup | None:
    """7.1: the market has left value; with it, from a thin row of the impulse leg that is touched and left again.

    `lvns`: low volume nodes of the leg; `targets`: HVNs and POCs of leg and previous session. None: no signal.
    """
    side = {"IMBALANCED_UP": 1, "IMBALANCED_DOWN": -1}.get(state)
    if side is None or bar.aggression(params) != side:
        return None
    wick = bar.low if side > 0 else bar.high
    held = [
        node for node in lvns if abs(wick - node) <= params.lvn_tolerance * node and side * (bar.close - node) > 0.0
    ]
    beyond = [price for price in targets if side * (price - bar.close) > 0.0]
    if not held or not beyond:
        return None
    node = min(held, key=lambda price: abs(price - bar.close))
    target = min(beyond, key=lambda price: abs(price - bar.close))
    found = Setup("trend", side, bar.close, node - side * params.trend_stop * bar.atr, target, node)
    return found if found.rr >= params.min_rr else None


def reversion(
    state: MarketState, bar: Bar, side: int, extreme: float, area: tuple[float, float, float], params: Params
) -> Setup | None:
    """7.2: price left value, found nobody there and comes back: towards the point of control.

    `side` +1 after an excursion below value, -1 after one above; `extreme`: its lowest low (highest high);
    `area`: val, poc, vah of the previous session. The caller knows that `bar` is the return (see
    `structure.excursion`). None: no signal, also when the close is at or past the point of control.
    """
    val, poc, vah = area
    if state not in ("BALANCED", "TRANSITION") or bar.aggression(params) != side:
        return None
    stop = extreme - side * params.reversion_stop * bar.atr
    if not side * (poc - bar.close) > 0.0 or not side * (bar.close - stop) > 0.0:
        return None
    return Setup("reversion", side, bar.close, stop, poc, val if side > 0 else vah)


def score(setup: Setup, bar: Bar, share: float, significance: float, confluence: float) -> float:
    """7.3, 0..100. `share` of the last closes beyond the edge (trend) or inside value (reversion),
    `significance` 0..100 of the key level at hand, `confluence` -1..1."""
    pressed = abs(bar.delta) / bar.volume if bar.volume else 0.0
    loud = (bar.volume - bar.mean) / bar.sd if bar.sd else 0.0
    return 100.0 * (
        0.25 * share
        + 0.20 * significance / 100.0
        + 0.30 * (0.5 * _lin(pressed, 0.25, 0.60) + 0.5 * _lin(loud, 1.0, 3.0))
        + 0.25 * (1.0 + setup.side * confluence) / 2.0
    )


def _lin(x: float, a: float, b: float) -> float:
    return min(1.0, max(0.0, (x - a) / (b - a)))
