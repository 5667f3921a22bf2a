"""`pocketdesk check`: whether strategies look ahead, are warm when they say so, behave, and were not fitted."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.form import running
from bot.options.options import CostOptions, MarketOptions, StrategyOptions, grouped
from bot.options.typed import refused, whole
from bot.program.terminal import Progress, progress, show

if TYPE_CHECKING:
    from rich.table import Table

    from engine.feeds.replay import ReplaySource
    from engine.plan import Plan, StrategyPlan
    from engine.proof.findings import Finding, Verdict

MOST_BARS = 4_000
"""Newest bars of recorded data that are looked at, beside the warm-up; over-fitting is looked for in all of it."""
COLOURS = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@grouped
def check(
    market: MarketOptions,
    strategies: StrategyOptions,
    costs: CostOptions,
    *,
    data: Annotated[
        list[str],
        typer.Option(
            "--data",
            metavar="FILE",
            help="Look at recorded candles too, not at made-up ones alone, and for over-fitting.",
        ),
    ] = [],  # noqa: B006 - typer reads it and makes a new list for each call
    trials: Annotated[
        str | None, typer.Option("--trials", metavar="N", help="Parameter sets the chosen one was picked from.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", metavar="D", help="Folder of the desk that is told, for DATA_DIR.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Only what a desk does at its start.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list instead of a table.")] = False,
) -> None:
    """Look for look-ahead, a short warm-up, bad conduct and over-fitting; exit code 1 when a strategy fails.

    A desk that lives in the folder shows what was found in /strategy, and refuses LIVE to what failed.

    --strategy takes names, all, and FILE.json or FILE.py of your own; what is in a FILE.py is run.
    """
    tried = None if trials is None else whole("--trials", trials, 1, 10**9)
    from bot.figures.printing import to_json
    from bot.options.choosing import chosen

    source, plan = chosen(data, market, strategies, costs)
    verdicts = []
    with progress("strategies") as told:
        for done, each in enumerate(plan.strategies):
            if told is not None:
                told(done, len(plan.strategies))
            verdicts.append(verdict_on(each, plan, source, tried, quick=quick))
    if not quick:
        keep(data_dir, list(zip(plan.strategies, verdicts, strict=True)))
    show(to_json([_record(verdict) for verdict in verdicts]) if as_json else table(verdicts))
    if not as_json:
        show(f"Checked with the {running()} core.")
    raise typer.Exit(1 if any(verdict.level == "fail" for verdict in verdicts) else 0)


def keep(data_dir: Path | None, found: "Sequence[tuple[StrategyPlan, Verdict]]") -> None:
    """Tell the desk of the folder (None: DATA_DIR), where there is one; a FILE.py runs on no desk."""
    from bot.settings import data_dir as configured
    from engine.proof.verdicts import Verdicts

    folder = data_dir or configured()
    if folder.is_dir():
        Verdicts(folder).note([(plan, said) for plan, said in found if type(plan.strategy).__module__ in sys.modules])
    elif data_dir is not None:
        raise refused("--data-dir", str(data_dir), "the folder of a desk")


def verdict_on(
    each: "StrategyPlan",
    plan: "Plan",
    source: "ReplaySource | None",
    trials: int | None = None,
    told: Progress | None = None,
    *,
    quick: bool = False,
) -> "Verdict":
    """All checks of one strategy of a plan; of over-fitting only where there is data and nothing failed before."""
    import msgspec

    from engine.model.market import SPAN_MS
    from engine.proof.effort import FULL, QUICK
    from engine.proof.examination import examine
    from engine.proof.findings import Finding
    from engine.proof.fitting import fitting
    from engine.proof.subject import Subject
    from engine.proof.tape import recorded

    subject = Subject(each.id, each.strategy, each.params, each.timeframe)
    effort = QUICK if quick else FULL
    if source is None:
        return examine(subject, effort)
    bases = source.timeframes
    coarse = [symbol for symbol, own in bases.items() if SPAN_MS[own] > SPAN_MS[each.timeframe]]
    if coarse:
        said = f"{coarse[0]} has {bases[coarse[0]]} candles, too long for {each.timeframe}: only a simulated market"
        verdict = examine(subject, effort)
        return msgspec.structs.replace(verdict, findings=(*verdict.findings, Finding("data", "warn", said)))
    tapes = (
        recorded(symbol, source.bars(symbol), own, each.timeframe, subject.reads, subject.warmup + MOST_BARS)
        for symbol, own in bases.items()
    )
    verdict = examine(subject, effort, tuple(tapes))
    if verdict.level == "fail":
        return verdict
    found = fitting(subject, source, plan, trials, told)
    return msgspec.structs.replace(verdict, findings=(*verdict.findings, *found))


def table(verdicts: "Sequence[Verdict]") -> "Table":
    """A row for each finding; where there are several strategies, what is well stands in one."""
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    drawn = Table("strategy", "check", "", "what was found", box=None)
    for verdict in verdicts:
        name = f"{verdict.strategy} {verdict.timeframe}"
        well = [finding.check for finding in verdict.findings if finding.level == "ok"]
        if len(verdicts) > 1 and well:
            drawn.add_row(escape(name), "", Text("ok", COLOURS["ok"]), ", ".join(dict.fromkeys(well)))
            name = ""
        for finding in verdict.findings:
            if len(verdicts) > 1 and finding.level == "ok":
                continue
            level = Text(finding.level, COLOURS[finding.level])
            drawn.add_row(escape(name), finding.check, level, escape(finding.sentence))
            name = ""
    return drawn


def _record(verdict: "Verdict") -> dict[str, object]:
    """A verdict as JSON."""
    return {
        "strategy": verdict.strategy,
        "timeframe": verdict.timeframe,
        "params": verdict.params,
        "level": verdict.level,
        "core": running(),
        "findings": [_finding(each) for each in verdict.findings],
    }


def _finding(of: "Finding") -> dict[str, object]:
    """Times ISO UTC, what does not apply null."""
    from bot.figures.printing import iso

    at = None if of.at is None else iso(of.at)
    return {"check": of.check, "level": of.level, "sentence": of.sentence, "bar": of.bar, "at": at, "column": of.column}
