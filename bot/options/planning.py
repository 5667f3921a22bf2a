"""What a person asked for, as the engine takes it: a source, a plan, the signals of the last candle."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from bot.options.fees import typed_fees
from bot.options.filed import filed, is_rules, traded
from bot.options.options import CostOptions, MarketOptions, RiskOptions, StrategyOptions
from bot.options.typed import fraction, moment, number, pairs, refused, whole
from bot.program.data import from_cache
from engine.desk.lineup import exchanging, expect_currency
from engine.feeds.files import load
from engine.feeds.listings import TRIANGLE
from engine.feeds.replay import ReplaySource
from engine.feeds.synthetic import SyntheticSource
from engine.model.contract import contract
from engine.model.crossing import crosses_of
from engine.model.errors import BadInput
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import SPAN_MS, Timeframe
from engine.model.own import parsed
from engine.model.settlement import starting_cash
from engine.optimise.market import Market
from engine.plan import Bracket, Costs, Plan, StrategyPlan
from engine.ports import Quoting, Source
from engine.scoring.histories import aggregated, clean
from strategies.base import AnyStrategy, catalogue, parse_params, parse_spec
from strategies.rules.compiled import RulesStrategy


def recorded(files: Sequence[str], market: MarketOptions) -> Market:
    """The recordings, and what is asked for of them; every --symbol has to be among them."""
    if len(market.symbol) > 1:
        raise BadInput("Several --symbol name no file; write --data SYMBOL=FILE for each.")
    symbol = market.symbol[0] if market.symbol else None
    recordings = tuple(load(file, symbol) for file in from_cache(files))
    symbols = sorted({each.symbol for each in recordings})
    if symbol is not None and symbol not in symbols:
        raise refused("--symbol", symbol, f"one of the files' symbols: {', '.join(symbols)}")
    return Market(
        recordings,
        tick=None if market.tick is None else number("--tick", market.tick, "0", "1000000", above=True),
        step=None if market.step is None else number("--step", market.step, "0", "1000000", above=True),
        start=None if market.start is None else moment("--from", market.start),
        end=None if market.end is None else moment("--to", market.end),
        contract_size=_contract_size(symbols, market.contract_size),
    )


def _contract_size(symbols: Sequence[str], text: str | None) -> Decimal | None:
    """What one inverse contract is worth; BadInput where there is none."""
    if text is None:
        return None
    if not any((market := contract(symbol)) is not None and market.inverse for symbol in symbols):
        raise BadInput(f"--contract-size is of inverse contracts such as BTC/USD:BTC; here is {', '.join(symbols)}.")
    return number("--contract-size", text, "0", "1000000", above=True)


def replayed(files: Sequence[str], market: MarketOptions) -> ReplaySource:
    """The recorded market, ready to be played."""
    return recorded(files, market).whole()


def synthetic(seed: str, market: MarketOptions, strategies: Sequence[str] = ()) -> Source:
    """The simulated market; what only a recording has is refused.

    A strategy that goes round a triangle has one where no symbols are named.
    """
    for option, given in (
        ("--tick", market.tick),
        ("--step", market.step),
        ("--contract-size", market.contract_size),
        ("--from", market.start),
        ("--to", market.end),
    ):
        if given is not None:
            raise BadInput(f"{option} needs --replay FILE; the simulated market has rules and times of its own.")
    symbols: Sequence[str] = market.symbol
    if not symbols and any(not is_rules(spec) and exchanging(parse_spec(spec.strip())[0]) for spec in strategies):
        symbols = TRIANGLE
    return SyntheticSource(whole("--seed", seed, 0, 2**63 - 1), symbols)


def plan_of(
    source: Source,
    strategies: StrategyOptions,
    risk: RiskOptions,
    costs: CostOptions,
    default: Sequence[str] = (),
    *,
    files: bool = False,
) -> Plan:
    """Everything that was asked for; `default` are the strategies when none is named, `files` whether files are."""
    plans, crosses = strategy_plans(source, strategies, default, files=files), crosses_of(source.timeframes)
    for each in plans:
        expect_currency(each, crosses)
    if isinstance(source, SyntheticSource):
        source.quoted = any(isinstance(each.strategy, Quoting) and each.strategy.reads_quotes for each in plans)
    desk, own = risks([plan.id for plan in plans], risk.risk)
    spent = _costs(costs)
    if spent.participation and isinstance(source, ReplaySource):
        expect_contracts(source)
    return Plan(
        strategies=tuple(msgspec.structs.replace(plan, own={**plan.own, **parsed(own[plan.id])}) for plan in plans),
        limits=with_settings(RiskLimits(), desk),
        costs=spent,
        cash=starting_cash(source.instruments)
        if costs.cash is None
        else number("--cash", costs.cash, "0", "1000000000000", above=True),
        bracket=bracket(strategies),
    )


def expect_contracts(source: ReplaySource) -> None:
    """Refuse to take a share of volumes of inverse contracts that cannot be contracts, which are whole."""
    for instrument in source.instruments:
        if instrument.inverse is not None and not (source.bars(instrument.symbol).volume % 1 == 0).all():
            raise BadInput(
                f"--participation takes a share of the volume, and that of {instrument.symbol} has to be in contracts, "
                "but in these candles it is no whole number; leave it out, or give candles of the contract itself."
            )


def risks(specs: Sequence[str], typed: Sequence[str]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Risk settings of the desk, and those of each strategy: `K=V`, `id.K=V`."""
    desk: dict[str, str] = {}
    own: dict[str, dict[str, str]] = {spec: {} for spec in specs}
    for name, value in pairs("--risk", typed, fold=True).items():
        owner, dot, setting = name.rpartition(".")
        meant = [spec for spec in specs if owner in (spec.upper(), spec.partition("@")[0].upper())]
        if dot and not meant:
            raise refused("--risk", name, f"K=V, or NAME.K=V where NAME is one of {', '.join(specs)}")
        for place in [own[spec] for spec in meant] or [desk]:
            place[setting] = value
    return desk, own


