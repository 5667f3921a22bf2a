"""Trials kept by Optuna: in memory, in a file, or in a database that several machines share.

A trial's proposal depends on the seed, its number and the trials told before it, and on nothing else. So a study that
was cut off, even by a kill, goes on as if it had not been: what a dead process left running is run again.
"""

import os
import socket
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import msgspec
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, NSGAIISampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, Trial, TrialState

from engine.model.errors import BadInput
from engine.optimise.aims import Aim
from engine.optimise.space import Axis, Point, Space, Value, points
from engine.optimise.trial import Outcome

Sampler = Literal["tpe", "nsga2", "grid", "random"]
Check = Callable[[Point], str | None]
"""A sentence when the values of a point contradict one another."""
SEEDS = 2**32
STRIDE = 1_000_003
"""Between the seeds of two numbers of `--seed`: their trials share none."""
POPULATION = 24
PATIENCE_S = 60
"""How long a process waits for another one that writes to the same file."""
CONTRADICTIONS = 200
"""Proposals in a row that contradict themselves before a space is called empty."""
FILE = "sqlite:///"
ME = [socket.gethostname(), os.getpid(), uuid4().hex]
"""This process, as the owner of a trial."""


class Question(msgspec.Struct, frozen=True):
    """What a study is about."""

    space: Space
    aims: tuple[Aim, ...]
    sampler: Sampler
    seed: int
    trials: int
    """Points to run; contradictory ones do not count."""
    min_trades: int
    check: Check
    about: Mapping[str, str]
    """What else must not change while it goes on: strategy, market, costs, ..., by the name of its option."""

    def fixed(self) -> dict[str, str]:
        """Everything that must be the same when it goes on; the number of trials may grow."""
        axes = ", ".join(f"{a.name}={a.choices or (a.low, a.high, a.step)}" for a in self.space)
        aims = ", ".join(aim.name for aim in self.aims)
        own = {"--space": axes, "--aim": aims, "--sampler": self.sampler, "--seed": str(self.seed)}
        return {**own, "--min-trades": str(self.min_trades), **self.about}


class Asked(msgspec.Struct, frozen=True):
    """A point to run."""

    point: Point
    trial: Trial


class Scored(msgspec.Struct, frozen=True):
    """A trial that counts: its point, its aims and what came of it."""

    number: int
    point: Point
    values: tuple[float, ...]
    outcome: Outcome


class _Logged(sqlite3.Connection):
    """A study's file, written through a log: what is committed outlives this process, and no commit waits for the disk.

    Machines that lose their power may forget the last trials, which are then run again. Where another process holds
    the file while it is new, this one goes on as SQLite does by itself.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        with suppress(sqlite3.OperationalError):
            self.execute("PRAGMA journal_mode=WAL")
        self.execute("PRAGMA synchronous=NORMAL")


class Store:
    """Where studies are kept: a database by its URL, this process's memory without one."""

    def __init__(self, url: str | None) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        if url is None:
            self.storage: optuna.storages.BaseStorage = optuna.storages.InMemoryStorage()
            return
        try:
            self.storage = optuna.storages.get_storage(_database(url))
        except Exception as error:
            if not isinstance(error, ImportError | RuntimeError) and not type(error).__module__.startswith(
                "sqlalchemy"
            ):
                raise
            raise BadInput(f"The studies' database cannot be opened: {_cause(error).rstrip('.')}.") from error


def _database(url: str) -> optuna.storages.RDBStorage:
    """The database, its tables made; where another process is making them, it is waited for."""
    ours: dict[str, Any] = {"connect_args": {"timeout": PATIENCE_S, "factory": _Logged}}
    args = ours if url.startswith("sqlite") else {"pool_pre_ping": True}
    for wait in (0.1, 0.2, 0.4, 0.8):
        try:
            return optuna.storages.RDBStorage(url, engine_kwargs=args)
        except Exception as error:
            if "exists" not in _cause(error) and "UNIQUE" not in _cause(error):
                raise
            time.sleep(wait)
    return optuna.storages.RDBStorage(url, engine_kwargs=args)


def _cause(error: Exception) -> str:
    """The first line of what the database said."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def in_folder(folder: Path, name: str) -> str:
    """URL of the file that keeps a study; the folder is made, BadInput where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"Studies cannot be kept in {folder}: {error.strerror or error}.") from error
    return f"{FILE}{folder.absolute() / name}.db"


