"""The commands of the program. What is heavy is imported by the command that needs it."""

import asyncio
import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from typer.exceptions import Abort, TyperException

from bot.options.options import (
    CostOptions,
    DemoOptions,
    FeeOptions,
    MarketOptions,
    RiskOptions,
    StrategyOptions,
    grouped,
)
from bot.options.typed import number, whole
from bot.program.backtesting import backtests
from bot.program.checking import check
from bot.program.data import data as data_commands
from bot.program.optimising import optimise
from bot.program.terminal import progress, show
from bot.program.training import train
from engine.model.errors import BadInput, Fatal, PocketdeskError

if TYPE_CHECKING:
    from bot.program.doctor import Finding
    from bot.settings import Settings
    from engine.model.instrument import Instrument

DEMO_STRATEGIES = ("ma_cross@1m", "razor@1m", "rsi_mr@5m", "macd_bb@5m", "breakout@15m")
HOME = Path("data")
LONGEST_NAME = 80
"""Characters of the recordings' names in the name of their folder."""
INTERRUPTED = 130
SHOWN = 60
"""Characters of a name that a refusal shows."""

app = typer.Typer(
    name="pocketdesk",
    help="A trading desk in your pocket: a crypto trading daemon that is run from Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(backtests)
app.add_typer(data_commands)
app.command()(check)
app.command()(optimise)
app.command()(train)

DataFiles = Annotated[
    list[str],
    typer.Option("--data", metavar="FILE", help="FILE, SYMBOL=FILE or cache:SYMBOL@1m; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table; a list where several are asked.")]


@app.command()
@grouped
def demo(
    market: MarketOptions,
    strategies: StrategyOptions,
    risk: RiskOptions,
    costs: CostOptions,
    *,
    port: Annotated[str, typer.Option("--port", metavar="N", help="Port of the chat page; 0: a free one.")] = "8585",
    speed: Annotated[
        str, typer.Option("--speed", metavar="X", help="Market seconds a second; 0: as fast as possible.")
    ] = "60",
    seed: Annotated[str | None, typer.Option("--seed", metavar="N", help="Of the simulated market; 7.")] = None,
    replay: Annotated[
        list[str], typer.Option("--replay", metavar="FILE", help="A recorded market instead; may be repeated.")
    ] = [],  # noqa: B006 - typer reads it and makes a new list for each call
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", metavar="D", help="Folder of its database; data/demo, or data/replay-FILE."),
    ] = None,
    seconds: Annotated[
        str | None, typer.Option("--for", metavar="SECONDS", help="End after so long (market seconds at speed 0).")
    ] = None,
    script: Annotated[str | None, typer.Option("--script", metavar="FILE", help="What goes wrong when.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address of the chat.")] = False,
) -> None:
    """A simulated market and the whole bot in your browser: no account, no token, no money."""
    from storage.lock import expect_free

    folder = data_dir or home(replay)
    expect_free(folder)
    from bot.options.planning import plan_of, replayed, synthetic
    from bot.options.scripting import script as read_script

    if replay and seed is not None:
        raise BadInput("--seed is for the simulated market; a recording given with --replay has none.")
    source = replayed(replay, market) if replay else synthetic(seed or "7", market, strategies.strategy)
    plan = plan_of(source, strategies, risk, costs, DEMO_STRATEGIES)
    options = DemoOptions(
        port=whole("--port", port, 0, 65_535),
        speed=float(number("--speed", speed, "0", "1000000")),
        data_dir=folder,
        seconds=None if seconds is None else whole("--for", seconds, 1, 10**9),
        browser=not no_browser,
        replay=bool(replay),
        script=None if script is None else read_script(script, [each.symbol for each in source.instruments]),
        cash=None if costs.cash is None else plan.cash,
    )
    from bot.desk import daemon

    raise typer.Exit(asyncio.run(daemon.demo(options, source, plan)) or 0)


@app.command()
@grouped
def run(
    fees: FeeOptions,
    *,
    params_file: Annotated[
        list[str],
        typer.Option("--params-file", metavar="FILE", help="Strategy and parameters that `optimise --out` wrote."),
    ] = [],  # noqa: B006 - typer reads it and makes a new list for each call
) -> None:
    """The daemon, set up by `.env` (see .env.example); what is typed here wins."""
    from bot.options.fees import typed_fees
    from bot.settings import load
    from strategies.base import parse_spec

    settings = load(parse_spec)
    settings = msgspec.structs.replace(settings, fees=typed_fees(fees).over(settings.fees))
    if params_file:
        from bot.desk.running import tuned

        settings = tuned(settings, params_file)
    from storage.lock import expect_free

    expect_free(settings.data_dir)
    from bot.desk import daemon

    raise typer.Exit(asyncio.run(daemon.run(settings)) or 0)


