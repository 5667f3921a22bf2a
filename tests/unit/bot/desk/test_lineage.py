"""A model belongs to the candles it was trained on: a desk of another market refuses it, in a sentence."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from bot.backtests.trial import Ground, Simulated, Stored
from bot.desk.lineage import expect_kin, strange, unfit
from bot.desk.shelf import resolve
from engine.feeds.cache.folder import Cache
from engine.feeds.cache.sheet import Head, Sheet
from engine.feeds.synthetic import EPOCH, SyntheticSource
from engine.model.errors import BadInput
from engine.model.market import DAY_MS, MINUTE_MS, Bars
from engine.model.member import Member
from engine.plan import StrategyPlan
from engine.scoring.histories import aggregated
from strategies.base import build, parse_params
from strategies.learning.model import Recipe
from strategies.learning.train import train
from tests.series import random_bars
from tests.unit.bot.command_line import Run
from tests.unit.bot.program.test_training import written

SHORT = {"fit_days": "2", "use_days": "1", "horizon": "6"}
BARS = random_bars(41, 4 * 288)


def trained(path: Path, bars: Bars) -> dict[str, str]:
    """The parameters of a model of these bars."""
    path.write_bytes(train(bars, Recipe("5m", 6, 0.0005, fit_days=2, use_days=1)))
    return {"model": str(path), **SHORT}


def planned(params: dict[str, str], *symbols: str) -> StrategyPlan:
    strategy = build("ml_score")
    return StrategyPlan("ml_score@5m", strategy, parse_params(strategy, params), "5m", symbols or ("XUSDT",))


def stored(folder: Path, **bars: Bars) -> Ground:
    for symbol, each in bars.items():
        Cache(folder).put(Sheet(Head("test", symbol, "5m"), each))
    return Stored(str(folder), "test")


def test_a_model_of_the_stored_candles_may_run_and_one_of_others_may_not(tmp_path: Path) -> None:
    params = trained(tmp_path / "model.json", BARS)
    assert unfit(stored(tmp_path / "own", XUSDT=BARS), planned(params)) is None
    changed = msgspec.structs.replace(BARS, close=np.where(BARS.ts == BARS.ts[300], BARS.high, BARS.close))
    refusal = unfit(stored(tmp_path / "other", XUSDT=changed), planned(params))
    assert refusal is not None
    assert refusal.startswith("ml_score@5m on XUSDT: model_mismatch: the candles before 2023-11-")
    with pytest.raises(BadInput, match="model_mismatch"):
        expect_kin(stored(tmp_path / "other"), [planned(params)])


def test_a_model_is_for_one_symbol_and_the_other_one_is_named(tmp_path: Path) -> None:
    params = trained(tmp_path / "model.json", BARS)
    ground = stored(tmp_path / "both", XUSDT=BARS, YUSDT=random_bars(42, 4 * 288))
    assert (unfit(ground, planned(params, "XUSDT", "YUSDT")) or "").startswith("ml_score@5m on YUSDT: model_mismatch")


def test_candles_that_are_not_stored_and_strategies_without_a_model_are_not_judged(tmp_path: Path) -> None:
    params = trained(tmp_path / "model.json", BARS)
    assert unfit(stored(tmp_path / "empty"), planned(params)) is None
    assert unfit(stored(tmp_path / "late", XUSDT=BARS.slice(700, len(BARS))), planned(params)) is None
    assert unfit(stored(tmp_path / "empty"), planned({})) is None


def test_the_simulated_market_is_judged_by_its_seed(tmp_path: Path) -> None:
    minutes = SyntheticSource(7, ("BTCUSDT",), footprints=False).columns("BTCUSDT", 4 * 1440, EPOCH - 4 * DAY_MS)
    params = trained(tmp_path / "model.json", aggregated(minutes, "1m", "5m"))
    assert minutes.ts[1] - minutes.ts[0] == MINUTE_MS
    assert unfit(Simulated(7, EPOCH), planned(params, "BTCUSDT")) is None
    assert "model_mismatch" in (unfit(Simulated(8, EPOCH), planned(params, "BTCUSDT")) or "")


def test_a_model_of_another_timeframe_is_refused_wherever_a_strategy_is_built(tmp_path: Path) -> None:
    member = Member("ml_score@15m", "ml_score", "15m", ("XUSDT",), trained(tmp_path / "model.json", BARS))
    with pytest.raises(BadInput, match=r"^ml_score@15m: model_mismatch: the model "):
        resolve(member)
    with pytest.raises(BadInput, match=r"^ml_score@15m: model_mismatch: the model "):
        strange(stored(tmp_path / "own", XUSDT=BARS), member)


def test_a_demo_refuses_a_model_of_another_market_before_it_begins(run: Run, tmp_path: Path) -> None:
    run("train", "--data", written(tmp_path / "X-5m.csv", BARS), "--out", "model.json", "--timeframe", "5m",
        *(word for name, value in SHORT.items() for word in ("--param", f"{name}={value}")))  # fmt: skip
    typed = [
        word for name, value in {**SHORT, "model": "model.json"}.items() for word in ("--param", f"{name}={value}")
    ]
    code, _, err = run("demo", "--no-browser", "--port", "0", "--for", "1", "--strategy", "ml_score@5m", *typed)
    assert (code, err.count("\n")) == (2, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["X-5m.csv", "model.json"]
    assert err.startswith("ml_score@5m on ADAUSDT: model_mismatch: the candles before")
