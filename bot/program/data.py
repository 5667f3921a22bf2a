"""`pocketdesk data`: recorded candles on this machine, fetched from an exchange or taken from files."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.options.typed import moment, refused
from bot.program.terminal import show

if TYPE_CHECKING:
    from rich.progress import TaskID

    from engine.feeds.cache.download import Options
    from engine.feeds.cache.folder import Cache

data = typer.Typer(name="data", help="Recorded candles: download, import, list, verify.", no_args_is_help=True)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", metavar="D", help="Folder to keep them in, instead of DATA_DIR.")
]


@data.command()
def download(
    symbol: Annotated[
        list[str], typer.Option("--symbol", metavar="S", help="BTC/USDT:USDT or BTCUSDT; may be repeated.")
    ],
    start: Annotated[str, typer.Option("--from", metavar="ISO", help="First opening time.")],
    timeframe: Annotated[str, typer.Option("--timeframe", metavar="T", help="1m, 5m, 15m, 1h, 4h or 1d.")] = "1m",
    end: Annotated[str | None, typer.Option("--to", metavar="ISO", help="Up to here; without it up to now.")] = None,
    exchange: Annotated[
        str | None, typer.Option("--exchange", metavar="ID", help="ccxt id, instead of EXCHANGE.")
    ] = None,
    refill: Annotated[bool, typer.Option("--refill", help="Ask again even for what was asked for in vain.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Fetch what is missing, from the exchange's public REST. Stop it at any time; given again it goes on."""
    first, last = moment("--from", start), None if end is None else moment("--to", end)
    if last is not None and last <= first:
        raise refused("--to", end or "", f"a time after --from {start}")
    from bot.environment import Environment
    from bot.program.inventory import downloaded
    from engine.feeds.cache import download as cache
    from engine.venues.clients import check_exchange

    stored, environment = _cache(data_dir), Environment(_env_file=Path(".env"))
    wanted = check_exchange(exchange or environment.exchange.lower())
    url = environment.exchange_url or None
    request = cache.Request(wanted, tuple(symbol), timeframe, first, last, url, refill)
    with _progress() as options:
        outcomes = asyncio.run(cache.download(stored, request, options))
    for each in outcomes:
        typer.echo(downloaded(each))
    raise typer.Exit(0 if all(len(each.sheet.bars) for each in outcomes) else 1)


@data.command("import")
def take(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="FILE or SYMBOL=FILE.")],
    symbol: Annotated[str | None, typer.Option("--symbol", metavar="S", help="Of files that do not name it.")] = None,
    timeframe: Annotated[str | None, typer.Option("--timeframe", metavar="T", help="What it has to be.")] = None,
    exchange: Annotated[
        str | None, typer.Option("--exchange", metavar="ID", help="Where they are from, so that download goes on.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Take candles from CSV, CSV.GZ, ZIP, Parquet and Feather files: all of them or, when one is bad, none."""
    from bot.program.inventory import imported
    from engine.feeds.cache.intake import take_in

    for each in take_in(_cache(data_dir), files, symbol, timeframe, exchange):
        typer.echo(imported(each))


@data.command("list")
def list_stored(
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list instead of a table.")] = False,
    data_dir: DataDir = None,
) -> None:
    """What there is: symbol, timeframe, from, to, bars, gaps, size."""
    from bot.figures.printing import to_json
    from bot.program.inventory import inventory, record
    from engine.feeds.cache.survey import surveys

    found = list(surveys(_cache(data_dir)))
    show(to_json([record(each) for each in found]) if as_json else inventory(found))


@data.command()
def verify(data_dir: DataDir = None) -> None:
    """Compare checksums, judge every candle, look for gaps: a line each, exit code 1 when something is not well."""
    from bot.program.inventory import verified
    from engine.feeds.cache.survey import surveys

    well = True
    found = list(surveys(_cache(data_dir)))
    if not found:
        typer.echo("There are no candles to verify; `pocketdesk data download` stores some.")
    for each in found:
        good, line = verified(each)
        well = well and good
        typer.echo(f"{'ok  ' if good else 'BAD '} {line}")
    raise typer.Exit(0 if well else 1)


def from_cache(specs: Sequence[str]) -> list[str]:
    """`--data` values with each `[NAME=]cache:[EXCHANGE:]SYMBOL@TIMEFRAME` as the file that it stands for."""
    if not any("cache:" in spec for spec in specs):
        return list(specs)
    cache = _cache(None)
    return [cache.resolve(spec) for spec in specs]


def _cache(folder: Path | None) -> "Cache":
    from bot.settings import data_dir
    from engine.feeds.cache.folder import Cache

    configured = data_dir()
    return Cache(folder or configured)


@contextmanager
def _progress() -> Iterator["Options"]:
    """A bar for each symbol on the terminal; nothing where nobody looks."""
    from engine.feeds.cache.download import Options

    if not sys.stderr.isatty():
        yield Options()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(symbol: str, done: int, total: int) -> None:
            if symbol not in tasks:
                tasks[symbol] = bar.add_task(symbol)
            bar.update(tasks[symbol], completed=done, total=total)

        waiting = bar.add_task("", visible=False, total=None)
        yield Options(progress, lambda text: bar.update(waiting, description=text, visible=bool(text)))