def foreseen(url: str | None, question: Question) -> list[Point]:
    """Points of a study known before it is opened, which takes a second: of a grid whose file is not there yet."""
    path = (url or "").removeprefix(FILE)
    if question.sampler != "grid" or path == (url or "") or Path(path).exists():
        return []
    return _grid(question)[: question.trials]


class Study:
    """One search: proposes points, is told their outcomes."""

    def __init__(self, store: Store, name: str, question: Question) -> None:
        self._question = question
        self._space = {axis.name: _distribution(axis) for axis in question.space}
        self._grid = _grid(question) if question.sampler == "grid" else []
        self._study = optuna.create_study(
            storage=store.storage,
            study_name=name,
            directions=["maximize" if aim.most else "minimize" for aim in question.aims],
            load_if_exists=True,
        )
        self._expect_same(name)
        self._left = iter(self._abandoned())
        self._room = 0
        """Trials that were missing when they were counted, less those begun since."""

    @property
    def wanted(self) -> int:
        """Points to run in all."""
        trials = self._question.trials
        return min(trials, len(self._grid)) if self._question.sampler == "grid" else trials

    @property
    def independent(self) -> bool:
        """Whether proposals do not depend on outcomes, so that any number may be out at once."""
        return self._question.sampler in ("grid", "random")

    def told(self) -> int:
        """Points that have been run."""
        return sum(trial.state.is_finished() for trial in self._counted())

    def ask(self) -> Asked | None:
        """The next point to run: first what dead processes left, then new ones; None when there are enough."""
        for _ in range(CONTRADICTIONS):
            left = next(self._left, None)
            if left is None and not self._missing():
                return None
            trial = self._drawn(left or self._begun())
            if left is None and self._surplus(trial.number):
                self._study.tell(trial, state=TrialState.FAIL)  # another process was faster
                self._room = 0
                return None
            if self._question.check(trial.params) is None:
                return Asked(dict(trial.params), trial)
            trial.set_user_attr("why", "contradiction")
            self._study.tell(trial, state=TrialState.PRUNED)
        raise BadInput("Nearly all points of the space contradict themselves; narrow it with --space.")

    def tell(self, asked: Asked, outcome: Outcome) -> None:
        """Keep an outcome. One without an aim, or with too few trades, is kept as worse than every other."""
        values = [outcome.figures[aim.name] for aim in self._question.aims]
        asked.trial.set_user_attr("outcome", msgspec.to_builtins(outcome))
        why = "few_trades" if outcome.trades < self._question.min_trades else "undefined" if None in values else None
        if why is None:
            known = [value for value in values if value is not None]
            self._study.tell(asked.trial, known, skip_if_finished=True)
        else:
            asked.trial.set_user_attr("why", why)
            self._study.tell(asked.trial, state=TrialState.PRUNED, skip_if_finished=True)

    def scored(self) -> list[Scored]:
        """Trials that count, best first: by the first aim, of equals the one tried first."""
        (first, *_) = self._question.aims
        found = [_scored(t) for t in self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))]
        return sorted(found, key=lambda each: (-first.worth(each.values[0]), each.number))

    def distinct(self) -> list[Scored]:
        """The same, each point once."""
        seen: set[tuple[tuple[str, Value], ...]] = set()
        found = []
        for each in self.scored():
            key = tuple(sorted(each.point.items()))
            if key not in seen:
                seen.add(key)
                found.append(each)
        return found

    def front(self) -> list[Scored]:
        """Of several aims, the trials that no other beats in all; of one aim, the best."""
        aims = self._question.aims

        def beats(one: Scored, other: Scored) -> bool:
            pairs = [(a.worth(x), a.worth(y)) for a, x, y in zip(aims, one.values, other.values, strict=True)]
            return all(x >= y for x, y in pairs) and any(x > y for x, y in pairs)

        every = self.distinct()
        return [one for one in every if not any(beats(other, one) for other in every)] if len(aims) > 1 else every[:1]

    def refused(self) -> dict[str, int]:
        """Trials that do not count, by reason."""
        found: dict[str, int] = {}
        for trial in self._study.get_trials(deepcopy=False, states=(TrialState.PRUNED,)):
            why = trial.user_attrs.get("why", "unknown")
            found[why] = found.get(why, 0) + 1
        return found

    def _counted(self) -> list[FrozenTrial]:
        """Trials that were run or are running."""
        return [
            trial
            for trial in self._study.get_trials(deepcopy=False)
            if trial.state in (TrialState.COMPLETE, TrialState.RUNNING)
            or (trial.state == TrialState.PRUNED and trial.user_attrs.get("why") != "contradiction")
        ]

    def _missing(self) -> bool:
        """Whether another trial is to be begun; counted when as many have been as were missing.

        Of a part of a grid each time: one too many would not be noticed afterwards.
        """
        if self._room <= 0 or (self._question.sampler == "grid" and self.wanted < len(self._grid)):
            self._room = self.wanted - len(self._counted())
        self._room -= 1
        return self._room >= 0

    def _surplus(self, number: int) -> bool:
        """Whether a trial that has been begun is one too many, as other processes have begun the last ones."""
        if self._question.sampler == "grid":
            return number >= len(self._grid)
        return sum(trial.number < number for trial in self._counted()) >= self.wanted

    def _sampler(self, number: int) -> BaseSampler:
        seed = (self._question.seed * STRIDE + number) % SEEDS
        match self._question.sampler:
            case "tpe":
                return TPESampler(seed=seed, multivariate=True, constant_liar=True)
            case "nsga2":
                return NSGAIISampler(seed=seed, population_size=POPULATION)
            case "random":
                return RandomSampler(seed=seed)
            case "grid":
                return _Lattice(self._grid)

    def _expect_same(self, name: str) -> None:
        """Refuse to go on with a study of something else."""
        asked = self._question.fixed()
        before: dict[str, str] | None = self._study.user_attrs.get("question")
        if before is None:
            self._study.set_user_attr("question", asked)
            return
        other = next((key for key in {**before, **asked} if before.get(key) != asked.get(key)), None)
        if other is not None:
            was, now = (str(each.get(other, "nothing"))[:80] for each in (before, asked))
            raise BadInput(f"The study {name} was begun with another {other}: {was}, now {now}; give another --study.")

    def _abandoned(self) -> list[FrozenTrial]:
        """Running trials whose process is no more."""
        running = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return [trial for trial in running if _dead(trial)]

    def _begun(self) -> FrozenTrial:
        """A new trial. Its owner is written with it: a kill leaves none whose process is unknown."""
        storage, now = self._study._storage, datetime.now()  # noqa: DTZ005 - as Optuna writes it
        self._study._thread_local.cached_all_trials = None  # as `Study.ask` does: outcomes told since count
        template = FrozenTrial(-1, TrialState.RUNNING, None, now, None, {}, {}, {}, {}, {}, -1)
        template.set_user_attr("owner", ME)
        return storage.get_trial(storage.create_new_trial(self._study._study_id, template))

    def _drawn(self, trial: FrozenTrial) -> Trial:
        """A trial of this process with its point; what another one had drawn of it stays."""
        self._study.sampler = self._sampler(trial.number)
        drawn = Trial(self._study, trial._trial_id)
        if trial.user_attrs["owner"] != ME:
            drawn.set_user_attr("owner", ME)
        for name, distribution in self._space.items():
            drawn._suggest(name, distribution)
        return drawn


