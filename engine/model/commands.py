"""What people may ask of the desk. Each arrives wrapped in `messages.Command` with its actor and intent."""

import msgspec

from engine.model.member import HandOver, Member


class Pause(msgspec.Struct, frozen=True, tag=True):
    """No new entries; exits and stops go on (REDUCING)."""


class Resume(msgspec.Struct, frozen=True, tag=True):
    """Back to ACTIVE; resets what a person has to reset."""


class Halt(msgspec.Struct, frozen=True, tag=True):
    """Latch HALTED: cancel entry orders, keep positions with their stops."""

    reason: str = "stopped by hand"


class Close(msgspec.Struct, frozen=True, tag=True):
    """Close one position (or the stated share of it) at market, reduce-only."""

    symbol: str
    share_percent: int = 100


class CloseAll(msgspec.Struct, frozen=True, tag=True):
    """Latch HALTED, then close every position, each on its own, reduce-only."""

    reason: str = "close_all"
    """Why: `close_all` when a person asked, else what did."""


KILLED = "kill switch"
"""How the reason of a halt begins that a file, a signal, a shell or the watchdog asked for."""
FLATTENING = frozenset({"close_all", "emergency", "liquidation"})
"""The other reasons of a halt that closes everything."""


def flattens(reason: str) -> bool:
    """Whether a halt of this reason closes every position; the others keep them with their stops."""
    return reason in FLATTENING or reason.startswith(KILLED)


class CancelEntry(msgspec.Struct, frozen=True, tag=True):
    """Cancel a resting entry order."""

    order_id: str


class SetMode(msgspec.Struct, frozen=True, tag=True):
    """Switch between `sim` and `live`."""

    mode: str
    unfit: tuple[str, ...] = ()
    """What LIVE needs of the strategies that are on, as the desk's control knew it when it was asked."""


class SetRisk(msgspec.Struct, frozen=True, tag=True):
    """Change one setting of risk.md section 11; `value` None goes back to the one of the environment."""

    name: str
    value: str | None


class StrategySwitch(msgspec.Struct, frozen=True, tag=True):
    """Turn a strategy on or off. Its open position is managed to its exit either way."""

    strategy: str
    on: bool


class StrategyAdd(msgspec.Struct, frozen=True, tag=True):
    """Start a strategy beside those there are; it signals from the next closed bar on."""

    member: Member


class StrategyParams(msgspec.Struct, frozen=True, tag=True):
    """Another version of the same strategy: these parameters in place of what they were."""

    strategy: str
    params: dict[str, str]
    hand_over: HandOver = "keep"


class StrategySwap(msgspec.Struct, frozen=True, tag=True):
    """Put another strategy, or another version, in the place of one."""

    strategy: str
    member: Member
    hand_over: HandOver = "keep"


class StrategyRemove(msgspec.Struct, frozen=True, tag=True):
    """Take a strategy off the desk."""

    strategy: str
    hand_over: HandOver = "keep"


class StrategyShadow(msgspec.Struct, frozen=True, tag=True):
    """Score a new version beside a running strategy for `bars` of its bars, on paper; 0 ends its shadow."""

    strategy: str
    bars: int
    member: Member | None = None
    """None: the running one with `params`."""
    params: dict[str, str] = {}


class StrategyPromote(msgspec.Struct, frozen=True, tag=True):
    """Put the shadow of a strategy in its place."""

    strategy: str
    hand_over: HandOver = "keep"


LineupAction = StrategyAdd | StrategyParams | StrategySwap | StrategyRemove | StrategyShadow | StrategyPromote
"""What changes which strategies a desk runs."""
Action = Pause | Resume | Halt | Close | CloseAll | CancelEntry | SetMode | SetRisk | StrategySwitch | LineupAction
