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
    """What the checks said of strategies; asked from the loop, filled beside it.

    The desk's own are the quick ones; what `pocketdesk check` found of the same strategy counts instead of them.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._read = 0
        """When the file that was read last was written, ns."""
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
        changed = self._changed()
        due = [plan for plan in plans if changed or _key(plan) not in self._now]
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
                    kept[known] = examine(subject, QUICK)
                except Stopped:
                    return
                self._now[_key(plan)] = plan.strategy, kept[known]
                kept = self._keep({**self._kept(), known: kept[known]})
            self._now[_key(plan)] = plan.strategy, kept[known]

    def note(self, found: Sequence[tuple[StrategyPlan, Verdict]]) -> None:
        """Keep what was found beside a desk, which takes it over at its next look."""
        said = {digest(Subject(p.id, p.strategy, p.params, p.timeframe)): verdict for p, verdict in found}
        self._keep({name: verdict for name, verdict in self._kept().items() if name not in said} | said)

    def _changed(self) -> bool:
        """Whether the file was written by another process since it was read."""
        try:
            written = self._path.stat().st_mtime_ns
        except OSError:
            return False
        changed, self._read = written != self._read, written
        return changed

    def _kept(self) -> dict[str, Verdict]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Verdict])
        except (OSError, msgspec.DecodeError):
            return {}

    def _keep(self, kept: dict[str, Verdict]) -> dict[str, Verdict]:
        """The whole file or none of it; the newest last."""
        kept = dict(list(kept.items())[-MOST:])
        new = self._path.with_name(f"{FILE}.new")
        try:
            new.write_bytes(msgspec.json.encode(kept))
            new.replace(self._path)
            self._changed()
        except OSError as error:
            raise StorageDegraded(f"{self._path} cannot be written ({error.strerror}).") from error
        return kept


def _key(plan: StrategyPlan) -> Key:
    return id(plan.strategy), plan.timeframe, msgspec.json.encode(plan.params)