def bracket(options: StrategyOptions) -> Bracket:
    """Stop and target instead of the strategies' own."""
    return Bracket(
        stop=None if options.stop is None else fraction("--stop", options.stop),
        target=None if options.target is None else fraction("--target", options.target),
    )


def _costs(options: CostOptions) -> Costs:
    return msgspec.structs.replace(
        typed_fees(options).costs(),
        listed=False,
        spread_bps=number("--spread-bps", options.spread_bps, "0", "1000"),
        slippage_bps=number("--slippage-bps", options.slippage_bps, "0", "1000"),
        latency_ms=whole("--latency-ms", options.latency_ms, 0, 600_000),
        participation=number("--participation", options.participation, "0", "1"),
    )


def strategy_plans(
    source: Source, options: StrategyOptions, default: Sequence[str], *, files: bool = False
) -> tuple[StrategyPlan, ...]:
    """Each strategy on all symbols of the market, its parameters parsed; an id is what was typed.

    `files`: those of the library and FILE.json are taken too, by their own ids and on the symbols they name.
    """
    specs = [spec.strip() for spec in (options.strategy or default)]
    if not specs:
        raise BadInput(f"--strategy is missing; it takes {', '.join(catalogue())}.")
    expect_once(specs)
    if options.timeframe is not None:
        expect_timeframe(options.timeframe, specs)
    texts = params_of(specs, options.param)
    coarsest = max(source.timeframes.values(), key=SPAN_MS.__getitem__)
    plans = []
    for spec in specs:
        wanted = spec if "@" in spec or options.timeframe is None else f"{spec}@{options.timeframe}"
        rules = is_rules(spec)
        if rules and not files:
            raise BadInput(
                f"{spec} is a file of rules, which has no parameters to search: backtest, signal and check take it, "
                "and a desk finds it in the folder strategies of its data directory."
            )
        strategy, timeframe = filed(wanted) if rules else parse_spec(wanted)
        if SPAN_MS[timeframe] < SPAN_MS[coarsest]:
            raise BadInput(
                f"{spec} runs on {timeframe}, but the data has {coarsest} candles; give a longer --timeframe."
            )
        params = parse_params(strategy, texts[spec])
        for symbol in source.timeframes:
            refusal = refused_data(source, symbol, strategy, timeframe, params)
            if refusal is not None:
                raise BadInput(f"{strategy.name} on {symbol}: {refusal}")
        plan = StrategyPlan(spec, strategy, params, timeframe, tuple(source.timeframes))
        if isinstance(strategy, RulesStrategy):
            symbols = traded(strategy, plan.symbols)
            plan = msgspec.structs.replace(plan, id=strategy.name, symbols=symbols, own=strategy.own)
        plans.append(plan)
    expect_once([plan.id for plan in plans])
    return tuple(plans)


def expect_once(ids: Sequence[str]) -> None:
    """Refuse two strategies under one id."""
    if len(set(ids)) < len(ids):
        raise BadInput("--strategy names the same strategy twice; give each once, or with another @timeframe.")


def refused_data(
    source: Source, symbol: str, strategy: AnyStrategy, timeframe: Timeframe, params: msgspec.Struct
) -> str | None:
    """Why these candles are not those a model among the parameters was trained on, if they are not."""
    if not isinstance(source, ReplaySource):
        return strategy.refuses(timeframe, params)
    bars, base = source.bars(symbol), source.timeframes[symbol]
    return strategy.refuses(timeframe, params, aggregated(bars, base, timeframe) if clean(bars, base) else None)


def expect_timeframe(timeframe: str, specs: Sequence[str]) -> None:
    """Refuse a --timeframe that is none, or that no strategy would take."""
    if timeframe not in SPAN_MS:
        raise refused("--timeframe", timeframe, f"one of {', '.join(SPAN_MS)}")
    if all("@" in spec for spec in specs):
        raise BadInput(
            f"--timeframe {timeframe} is for strategies named without one; here they are {', '.join(specs)}."
        )


def params_of(specs: Sequence[str], typed: Sequence[str]) -> dict[str, dict[str, str]]:
    """Parameters by strategy: `name=value` for the only one, `id.name=value` where several run."""
    texts: dict[str, dict[str, str]] = {spec: {} for spec in specs}
    for name, value in pairs("--param", typed).items():
        owner, _, field = name.rpartition(".")
        meant = [spec for spec in specs if owner in (spec, spec.partition("@")[0]) or (not owner and len(specs) == 1)]
        if not meant:
            raise refused("--param", name, f"NAME.K=V where NAME is one of {', '.join(specs)}")
        for spec in meant:
            texts[spec][field] = value
    return texts
