"""Options that several commands share, in groups; typer sees each option, a command receives whole groups."""

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
from typer import Option

from engine.simulation.script import Script

Many = list[str]
Text = str | None


class MarketOptions(msgspec.Struct, frozen=True):
    """Which market, and what part of it."""

    symbol: Annotated[
        Many, Option("--symbol", metavar="S", help="Symbol; names a FILE that does not name its own.")
    ] = []
    tick: Annotated[Text, Option("--tick", metavar="T", help="Price step; without it prices keep 12 digits.")] = None
    step: Annotated[Text, Option("--step", metavar="Q", help="Amount step; 0.000001 without it.")] = None
    contract_size: Annotated[
        Text,
        Option("--contract-size", metavar="N", help="Quote units of an inverse contract (BTC/USD:BTC); as on Binance."),
    ] = None
    start: Annotated[
        Text, Option("--from", metavar="ISO", help="Begin here; earlier candles only warm indicators up.")
    ] = None
    end: Annotated[Text, Option("--to", metavar="ISO", help="Nothing after this.")] = None


class StrategyOptions(msgspec.Struct, frozen=True):
    """Which strategies, and their brackets."""

    strategy: Annotated[Many, Option("--strategy", metavar="NAME", help="Strategy, or NAME@5m; may be repeated.")] = []
    timeframe: Annotated[Text, Option("--timeframe", metavar="T", help="Without an @: 1m, 5m, 15m, 1h, 4h or 1d.")] = (
        None
    )
    param: Annotated[
        Many, Option("--param", metavar="K=V", help="Parameter; NAME.K=V where several strategies run.")
    ] = []
    stop: Annotated[
        Text, Option("--stop", metavar="0.5%", help="Stop distance instead of the strategy's own stop.")
    ] = None
    target: Annotated[
        Text, Option("--target", metavar="1%", help="Target distance instead of the strategy's own target.")
    ] = None
    params_file: Annotated[
        Many, Option("--params-file", metavar="FILE", help="Strategy and parameters that `optimise --out` wrote.")
    ] = []


class RiskOptions(msgspec.Struct, frozen=True):
    """Limits of the gate, by the names of `.env`."""

    risk: Annotated[
        Many,
        Option(
            "--risk",
            metavar="K=V",
            help="Risk setting such as MAX_LEVERAGE=3; NAME.K=V for one strategy.",
        ),
    ] = []


class FeeOptions(msgspec.Struct, frozen=True):
    """What a venue takes of each order."""

    fee: Annotated[Text, Option("--fee", metavar="F", help="Taker fee as a fraction of the notional.")] = None
    maker_fee: Annotated[Text, Option("--maker-fee", metavar="F", help="Maker fee; the taker fee without it.")] = None
    spot_fee: Annotated[
        Text,
        Option("--spot-fee", metavar="F", help="Taker fee of spot markets, named like BTC/USDT; --fee without it."),
    ] = None
    spot_maker_fee: Annotated[
        Text, Option("--spot-maker-fee", metavar="F", help="Maker fee of spot; the taker fee of spot without it.")
    ] = None


class CostOptions(FeeOptions, frozen=True):
    """What trading costs, and what there is to trade with."""

    fee: Annotated[Text, Option("--fee", metavar="F", help="Taker fee as a fraction of the notional.")] = "0.0005"
    spread_bps: Annotated[str, Option("--spread-bps", metavar="N", help="Spread in hundredths of a percent.")] = "0"
    slippage_bps: Annotated[
        str, Option("--slippage-bps", metavar="N", help="Slippage of market orders in hundredths of a percent.")
    ] = "0"
    latency_ms: Annotated[str, Option("--latency-ms", metavar="N", help="From decision to venue.")] = "0"
    participation: Annotated[
        str, Option("--participation", metavar="P", help="Share of a bar's volume one order may take; 0: all.")
    ] = "0"
    cash: Annotated[
        Text,
        Option(
            "--cash",
            metavar="N",
            help="Money at the start; without it 10000, in coin (inverse) 1 BTC, 10 ETH or 1000 of another.",
        ),
    ] = None


