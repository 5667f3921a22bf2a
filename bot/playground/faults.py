"""Trouble on order: single faults for chosen calls, and switches for the whole world."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType

KINDS = "delay, drop, lose or code"


class FaultOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /emu/fault`: a fault for the next `times` calls of `method`, or switches, or both.

    A fault is one of `delay` (seconds before the call is served), `drop` (the server never saw the call),
    `lose` (only the answer is lost) or `code` (an error with `description` and `parameters`). Without a
    method it meets any call. Switches of the world: `down`, `skew` (seconds), `rate` (hits, seconds; null
    lifts it), `blocked` (the users who have blocked the bot), `revoked` (the token), `clear` (all as at the
    start, before the rest is done).
    """

    method: str | None = None
    times: int = 1
    delay: float | None = None
    drop: bool = False
    lose: bool = False
    code: int | None = None
    description: str | None = None
    parameters: dict[str, int] = {}
    down: bool | UnsetType = UNSET
    skew: float | UnsetType = UNSET
    rate: tuple[int, float] | UnsetType | None = UNSET
    blocked: list[int] | UnsetType = UNSET
    revoked: bool | UnsetType = UNSET
    clear: bool = False

    def __post_init__(self) -> None:
        kinds = sum([self.delay is not None, self.drop, self.lose, self.code is not None])
        switches = (self.down, self.skew, self.rate, self.blocked, self.revoked)
        if kinds > 1:
            raise ValueError(f"a fault is one of {KINDS}, not {kinds} of them")
        if kinds == 0 and not self.clear and all(switch is UNSET for switch in switches):
            raise ValueError(f"nothing to do: takes {KINDS}, down, skew, rate, blocked, revoked or clear")
        if self.times < 1:
            raise ValueError(f"times is {self.times}, takes 1 or more")
        if self.delay is not None and self.delay < 0:
            raise ValueError(f"delay is {self.delay}, takes 0 or more seconds")
        if self.code is not None and not 400 <= self.code <= 599:
            raise ValueError(f"code is {self.code}, takes an error status of 400 to 599")
        if isinstance(self.rate, tuple) and (self.rate[0] < 1 or self.rate[1] <= 0):
            raise ValueError(f"rate is {list(self.rate)}, takes [hits, seconds], both above 0")

    @property
    def is_fault(self) -> bool:
        """Whether the order holds a fault, and not only switches."""
        return self.delay is not None or self.drop or self.lose or self.code is not None


class Armed(msgspec.Struct):
    """A fault that still has calls to meet."""

    order: FaultOrder
    left: int


class Faults:
    """The faults that wait, the oldest first."""

    def __init__(self) -> None:
        self._armed: list[Armed] = []

    def add(self, order: FaultOrder) -> None:
        """Arms a fault."""
        self._armed.append(Armed(order, order.times))

    def take(self, method: str) -> FaultOrder | None:
        """The fault that meets this call, used up by one."""
        for armed in self._armed:
            if armed.order.method is None or armed.order.method.lower() == method.lower():
                armed.left -= 1
                if armed.left == 0:
                    self._armed.remove(armed)
                return armed.order
        return None

    def waiting(self) -> list[Mapping[str, object]]:
        """What is armed, for those who look."""
        return [{"method": armed.order.method, "left": armed.left} for armed in self._armed]

    def clear(self) -> None:
        """Disarms all."""
        self._armed.clear()
