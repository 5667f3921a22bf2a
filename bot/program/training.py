"""`pocketdesk train`: the model file of the learned scorer, from recorded candles."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bot.form import running
from bot.options.options import MarketOptions, grouped
from bot.options.typed import pairs, refused
from bot.program.terminal import progress, show
from engine.model.errors import BadInput

if TYPE_CHECKING:
    from rich.table import Table

    from engine.model.market import Bars, Timeframe
    from strategies.learning.model import Model

LEARNED = "ml_score"


class Judged(msgspec.Struct, frozen=True):
    """What a model said of the days it does not know, with the least certainty of its parameters."""

    decided: int
    """Bars on which it was certain enough, and one side paid."""
    right: int
    """Of them, those on which it was the side it named."""


@grouped
def train(
    market: MarketOptions,
    *,
    data: Annotated[
        list[str], typer.Option("--data", metavar="FILE", help="FILE, SYMBOL=FILE or cache:SYMBOL@1m, of one symbol.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="MODEL.json", help="Write the model here.")],
    timeframe: Annotated[str, typer.Option("--timeframe", metavar="T", help="Candles it is to score.")] = "1h",
    param: Annotated[
        list[str],
        typer.Option("--param", metavar="K=V", help="horizon, fee, fit_days, use_days or certainty; may be repeated."),
    ] = [],  # noqa: B006 - typer reads it and makes a new list for each call
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Train the model of ml_score walk-forward: each stretch of time by what came before it, with purging."""
    from bot.figures.printing import expect_writable, to_json, unwritable
    from strategies import ml_score
    from strategies.base import build, parse_params
    from strategies.learning.model import parse
    from strategies.learning.train import train as fitted

    expect_writable("--out", out)
    texts = pairs("--param", param)
    if "model" in texts:
        raise BadInput("train makes the model, so it takes no --param model=...; --out names the file.")
    params = parse_params(build(LEARNED), texts)
    assert isinstance(params, ml_score.Params)
    bars, wanted = _bars(data, market, timeframe)
    with progress("blocks") as told:
        content = fitted(bars, ml_score.recipe(params, wanted), told)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise unwritable("--out", out, error) from error
    model = parse(content)
    judged = judge(model, bars, params.certainty)
    if as_json:
        show(to_json(_record(model, judged)))
        return
    show(_table(model))
    share = f", {judged.right / judged.decided:.0%} of them right" if judged.decided else ""
    show(f"On days it did not know it was certain of {judged.decided:,} bars{share}; {running()} core.")
    typed = " ".join(f"--param {text}" for text in (*param, f"model={out}"))
    show(f"Use it: --strategy {LEARNED}@{wanted} {typed}")


def judge(model: "Model", bars: "Bars", certainty: float) -> Judged:
    """What the blocks said of the time each is used in, which is later than all it knows."""
    import numpy as np

    from strategies.learning.labels import labels

    recipe = model.recipe
    chance, paid = model.probability(bars), labels(bars, recipe.timeframe, recipe.horizon, recipe.fee)
    decided = ((chance >= certainty) | (chance <= 1.0 - certainty)) & np.isfinite(paid)
    return Judged(int(decided.sum()), int((decided & ((chance >= certainty) == (paid == 1.0))).sum()))


def _bars(files: list[str], market: MarketOptions, typed: str) -> tuple["Bars", "Timeframe"]:
    """The candles of one symbol, made as long as is asked for."""
    from bot.options.planning import replayed
    from engine.model.market import SPAN_MS
    from engine.scoring.histories import aggregated, clean

    source = replayed(files, market)
    if len(source.timeframes) != 1:
        raise BadInput(f"train takes the candles of one symbol, but these are of {', '.join(source.timeframes)}.")
    ((symbol, base),) = source.timeframes.items()
    wanted: Timeframe | None = next((each for each in SPAN_MS if each == typed), None)
    if wanted is None or SPAN_MS[wanted] < SPAN_MS[base]:
        longer = ", ".join(each for each in SPAN_MS if SPAN_MS[each] >= SPAN_MS[base])
        raise refused("--timeframe", typed, f"one of {longer} with these candles")
    bars = source.bars(symbol)
    if not clean(bars, base):
        raise BadInput(f"The candles of {symbol} are not in order or not all valid; pocketdesk data verify says which.")
    if market.start is not None:
        bars = bars.slice(int(bars.ts.searchsorted(source.start)), len(bars))
    return aggregated(bars, base, wanted), wanted


def _record(model: "Model", judged: Judged) -> dict[str, object]:
    from bot.figures.printing import iso

    blocks = [{"from": iso(b.start), "to": iso(b.end), "rows": b.rows, "sha256": b.sha256} for b in model.blocks]
    about = {"features": model.features, "recipe": msgspec.to_builtins(model.recipe), "blocks": blocks}
    return {**about, **msgspec.structs.asdict(judged), "core": running()}


def _table(model: "Model") -> "Table":
    from rich.table import Table

    from bot.figures.printing import iso

    drawn = Table("used from", "to", "learned from", box=None)
    for block in model.blocks:
        drawn.add_row(iso(block.start)[:10], iso(block.end)[:10], f"{block.rows:,} bars")
    return drawn
