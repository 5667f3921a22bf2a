"""Verdicts on the strategies of a desk, kept in a file so that what was checked once is not checked again."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from engine.model.errors import StorageDegraded
from engine.plan import StrategyPlan
from engine.ports import Strategy
from engine.proof.digest import digest
from engine.proof.effort import QUICK
from engine.proof.examination import examine
from engine.proof.findings import Verdict
from engine.proof.subject import Stopped, Subject

FILE = "checks.json"
MOST = 500
"""Verdicts kept, the newest."""
Key = tuple[int, str, bytes]


class Verdicts:
    """What the quick checks said of strategies; asked from the loop, filled beside it."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._now: dict[Key, tuple[Strategy, Verdict]] = {}
        """Of the strategy objects of this process, which are held so that no other takes the place of one."""

    def of(self, plan: StrategyPlan) -> Verdict | None:
        """The verdict on a strategy as it runs; None before it is reached."""
        found = self._now.get(_key(plan))
        return None if found is None else found[1]

    def refusal(self, plan: StrategyPlan) -> str | None:
        """Why it must not trade for real; empty when nothing speaks against it, None before it was checked."""
        verdict = self.of(plan)
        return None if verdict is None else verdict.refusal

    async def beside(self, plans: Sequence[StrategyPlan], stopping: Callable[[], bool]) -> None:
        """`look`, in a thread beside the loop."""
        await asyncio.to_thread(self.look, plans, stopping)

    def look(self, plans: Sequence[StrategyPlan], stopping: Callable[[], bool] = lambda: False) -> None:
        """Reach the verdicts that are not there yet, from the file or by the checks. Blocks; ends when `stopping`."""
        due = [plan for plan in plans if _key(plan) not in self._now]
        if not due:
            return
        kept = self._kept()

        def pause() -> None:
            if stopping():
                raise Stopped

        for plan in due:
            subject = Subject(plan.id, plan.strategy, plan.params, plan.timeframe, pause)
            known = digest(subject)
            if known not in kept:
                try:
                    verdict = examine(subject, QUICK)
                except Stopped:
                    return
                kept = {**dict(list(kept.items())[1 - MOST :]), known: verdict}
                self._now[_key(plan)] = plan.strategy, verdict
                self._keep(kept)
            self._now[_key(plan)] = plan.strategy, kept[known]

    def _kept(self) -> dict[str, Verdict]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Verdict])
        except (OSError, msgspec.DecodeError):
            return {}

    def _keep(self, kept: dict[str, Verdict]) -> None:
        """The whole file or none of it."""
        new = self._path.with_name(f"{FILE}.new")
        try:
            new.write_bytes(msgspec.json.encode(kept))
            new.replace(self._path)
        except OSError as error:
            raise StorageDegraded(f"{self._path} cannot be written ({error.strerror}).") from error


def _key(plan: StrategyPlan) -> Key:
    return id(plan.strategy), plan.timeframe, msgspec.json.encode(plan.params)
