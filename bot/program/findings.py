"""What a search found, as JSON, as tables and as sets of parameters for a file."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from bot.figures.currency import currency_of, money_is, tell_of_symbols
from bot.figures.printing import iso
from bot.form import running
from bot.options.parameters import ParameterSet
from engine.model.money import plain

if TYPE_CHECKING:
    from rich.table import Table

    from engine.optimise.search import Found, Search
    from engine.optimise.trial import Outcome

FIGURES = ("sharpe", "calmar", "profit", "profit_factor", "max_drawdown")
"""Figures that a table shows beside the aims."""


def report(wanted: "Search", found: "Found") -> dict[str, Any]:
    """One JSON object; money as text, undefined figures null, times ISO UTC."""
    (only,) = wanted.plan.strategies
    question = wanted.question
    return {
        "strategy": f"{only.strategy.name}@{only.timeframe}",
        "symbols": list(only.symbols),
        "currency": currency_of(only.symbols[0]),
        "from": None if found.span.start is None else iso(found.span.start),
        "to": None if found.span.end is None else iso(found.span.end),
        "aims": [aim.name for aim in question.aims],
        "sampler": question.sampler,
        "seed": question.seed,
        "study": wanted.name if wanted.url else None,
        "trials": found.trials,
        "core": running(),
        "refused": found.refused,
        "best": [{"params": each.point, **each.outcome.figures, **_kept(each.outcome)} for each in found.best],
        "windows": [
            {
                **{name: iso(getattr(stage, name)) for name in stage.__struct_fields__[:4]},
                "params": stage.point,
                "train": {**stage.train.figures, **_kept(stage.train)},
                "test": {**stage.test.figures, **_kept(stage.test)},
            }
            for stage in found.windows
        ],
        "out_of_sample": None
        if found.outside is None
        else {
            **{name: value for name, value in msgspec.structs.asdict(found.outside).items() if name != "equity"},
            "equity": [[iso(at), value] for at, value in found.outside.equity],
        },
        "deflated_sharpe": found.verdict.deflated_sharpe,
        "plateau": found.verdict.plateau,
        "warnings": [msgspec.to_builtins(each) for each in found.verdict.warnings],
    }


def written(wanted: "Search", found: "Found") -> list[ParameterSet]:
    """The sets of a `--params-file`, the best first; each with every parameter, also those that were not searched."""
    from engine.optimise.trial import params_at

    (only,) = wanted.plan.strategies
    bracket = wanted.plan.bracket
    return [
        ParameterSet(
            f"{only.strategy.name}@{only.timeframe}",
            msgspec.to_builtins(params_at(only, each.point)),
            None if bracket.stop is None else plain(bracket.stop),
            None if bracket.target is None else plain(bracket.target),
        )
        for each in found.best
    ]


def tables(wanted: "Search", found: "Found") -> Iterator["Table | str"]:
    """What a person reads: the best, the windows, what is left of them, the doubts."""
    yield _best(wanted, found)
    if found.windows:
        yield _windows(wanted, found)
    if found.outside is not None:
        outside = found.outside
        yield (
            f"Out of sample: return {_percent(outside.total)}, Sharpe {_number(outside.sharpe)}, "
            f"max drawdown {_percent(outside.max_drawdown)}, {outside.trades:,} trades; "
            f"efficiency {_number(outside.efficiency)}, windows that earned {_percent(outside.winning)}."
        )
    refused = ", ".join(f"{why} {count:,}" for why, count in found.refused.items())
    yield f"{found.trials:,} trials with the {running()} core{f', not counted: {refused}' if refused else ''}."
    verdict = found.verdict
    yield (
        f"Deflated Sharpe {_number(verdict.deflated_sharpe)} over these trials; "
        f"plateau {_number(verdict.plateau)} ({verdict.neighbours} neighbours)."
    )
    for warned in verdict.warnings:
        yield f"WARNING {warned.name}: {warned.sentence}"


def _best(wanted: "Search", found: "Found") -> "Table":
    names = [axis.name for axis in wanted.question.space]
    shown = [*dict.fromkeys([*(aim.name for aim in wanted.question.aims), *FIGURES])]
    tell_of_symbols(wanted.plan.strategies[0].symbols)
    best = _table(f"Best{money_is()}", *names, *shown, "trades")
    for each in found.best:
        figures = (_number(each.outcome.figures[name]) for name in shown)
        best.add_row(*(str(each.point[name]) for name in names), *figures, f"{each.outcome.trades:,}")
    return best


def _windows(wanted: "Search", found: "Found") -> "Table":
    names = [axis.name for axis in wanted.question.space]
    aim = wanted.question.aims[0].name
    drawn = _table("Windows", "train from", "test from", "test to", *names, f"{aim} train", f"{aim} test", "trades")
    for stage in found.windows:
        times = (iso(at)[:10] for at in (stage.train_start, stage.test_start, stage.test_end))
        figures = (_number(part.figures[aim]) for part in (stage.train, stage.test))
        drawn.add_row(*times, *(str(stage.point[name]) for name in names), *figures, f"{stage.test.trades:,}")
    return drawn


def _kept(outcome: "Outcome") -> dict[str, Any]:
    return {"trades": outcome.trades, "final_equity": outcome.final_equity}


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.4g}"


def _percent(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.1%}"


def _table(title: str, *columns: str) -> "Table":
    from rich.box import SIMPLE
    from rich.table import Table

    return Table(*columns, title=title, box=SIMPLE, title_justify="left")
