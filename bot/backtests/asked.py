"""What a run was asked to be, in the short forms people type: folders, lists with commas, symbols of a strategy."""

from collections.abc import Sequence
from glob import has_magic
from pathlib import Path

import msgspec

from bot.figures.currency import tell_of
from bot.options.options import CostOptions, MarketOptions, RiskOptions, StrategyOptions
from bot.options.planning import plan_of, replayed
from bot.options.typed import pairs, refused
from engine.feeds.replay import ReplaySource
from engine.model.errors import BadInput
from engine.plan import Plan

SUFFIXES = (".csv", ".csv.gz", ".zip", ".parquet", ".feather")


def files_of(specs: Sequence[str]) -> list[str]:
    """`--data` values with a folder as every data file in it and a quoted pattern as every file that fits, by name."""
    return [file for spec in specs for file in _expanded(spec)]


def _expanded(spec: str) -> list[str]:
    path = Path(spec)
    if path.is_dir():
        found = [each for each in sorted(path.iterdir()) if each.name.endswith(SUFFIXES)]
        if not found:
            raise BadInput(f"--data {spec} holds no file that ends in {', '.join(SUFFIXES)}.")
        return [str(each) for each in found]
    if has_magic(spec) and not path.exists() and "=" not in spec:
        found = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        if not found:
            raise BadInput(f"--data {spec} fits no file.")
        return [str(each) for each in found]
    return [spec]


def asked(
    files: Sequence[str],
    market: MarketOptions,
    strategies: StrategyOptions,
    risk: RiskOptions,
    costs: CostOptions,
    only: Sequence[str],
) -> tuple[ReplaySource, Plan]:
    """The market and the plan."""
    source = replayed(files, market)
    tell_of(source.instruments)
    names = [name.strip() for typed in strategies.strategy for name in typed.split(",") if name.strip()]
    plan = plan_of(source, msgspec.structs.replace(strategies, strategy=names), risk, costs, files=True)
    return source, _narrowed(plan, only, tuple(source.timeframes))


def _narrowed(plan: Plan, only: Sequence[str], known: Sequence[str]) -> Plan:
    """Each strategy on the symbols that `--only` leaves it."""
    chosen = {name: _symbols(name, text, known) for name, text in pairs("--only", only).items()}
    ids = [each.id for each in plan.strategies]
    for name in chosen:
        if name not in ids:
            raise refused("--only", name, f"NAME=SYMBOL,SYMBOL where NAME is one of {', '.join(ids)}")
    narrowed = (msgspec.structs.replace(each, symbols=chosen.get(each.id, each.symbols)) for each in plan.strategies)
    return msgspec.structs.replace(plan, strategies=tuple(narrowed))


def _symbols(name: str, text: str, known: Sequence[str]) -> tuple[str, ...]:
    symbols = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = next((symbol for symbol in symbols if symbol not in known), None)
    if unknown is not None or not symbols:
        raise refused(f"--only {name}", unknown or text, f"symbols of the files: {', '.join(known)}")
    return symbols