@app.command()
@grouped
def signal(market: MarketOptions, strategies: StrategyOptions, *, data: DataFiles, as_json: AsJson = False) -> None:
    """What the strategies say of the last closed candle; a strategy that cannot run on these candles says why.

    --strategy takes names, all (as without it), and FILE.json, a file of rules.
    """
    from bot.figures.printing import signal_record, signal_table, to_json
    from bot.options.latest import last_signals, taken
    from bot.options.planning import bracket, replayed, strategy_plans

    everything = strategies.strategy in ([], ["all"])
    source = replayed(data, market)
    plans, unable = (
        taken(source, strategies) if everything else (strategy_plans(source, strategies, (), files=True), ())
    )
    found = last_signals(source, plans, bracket(strategies), unable)
    if not as_json:
        show(signal_table(found))
        return
    records = [signal_record(each) for each in found]
    show(to_json(records if everything or len(records) != 1 else records[0]))


@app.command()
def doctor(
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", metavar="D", help="Folder to look at instead of DATA_DIR.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Only whether a desk is alive: its heartbeat.")] = False,
    online: Annotated[bool, typer.Option("--online", help="Ask Telegram about the token too.")] = False,
) -> None:
    """Look whether everything is well; changes nothing."""
    from bot.program.doctor import examine, heartbeat
    from bot.settings import data_dir as configured
    from bot.settings import load
    from strategies.base import parse_spec

    folder = data_dir or configured()
    findings = (
        iter([heartbeat(folder)])
        if quick
        else examine(lambda: load(parse_spec), folder, _database, online=online, markets=_markets)
    )
    well = True
    for finding in findings:
        well = well and finding.well
        typer.echo(f"{finding.mark:4} {finding.what}: {finding.seen}")
    raise typer.Exit(0 if well else 1)


@app.command()
def flatten(
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", metavar="D", help="Folder of the desk instead of DATA_DIR.")
    ] = None,
) -> None:
    """Close everything and halt, without chat: the kill switch of a desk."""
    from bot.program.flatten import flatten as close_everything
    from bot.settings import data_dir as configured

    for sentence in close_everything(data_dir or configured()):
        show(sentence)


def home(replay: Sequence[str]) -> Path:
    """The folder of a demo that names none: one for the simulated market, one for each choice of recordings."""
    names = "+".join(Path(file.rpartition("=")[2]).stem for file in replay)
    return HOME / (f"replay-{names[:LONGEST_NAME]}" if replay else "demo")


def main(arguments: Sequence[str] | None = None) -> None:
    """The program: runs one command and exits with 0, 2 for bad input, 1 for what it cannot go on with."""
    sys.exit(_status(sys.argv[1:] if arguments is None else arguments))


def _status(arguments: Sequence[str]) -> int:
    try:
        return int(app(args=list(arguments), prog_name="pocketdesk", standalone_mode=False) or 0)
    except TyperException as error:
        return _sorry(error.format_message().replace("\n", " "), error.exit_code)
    except PocketdeskError as error:
        return _refused(error)
    except ExceptionGroup as group:
        ours, bugs = group.split(PocketdeskError)
        if ours is None or bugs is not None:
            raise
        return max(_refused(error) for error in _leaves(ours))
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        name = str(error.filename)[:SHOWN]
        return _sorry(f"The name {name}... is too long; a file or folder takes up to 255 bytes, a path 4,095.", 2)
    except (KeyboardInterrupt, Abort):
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _refused(error: PocketdeskError) -> int:
    return _sorry(str(error), 1 if isinstance(error, Fatal) else 2)


def _sorry(sentence: str, status: int) -> int:
    if sentence:
        typer.echo(sentence, err=True)
    return status


def _leaves(group: ExceptionGroup[PocketdeskError]) -> Iterator[PocketdeskError]:
    """The errors of a group of tasks, however deep."""
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def _markets(settings: "Settings") -> "Sequence[Instrument] | None":
    """What `doctor` knows of the markets without asking the exchange."""
    from bot.desk.running import known_markets
    from storage.db import FILE

    return known_markets(settings) if (settings.data_dir / FILE).exists() else None


def _database(data_dir: Path) -> Iterator["Finding"]:
    """What `doctor` sees of the database, read beside a running desk."""
    from bot.program.doctor import Finding
    from storage.audit import broken_at
    from storage.db import FILE, open_reading
    from storage.recovery import journal_hash

    path = data_dir / FILE
    if not path.exists():
        yield Finding("database", True, f"{path} is not there yet")
        return
    with closing(open_reading(path)) as connection:
        verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        yield Finding("database", verdict == "ok", f"{path}: {verdict}")
        yield Finding("schema", True, f"version {connection.execute('PRAGMA user_version').fetchone()[0]}")
        broken = broken_at(connection)
        yield Finding("audit", broken is None, "intact" if broken is None else f"altered at or before row {broken}")
    with progress("steps") as told:
        yield Finding("journal", True, journal_hash(path, told))
