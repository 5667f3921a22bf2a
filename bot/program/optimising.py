"""`pocketdesk optimise`: looks for good parameters, and says how far they are to be trusted."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bot.options.options import CostOptions, MarketOptions, RiskOptions, SearchOptions, StrategyOptions, grouped
from bot.options.typed import pairs, refused, whole
from engine.model.errors import BadInput

if TYPE_CHECKING:
    from engine.optimise.market import Market
    from engine.optimise.search import Search
    from engine.optimise.study import Sampler
    from engine.optimise.windows import Lengths
    from engine.plan import Plan

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
SAMPLERS = ("tpe", "nsga2", "grid", "random")
DAYS = re.compile(r"(\d{1,4})d", re.ASCII)


@grouped
def optimise(
    market: MarketOptions,
    strategies: StrategyOptions,
    risk: RiskOptions,
    costs: CostOptions,
    options: SearchOptions,
    *,
    data: Annotated[
        list[str], typer.Option("--data", metavar="FILE", help="FILE, SYMBOL=FILE or cache:SYMBOL@1m; may be repeated.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="OUT.json", help="Write the best for --params-file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
) -> None:
    """Search for good parameters of one strategy over recorded candles, on all cores, with signs of over-fitting."""
    from bot.figures.printing import expect_writable, to_json
    from bot.options.parameters import write
    from bot.options.planning import plan_of, recorded
    from bot.program.findings import report, tables, written
    from bot.program.terminal import progress, show
    from engine.optimise.search import search

    expect_writable("--out", out)
    recordings = recorded(data, market)
    plan = plan_of(recordings.whole(), strategies, risk, costs)
    wanted = search_of(options, recordings, plan, strategies.param)
    try:
        with progress("trials") as bar:
            found = search(wanted, None if bar is None else lambda _, done, total: bar(done, total))
    except KeyboardInterrupt:
        if options.study is not None:
            typer.echo(f"The study {options.study} keeps its trials; the same command goes on.", err=True)
        raise
    if out is not None:
        chosen, *others = written(wanted, found)
        write(out, chosen, others, report(wanted, found))
    for each in [to_json(report(wanted, found))] if as_json else tables(wanted, found):
        show(each)


def search_of(typed: SearchOptions, market: "Market", plan: "Plan", fixed: Sequence[str]) -> "Search":
    """The search that was typed; BadInput says what is wrong with it."""
    from engine.optimise.aims import aims_of
    from engine.optimise.search import Search, checker
    from engine.optimise.space import space_of
    from engine.optimise.study import Question

    if len(plan.strategies) != 1:
        raise BadInput("optimise takes one --strategy.")
    (only,) = plan.strategies
    aims = aims_of(typed.aim or ["sharpe"])
    held = [name.rpartition(".")[2] for name in pairs("--param", fixed)]
    space = space_of(only.strategy.params_type, pairs("--space", typed.space), held)
    walk = None if typed.walk_forward is None else lengths(typed.walk_forward)
    question = Question(
        space=space,
        aims=aims,
        sampler=_sampler(typed.sampler, len(aims)),
        seed=whole("--seed", typed.seed, 0, 2**31 - 1),
        trials=whole("--trials", typed.trials, 1, 1_000_000),
        min_trades=whole("--min-trades", typed.min_trades, 0, 10**9),
        check=checker(plan),
        about=_about(market, plan, {axis.name for axis in space}, typed.walk_forward),
    )
    jobs = os.cpu_count() or 1 if typed.jobs is None else whole("--jobs", typed.jobs, 1, 1024)
    return Search(market, plan, question, jobs, walk, _url(typed), typed.study or "study")


def lengths(text: str) -> "Lengths":
    """`train=90d,test=30d`."""
    from engine.optimise.windows import Lengths

    parts = dict(part.strip().partition("=")[::2] for part in text.split(","))
    days = {name: DAYS.fullmatch(length) for name, length in parts.items()}
    train, test = days.get("train"), days.get("test")
    if set(days) != {"train", "test"} or not train or not test or not int(train[1]) or not int(test[1]):
        raise refused("--walk-forward", text, "train=90d,test=30d, each at least a day")
    return Lengths(int(train[1]), int(test[1]))


def _sampler(typed: str | None, aims: int) -> "Sampler":
    match typed:
        case None:
            return "nsga2" if aims > 1 else "tpe"
        case "tpe" | "nsga2" | "grid" | "random":
            return typed
        case _:
            raise refused("--sampler", typed, ", ".join(SAMPLERS))


def _url(typed: SearchOptions) -> str | None:
    """Where the study is kept; None: nowhere."""
    if typed.study is None:
        if typed.storage is not None:
            raise BadInput("--storage needs --study NAME, by which the other machines find it.")
        return None
    if not NAME.fullmatch(typed.study):
        raise refused("--study", typed.study, "letters, digits, dots, dashes and underscores, at most 64")
    if typed.storage is not None:
        return typed.storage
    from bot.settings import data_dir
    from engine.optimise.study import in_folder

    return in_folder(data_dir() / "studies", typed.study)


def _about(market: "Market", plan: "Plan", searched: set[str], walk: str | None) -> dict[str, str]:
    """What a study may not change while it goes on, by option."""
    (only,) = plan.strategies
    held = {name: value for name, value in msgspec.to_builtins(only.params).items() if name not in searched}
    return {
        "--strategy": f"{only.strategy.name}@{only.timeframe} on {', '.join(only.symbols)}",
        "--param": str(held),
        "--stop or --target": str(plan.bracket),
        "--risk": str(plan.limits),
        "cost": f"{plan.costs}, cash {plan.cash}",
        "--data, --from or --to": market.fingerprint(),
        "--walk-forward": walk or "none",
    }