class OutputOptions(msgspec.Struct, frozen=True):
    """What a backtest is put out as, beside the table."""

    as_json: Annotated[bool, Option("--json", help="One JSON object instead of a table.")] = False
    trades: Annotated[Path | None, Option("--trades", metavar="OUT.csv", help="Write the closed trades.")] = None
    chart: Annotated[Path | None, Option("--chart", metavar="OUT.png", help="Draw the equity curve.")] = None
    report: Annotated[
        Path | None, Option("--report", metavar="OUT.html", help="Write everything as one page for a browser.")
    ] = None


class SearchOptions(msgspec.Struct, frozen=True):
    """What a search tries, what it aims at, and where it runs and is kept."""

    space: Annotated[
        Many,
        Option("--space", metavar="K=LOW:HIGH:STEP", help="Or K=A,B,C; without it all parameters. May be repeated."),
    ] = []
    aim: Annotated[
        Many,
        Option("--aim", metavar="FIGURE", help="What is to be best, such as sharpe or profit_factor; may be repeated."),
    ] = []
    trials: Annotated[str, Option("--trials", metavar="N", help="Points to try, in each window.")] = "100"
    sampler: Annotated[
        Text, Option("--sampler", metavar="NAME", help="tpe, nsga2 (for several aims), grid or random.")
    ] = None
    seed: Annotated[str, Option("--seed", metavar="N", help="The same seed finds the same.")] = "7"
    min_trades: Annotated[str, Option("--min-trades", metavar="N", help="A point with fewer does not count.")] = "30"
    walk_forward: Annotated[
        Text, Option("--walk-forward", metavar="train=90d,test=30d", help="Fit, use on what follows, fit again.")
    ] = None
    jobs: Annotated[Text, Option("--jobs", metavar="N", help="Processes; one for each core without it.")] = None
    study: Annotated[Text, Option("--study", metavar="NAME", help="Keep the trials; given again it goes on.")] = None
    storage: Annotated[
        Text, Option("--storage", metavar="URL", help="Database of the study, shared by several machines.")
    ] = None


GROUPS: tuple[type[msgspec.Struct], ...] = (
    MarketOptions,
    StrategyOptions,
    RiskOptions,
    FeeOptions,
    CostOptions,
    OutputOptions,
    SearchOptions,
)


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """A command with parameters of these groups, as one that takes every option of theirs by itself."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if kind in GROUPS}
    parameters: dict[str, Parameter] = {}
    for own in signature(command).parameters.values():
        if own.name in groups:
            parameters |= {each.name: each for each in _parameters(groups[own.name])}
        else:
            parameters[own.name] = own.replace(annotation=hints[own.name])

    @wraps(command)
    def flat(**given: Any) -> None:
        whole = {
            name: _settled(kind(**{field: given.pop(field) for field in kind.__struct_fields__}))
            for name, kind in groups.items()
        }
        command(**given, **whole)

    ordered = sorted(parameters.values(), key=lambda each: each.default is not Parameter.empty)
    flat.__signature__ = Signature(ordered)  # type: ignore[attr-defined]
    flat.__annotations__ = {each.name: each.annotation for each in ordered}
    return flat


def _settled(options: msgspec.Struct) -> msgspec.Struct:
    """Options with what their files say, as if it had been typed."""
    if not isinstance(options, StrategyOptions) or not options.params_file:
        return options
    from bot.options.parameters import applied

    return applied(options)


def _parameters(group: type[msgspec.Struct]) -> list[Parameter]:
    """One keyword of a signature for each field of a group."""
    hints = get_type_hints(group, include_extras=True)
    return [
        Parameter(
            field.name,
            Parameter.KEYWORD_ONLY,
            default=[] if field.default is msgspec.NODEFAULT else field.default,
            annotation=hints[field.name],
        )
        for field in msgspec.structs.fields(group)
    ]


class DemoOptions(msgspec.Struct, frozen=True):
    """How the demo runs; its market and its plan come beside."""

    port: int
    """Of the chat page; 0 takes a free one."""
    speed: float
    """Market seconds a wall second; 0 is as fast as possible."""
    data_dir: Path
    seconds: int | None
    """Ends after so many wall seconds, at speed 0 market seconds; None: goes on."""
    browser: bool
    """Whether the chat is opened in the browser."""
    replay: bool
    """Whether the market is a recording, which ends."""
    script: Script | None
    """What goes wrong when; None: nothing."""
    cash: Decimal | None
    """What a new desk was asked to begin with; None: nothing was said, and one that is there goes on."""
