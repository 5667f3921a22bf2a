"""`signal` with every strategy: who cannot run on the data abstains with its reason, and nobody is left out."""

import csv
import json
from pathlib import Path

import pytest

from bot.options.latest import Unable, last_signals, taken
from bot.options.options import MarketOptions, StrategyOptions
from bot.options.planning import replayed
from engine.plan import Bracket
from strategies.base import catalogue
from tests.unit.bot.command_line import Run

START = 1_735_689_600_000
"""2025-01-01 00:00 UTC"""
MINUTE = 60_000


def recorded(path: Path, minutes: int, count: int, wave: int = 40) -> str:
    """A triangle wave of `count` candles of so many minutes."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ts", "open", "high", "low", "close", "volume"])
        price = 1000.0
        for place in range(count):
            after = price + (1.0 if place // wave % 2 == 0 else -1.0)
            rows.writerow(
                [START + place * minutes * MINUTE, price, max(price, after) + 0.5, min(price, after) - 0.5, after, 5.0]
            )
            price = after
    return str(path)


def said(files: list[str], timeframe: str | None = None) -> dict[tuple[str, str], str]:
    """Reason codes by symbol and strategy."""
    source = replayed(files, MarketOptions())
    plans, unable = taken(source, StrategyOptions(timeframe=timeframe))
    return {(each.symbol, each.strategy): each.reason for each in last_signals(source, plans, Bracket(), unable)}


def test_on_candles_of_five_minutes_strategies_of_a_minute_abstain_and_the_others_speak(tmp_path: Path) -> None:
    found = said([recorded(tmp_path / "SAW-5m.csv", 5, 600)])
    assert sorted(found) == [("SAW", name) for name in sorted(catalogue())]
    for name, strategy in catalogue().items():
        finer = strategy.timeframes[0] == "1m"
        assert (found["SAW", name] == "needs_finer_candles") == finer, name


def test_a_strategy_abstains_on_the_symbol_whose_candles_are_too_long_alone(tmp_path: Path) -> None:
    found = said([recorded(tmp_path / "FINE-1m.csv", 1, 600), recorded(tmp_path / "LONG-1h.csv", 60, 600)])
    assert found["LONG", "flow_model"] == "needs_finer_candles"
    assert found["FINE", "flow_model"] != "needs_finer_candles"
    assert found["LONG", "ma_cross"] != "needs_finer_candles"


def test_a_timeframe_that_a_strategy_does_not_take_is_its_reason(tmp_path: Path) -> None:
    found = said([recorded(tmp_path / "SAW-5m.csv", 5, 600)], timeframe="4h")
    assert found["SAW", "fabio"] == found["SAW", "razor"] == "timeframe_not_taken"
    assert found["SAW", "ma_cross"] != "timeframe_not_taken"


def test_with_too_little_data_for_one_long_candle_a_strategy_is_warming_up(tmp_path: Path) -> None:
    found = said([recorded(tmp_path / "SAW-1m.csv", 1, 7)])
    assert found["SAW", "ma_cross"] == "warming_up"


def test_a_strategy_that_is_unable_is_named_once_for_each_symbol(tmp_path: Path) -> None:
    source = replayed([recorded(tmp_path / "SAW-1h.csv", 60, 50)], MarketOptions())
    _, unable = taken(source, StrategyOptions())
    assert Unable("razor", "SAW", "5m", "needs_finer_candles") in unable
    assert len(set(unable)) == len(unable)


def test_the_command_prints_a_record_of_every_strategy(run: Run, tmp_path: Path) -> None:
    code, out, err = run("signal", "--data", recorded(tmp_path / "SAW-5m.csv", 5, 600), "--strategy", "all", "--json")
    records = {each["strategy"]: each for each in json.loads(out)}
    assert (code, err, sorted(records)) == (0, "", sorted(catalogue()))
    assert records["basis_arb"]["signal"] == "Neutral"
    assert records["basis_arb"]["timestamp"] == "2025-01-03T02:00:00Z"
    assert records["basis_arb"]["entry"] is None


@pytest.mark.parametrize("name", ["basis_arb", "flow_model"])
def test_a_strategy_that_is_named_is_refused_in_a_sentence(run: Run, tmp_path: Path, name: str) -> None:
    code, _, err = run("signal", "--data", recorded(tmp_path / "SAW-5m.csv", 5, 60), "--strategy", name)
    assert code == 2
    assert f"{name} runs on 1m, but the data has 5m candles" in err