class _Lattice(BaseSampler):
    """The points of a grid by the number of the trial: no two processes take the same one."""

    def __init__(self, grid: Sequence[Point]) -> None:
        self._grid = grid

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Nothing is drawn together."""
        return {}

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Nothing is drawn together."""
        return {}

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """The value of the trial's point."""
        return self._grid[trial.number % len(self._grid)][param_name]


def _grid(question: Question) -> list[Point]:
    """The points that do not contradict themselves."""
    return [point for point in points(question.space) if question.check(point) is None]


def _distribution(axis: Axis) -> BaseDistribution:
    if axis.choices:
        return CategoricalDistribution(axis.choices)
    if axis.whole:
        return IntDistribution(round(axis.low), round(axis.high), step=round(axis.step or 1))
    return FloatDistribution(axis.low, axis.high, step=axis.step)


def _scored(trial: FrozenTrial) -> Scored:
    outcome = msgspec.convert(trial.user_attrs["outcome"], Outcome)
    return Scored(trial.number, dict(trial.params), tuple(trial.values), outcome)


def _dead(trial: FrozenTrial) -> bool:
    """Whether the process that ran a trial was one of this machine and has ended."""
    host, pid, token = trial.user_attrs["owner"]
    if host != ME[0]:
        return False
    if pid == ME[1]:
        return bool(token != ME[2])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
