"""The same trading written down once more as one plain loop, from the rules alone: one symbol, no engine code.

`ma_cross` with exponential averages, a bracket in shares of the entry price, an amount by risk with a cap, fees,
reversal at the same open, the day's loss line. Prices of averages are floats, money is Decimal.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

MINUTE, DAY = 60_000, 86_400_000
TOUCH = 1e-12
ZERO = Decimal(0)


class Bar(NamedTuple):
    """One minute."""

    ts: int
    open: float
    high: float
    low: float
    close: float


class Done(NamedTuple):
    """One finished trade."""

    side: str
    entry_at: int
    entry: Decimal
    exit_at: int
    exit: Decimal
    amount: Decimal
    fee: Decimal
    pnl: Decimal
    reason: str


@dataclass(frozen=True)
class Rules:
    """What is traded and how much of it."""

    fast: int = 9
    slow: int = 21
    stop: Decimal = Decimal("0.005")
    target: Decimal = Decimal("0.01")
    fee: Decimal = Decimal("0.0005")
    risk: Decimal = Decimal("0.02")
    position: Decimal = Decimal("0.1")
    day_loss: Decimal = Decimal("0.5")
    step: Decimal = Decimal("0.000001")
    inverse: Decimal | None = None
    """Quote units of a contract, where money is coin."""

    def worth(self, price: Decimal) -> Decimal:
        """What one unit is worth, in the money of the account."""
        return price if self.inverse is None else self.inverse / price

    def gain(self, before: Decimal, after: Decimal) -> Decimal:
        """What one unit that is held gains."""
        return after - before if self.inverse is None else self.inverse / before - self.inverse / after


def dec(price: float) -> Decimal:
    return Decimal(repr(price))


def crosses(bars: Iterable[Bar], rules: Rules) -> Iterator[int]:
    """+1 where the fast average crosses above the slow one, -1 below, else 0; a missing minute starts anew."""
    closes: list[float] = []
    last = -1
    fast = slow = 0.0
    gap: float | None = None
    highs: list[float] = []
    lows: list[float] = []
    for bar in bars:
        if bar.ts != last + MINUTE:
            closes, gap, highs, lows = [], None, [], []
        last = bar.ts
        closes.append(bar.close)
        highs, lows = [*highs[-19:], bar.high], [*lows[-19:], bar.low]
        n, before = len(closes), gap
        fast = average(fast, closes, rules.fast)
        slow = average(slow, closes, rules.slow)
        gap = fast / slow - 1 if n >= rules.slow else None
        side = 0
        if gap is not None and before is not None:
            side = 1 if before <= TOUCH < gap else -1 if before >= -TOUCH > gap else 0
        yield side


def average(value: float, closes: Sequence[float], n: int) -> float:
    """The next exponential average: the mean of the first n, then a share of 2 / (n + 1) of the newest."""
    if len(closes) < n:
        return 0.0
    if len(closes) == n:
        return sum(closes) / n
    return value + (closes[-1] - value) * 2 / (n + 1)


@dataclass
class Plain:
    """Cash, at most one position, what is to be done at the next open."""

    cash: Decimal
    rules: Rules
    done: list[Done] = field(default_factory=list)
    denied: int = 0
    side: int = 0
    qty: Decimal = ZERO
    entry: Decimal = ZERO
    entry_at: int = 0
    stop: Decimal = ZERO
    target: Decimal = ZERO
    ordered: tuple[int, Decimal, Decimal] | None = None
    """Side, amount and reference price of an entry that waits for the open."""
    leave: bool = False
    turn: int = 0
    reference: Decimal = ZERO
    decided: int = 0
    day: int = -1
    base: Decimal = ZERO
    latched: bool = False

    def run(self, bars: Sequence[Bar]) -> list[Done]:
        for bar, side in zip(bars, crosses(bars, self.rules), strict=True):
            self.at_open(bar)
            self.inside(bar)
            self.at_close(bar, side)
        return self.done

    def at_open(self, bar: Bar) -> None:
        if self.leave:
            self.close(bar.ts, dec(bar.open), "signal")
            # A signal lives 30 seconds: the next minute is in time, the one after a hole is not.
            if self.turn and bar.ts <= self.decided + 30_000:
                self.order(self.turn, self.cash)
            elif self.turn:
                self.denied += 1
            self.turn = 0
        if self.ordered:
            self.side, self.qty, reference = self.ordered
            self.ordered = None
            self.entry, self.entry_at = dec(bar.open), bar.ts
            self.stop = reference * (1 - self.side * self.rules.stop)
            self.target = reference * (1 + self.side * self.rules.target)
            self.cash -= self.qty * self.rules.worth(self.entry) * self.rules.fee
            self.watch(self.reference)

    def inside(self, bar: Bar) -> None:
        if not self.side:
            return
        opened, low, high = dec(bar.open), dec(bar.low), dec(bar.high)
        worst, best = (low, high) if self.side > 0 else (high, low)
        if (opened - self.stop) * self.side <= 0:
            self.close(bar.ts, opened, "stop")
        elif (opened - self.target) * self.side >= 0:
            self.close(bar.ts, opened, "target")
        elif (worst - self.stop) * self.side <= 0:
            self.close(bar.ts + MINUTE, self.stop, "stop")
        elif (best - self.target) * self.side >= 0:
            self.close(bar.ts + MINUTE, self.target, "target")

    def at_close(self, bar: Bar, side: int) -> None:
        at, self.reference = bar.ts + MINUTE, dec(bar.close)
        self.decided = at
        equity = self.equity(self.reference)
        if at // DAY != self.day:
            self.day, self.base, self.latched = at // DAY, equity, False
        self.watch(self.reference)
        if not side:
            return
        if not self.side:
            self.order(side, equity)
        elif side != self.side:
            self.leave, self.turn = True, side

    def equity(self, mark: Decimal) -> Decimal:
        return self.cash + (self.qty * self.side * self.rules.gain(self.entry, mark) if self.side else ZERO)

    def watch(self, mark: Decimal) -> None:
        if (self.base - self.equity(mark)) / self.base >= self.rules.day_loss:
            self.latched = True

    def order(self, side: int, equity: Decimal) -> None:
        if self.latched:
            self.denied += 1
            return
        rules, entry = self.rules, self.reference
        stop = entry * (1 - side * rules.stop)
        loss = abs(rules.gain(entry, stop)) + rules.fee * (rules.worth(entry) + rules.worth(stop))
        # Whatever is entered must not end the day beyond its line when its stop is hit.
        room = rules.day_loss * self.base - max(ZERO, self.base - equity)
        qty = min(equity * rules.risk / loss, rules.position * equity / rules.worth(entry), max(ZERO, room) / loss)
        qty = (qty / rules.step).to_integral_value(ROUND_FLOOR) * rules.step
        if not qty:
            self.denied += 1
            return
        self.ordered = (side, qty, entry)

    def close(self, at: int, price: Decimal, reason: str) -> None:
        rules, gained = self.rules, self.qty * self.side * self.rules.gain(self.entry, price)
        fee_in, fee_out = (self.qty * rules.worth(each) * rules.fee for each in (self.entry, price))
        side = "long" if self.side > 0 else "short"
        self.done.append(
            Done(
                side,
                self.entry_at,
                self.entry,
                at,
                price,
                self.qty,
                fee_in + fee_out,
                gained - fee_in - fee_out,
                reason,
            )
        )
        self.cash += gained - fee_out
        self.side, self.qty, self.leave = 0, ZERO, False
        self.watch(self.reference)
