"""docs/strategies.md, written from the strategies themselves: `python -m strategies.document`."""

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from strategies.base import AnyStrategy, catalogue
from strategies.params import accepted, listed

PAGE = Path(__file__).parents[1] / "docs" / "strategies.md"

INTRODUCTION = """# Strategies

This page is written from the source by `make format`. Edit the docstrings in `strategies/`, not this file.

A strategy looks at closed candles only and says of each one: long, short or nothing, with a score from 0 to
100, a stop and a target. It never sees the candle that is still open, and what it said of a candle is never
changed. The risk gate decides whether a signal becomes an order, and how large; stop and target are rounded
to the exchange's tick towards entry.

Choose strategies with `STRATEGIES` in `.env`, with `--strategy`, or in chat with `/strategy`
([running-strategies.md](running-strategies.md)): `razor` runs on its default timeframe, `razor@1m` on another one.
Set parameters with `--param name=value` (`--param razor.fast=12` where several strategies run). Strategies without
code are files of rules: [json-strategies.md](json-strategies.md). Whether one is honest is what
[checks.md](checks.md) is about; that it earns is promised of none.

In the formulas ATR14 is the average true range of 14 candles (Wilder's), a bp a hundredth of a percent, s is +1
for a long and -1 for a short, R is the distance from entry to stop, RR the distance to the target in R, and
lin(x, a, b) goes straight from 0 at a to 1 at b. A score is shown with the sign of its side. A part of a score
that is not defined yet counts 0.

A candle without a signal carries a reason code: `warming_up` (too few candles yet), `flat_market` (one price
for 20 candles) or `no_signal` (the rule does not hold).

Strategies that quote, hold several orders or trade several instruments are called for more than candles:
[quoting.md](quoting.md). Where what they need is not there, every candle carries the reason code that says so.

To add a strategy, put one file into `strategies/` with a `Params` struct, a subclass of
`strategies.base.CandleStrategy` and an instance of it named `strategy`; `strategies/breakout.py` is a short
one to begin from. It is found by itself, and `tests/property/test_strategies.py` holds it to causality.
"""


def document() -> str:
    """The whole page, as Markdown."""
    strategies = catalogue().values()
    return "\n".join([INTRODUCTION, *_overview(strategies), *(_section(strategy) for strategy in strategies)])


def _overview(strategies: Iterable[AnyStrategy]) -> Iterator[str]:
    """All of them at a glance."""
    yield from ("| Strategy | Candles | Idea |", "|---|---|---|")
    for strategy in strategies:
        idea = _paragraph(inspect.cleandoc(strategy.__doc__ or "").partition("\n\n")[0])
        candles = strategy.timeframes[0] if getattr(strategy, "votes", True) else ""
        yield f"| [`{strategy.name}`](#{strategy.name}) | {candles} | {_cell(idea)} |"
    yield ""


def _section(strategy: AnyStrategy) -> str:
    params = strategy.params_type()
    rows = [
        f"| `{field.name}` | {getattr(params, field.name)} | {accepted(field.type)} | {_cell(_note(field.type))} |"
        for field in msgspec.structs.fields(params)
    ]
    paragraphs = [_paragraph(text) for text in inspect.cleandoc(strategy.__doc__ or "").split("\n\n")]
    return "\n".join(
        [
            f"## `{strategy.name}`\n",
            f"{paragraphs[0]}\n",
            f"{_candles(strategy)}\n",
            "| Parameter | Default | Takes | Meaning |",
            "|---|---|---|---|",
            *rows,
            "",
            *(f"- {text}" for text in paragraphs[1:]),
            "",
        ]
    )


def _candles(strategy: AnyStrategy) -> str:
    """What it has to do with candles."""
    if not getattr(strategy, "votes", True):
        return (
            "It scores no candles ([quoting.md](quoting.md)); `@timeframe` only says that those of a file are longer "
            f"than {strategy.timeframes[0]}."
        )
    params = strategy.params_type()
    return (
        f"Runs on {strategy.timeframes[0]} unless told otherwise (it takes {listed(strategy.accepts)}). "
        f"First signal at candle {strategy.first_bar(params)}; "
        f"a running desk holds {strategy.warmup(params)} candles.{_also(strategy)}"
    )


def _also(strategy: AnyStrategy) -> str:
    """What it reads beside its own candles, as a sentence."""
    others = list(strategy.reads(strategy.params_type()))
    also = f" It also reads candles of {listed(others)}." if others else ""
    return f"{also} It keeps resting orders ([quoting.md](quoting.md))." if hasattr(strategy, "on_event") else also


def _paragraph(text: str) -> str:
    """One line, its leading label (`Exit: ...`) in bold."""
    line = " ".join(text.split())
    label, colon, rest = line.partition(": ")
    return f"**{label}:** {rest}" if colon and len(label) < 20 else line


def _cell(text: str) -> str:
    """Inside a table a bar would end the cell."""
    return text.replace("|", "\\|")


def _note(annotation: object) -> str:
    kind = msgspec.inspect.type_info(annotation)
    notes = kind.extra_json_schema if isinstance(kind, msgspec.inspect.Metadata) else None
    return str((notes or {}).get("description", ""))


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
