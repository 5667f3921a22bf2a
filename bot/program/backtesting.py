"""`pocketdesk backtest`: run strategies over a recorded market, and look at, list and compare what was kept."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bot.options.options import CostOptions, MarketOptions, OutputOptions, RiskOptions, StrategyOptions, grouped
from bot.program.terminal import progress, show
from engine.model.errors import BadInput

if TYPE_CHECKING:
    from bot.backtests.kept import Kept, KeptRuns

SUBCOMMANDS = "[list | show ID | compare ID ID ...]"

backtests = typer.Typer(
    name="backtest",
    help="Run strategies over recorded candles or trades, through the same gate and venue as the desk.\n\n"
    "--data takes candles, trades and funding rates; --strategy takes names, and FILE.json, a file of rules.\n\n"
    "Each run is kept: `list` shows them, `show` one again, `compare` several side by side.",
    invoke_without_command=True,
    subcommand_metavar=SUBCOMMANDS,
)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", metavar="D", help="Folder they are kept in, instead of DATA_DIR.")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@backtests.callback()
@grouped
def backtest(
    ctx: typer.Context,
    *,
    data: Annotated[
        list[str],
        typer.Option(
            "--data", metavar="FILE", help="Needed: FILE, SYMBOL=FILE, folder or cache:SYMBOL@1m; may repeat."
        ),
    ] = [],  # noqa: B006 - typer reads it and makes a new list for each call
    market: MarketOptions,
    strategies: StrategyOptions,
    risk: RiskOptions,
    costs: CostOptions,
    output: OutputOptions,
    only: Annotated[
        list[str], typer.Option("--only", metavar="NAME=S,S", help="Symbols that a strategy trades, when not all.")
    ] = [],  # noqa: B006
    no_save: Annotated[bool, typer.Option("--no-save", help="Do not keep the result.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Run strategies over recorded candles or trades, through the same gate and venue as the desk.

    Each run is kept: `list` shows them, `show` one again, `compare` several side by side.
    """
    if ctx.invoked_subcommand is not None:
        _expect_bare(ctx)
        return
    if not data:
        raise BadInput("Missing option '--data'.")
    from bot.backtests.asked import asked, files_of
    from bot.backtests.recipe import kept
    from engine.backtest import backtest as engine

    _expect_writable(output)
    shelf = None if no_save else _shelf(data_dir)
    if shelf is not None:
        shelf.expect_room()
    files = files_of(data)
    source, plan = asked(files, market, strategies, risk, costs, only)
    total = sum(len(source.bars(symbol)) for symbol in source.timeframes)
    with progress() as told:
        result = engine.run(source, plan, told, total)
    made = kept(source, plan, result, files, time.time_ns() // 1_000_000)
    if shelf is not None:
        known = shelf.keep(made)
        made = msgspec.structs.replace(made, id=known.id, saved_at=known.saved_at)
    _put_out(made, output)


@backtests.command("list")
def list_kept(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """The backtests that are kept, the oldest first."""
    from bot.backtests.record import line
    from bot.backtests.table import listing
    from bot.figures.printing import to_json

    if data_dir is not None and not data_dir.is_dir():
        raise BadInput(f"--data-dir {data_dir} is no folder; it takes one with backtests that were kept.")
    entries = list(_shelf(data_dir).entries())
    if not (entries or as_json):
        show("No backtest is kept here yet; each run of `pocketdesk backtest` keeps one.")
        return
    show(to_json([line(each) for each in entries]) if as_json else listing(entries))


@backtests.command("show")
@grouped
def show_kept(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="Id, the beginning of one, its hash, or `latest`.")],
    output: OutputOptions,
    *,
    data_dir: DataDir = None,
) -> None:
    """One of them again, with the same outputs."""
    _expect_writable(output)
    _put_out(_shelf(data_dir).find(wanted), output)


@backtests.command("compare")
def compare_kept(
    wanted: Annotated[list[str], typer.Argument(metavar="ID ID ...", help="Ids as in `show`.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Several of them side by side: figures, the best in bold, and the settings that differ."""
    from bot.backtests.comparison import compared
    from bot.backtests.record import comparison
    from bot.backtests.table import side_by_side
    from bot.figures.printing import to_json

    shelf = _shelf(data_dir)
    runs = {kept.id: kept for kept in map(shelf.find, wanted)}
    if len(runs) < 2:
        raise BadInput("A comparison takes the ids of two or more different backtests.")
    found = compared(list(runs.values()))
    show(to_json(comparison(found)) if as_json else side_by_side(found))


def _put_out(kept: "Kept", output: OutputOptions) -> None:
    """Write the files that were asked for, then print."""
    from bot.backtests.page import page
    from bot.backtests.record import record
    from bot.backtests.table import result_table
    from bot.figures.currency import tell_of_symbols
    from bot.figures.printing import to_json, write_chart, write_text, write_trades

    result = kept.result
    tell_of_symbols(result.symbols)
    if output.trades is not None:
        write_trades(output.trades, result.trades)
    if output.chart is not None:
        title = f"{', '.join(result.symbols)} {result.strategy}"
        write_chart(output.chart, result.equity, kept.settings["time zone"], title)
    if output.report is not None:
        write_text("--report", output.report, page(kept))
    show(to_json(record(kept)) if output.as_json else result_table(kept))
    if kept.id and not output.as_json:
        show(f"Kept as {kept.id}")


def _expect_writable(output: OutputOptions) -> None:
    from bot.figures.printing import expect_writable

    expect_writable("--trades", output.trades)
    expect_writable("--chart", output.chart)
    expect_writable("--report", output.report)


def _expect_bare(ctx: typer.Context) -> None:
    """Options of a run say nothing to `list`, `show` and `compare`."""
    if any(_typed(ctx, name) for name in ctx.params):
        raise BadInput(f"Options of a run do not go with `{ctx.invoked_subcommand}`; give its own after it.")


def _typed(ctx: typer.Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _shelf(data_dir: Path | None) -> "KeptRuns":
    from bot.backtests.kept import KeptRuns
    from bot.settings import data_dir as configured

    return KeptRuns(data_dir or configured())
