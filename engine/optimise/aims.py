"""What is better: the figures of a backtest that a search may aim at, and which way."""

from collections.abc import Callable, Sequence

import msgspec

from engine.model.errors import BadInput
from engine.model.result import Result


class Aim(msgspec.Struct, frozen=True):
    """A figure of a result, undefined as None; `most`: whether more of it is better."""

    name: str
    most: bool
    read: Callable[[Result], float | None]

    def worth(self, value: float) -> float:
        """The value as a number of which more is better."""
        return value if self.most else -value


AIMS: dict[str, Aim] = {
    aim.name: aim
    for aim in (
        Aim("sharpe", True, lambda r: r.performance.sharpe),
        Aim("sortino", True, lambda r: r.performance.sortino),
        Aim("calmar", True, lambda r: r.performance.calmar),
        Aim("cagr", True, lambda r: r.performance.cagr),
        Aim("profit", True, lambda r: float(r.profit)),
        Aim("profit_factor", True, lambda r: r.profit_factor),
        Aim("expectancy", True, lambda r: r.performance.expectancy),
        Aim("sqn", True, lambda r: r.performance.sqn),
        Aim("win_rate", True, lambda r: r.win_rate),
        Aim("max_drawdown", False, lambda r: r.max_drawdown_percent / 100),
        Aim("volatility", False, lambda r: r.performance.volatility),
        Aim("exposure", False, lambda r: r.performance.exposure),
    )
}
"""By name; shares and rates are fractions, money is in the account's currency (risk.md section 9)."""


def figures(result: Result) -> dict[str, float | None]:
    """Every figure of a result by its name."""
    return {name: aim.read(result) for name, aim in AIMS.items()}


def aims_of(names: Sequence[str]) -> tuple[Aim, ...]:
    """The aims of these names, in order; BadInput says which there are."""
    for name in names:
        if name not in AIMS:
            raise BadInput(f"--aim is {name[:40]!r}, but it takes {', '.join(AIMS)}.")
    if len(set(names)) < len(names):
        raise BadInput("--aim names the same figure twice; give each once.")
    return tuple(AIMS[name] for name in names)
