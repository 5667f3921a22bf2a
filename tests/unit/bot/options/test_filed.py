"""Files of rules in `backtest` and `signal`: by the id of the library, or from a file of one's own."""

import json
from pathlib import Path

import pytest

from bot.backtests.asked import asked
from bot.options.options import CostOptions, MarketOptions, RiskOptions, StrategyOptions
from engine.model.errors import BadInput
from engine.model.money import exact
from engine.plan import Plan
from tests.unit.bot.command_line import Run
from tests.unit.bot.options.test_latest import recorded

RULES = {
    "id": "saw-rules",
    "instruments": ["SAW/USDT:USDT", "OTHER/USDT"],
    "timeframe": "15m",
    "rules": [{"type": "indicator", "indicator": "ema", "condition": "crossover", "params": {"fast": 2, "slow": 5}}],
    "risk": {"mode": "percent", "value": 0.5},
    "stopLoss": {"type": "swing", "bars": 5, "bufferTicks": 2},
    "trailing": {"type": "atr", "value": 2},
    "cooldownBars": 4,
}


def planned(files: list[str], *names: str, risk: tuple[str, ...] = ()) -> Plan:
    strategies, risks = StrategyOptions(strategy=list(names)), RiskOptions(risk=list(risk))
    return asked(files, MarketOptions(), strategies, risks, CostOptions(), ())[1]


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(RULES))
    return str(path)


def test_a_file_runs_under_its_own_id_on_the_symbols_it_names_with_its_own_risk(tmp_path: Path, rules: str) -> None:
    files = [recorded(tmp_path / "SAWUSDT-5m.csv", 5, 50), recorded(tmp_path / "BTCUSDT-5m.csv", 5, 50)]
    (plan,) = planned(files, rules).strategies
    assert (plan.id, plan.timeframe, plan.symbols) == ("saw-rules", "15m", ("SAWUSDT",))
    assert plan.own == {"SIZING_MODE": "percent", "RISK_PER_TRADE_PERCENT": exact(0.005), "COOLDOWN_BARS": 4}
    (plan,) = planned(files, rules, risk=("saw-rules.COOLDOWN_BARS=9",)).strategies
    assert plan.own["COOLDOWN_BARS"] == 9


def test_one_of_the_library_runs_by_its_id_beside_others(tmp_path: Path) -> None:
    files = [recorded(tmp_path / "BTCUSDT-5m.csv", 5, 50)]
    assert [plan.id for plan in planned(files, "donchian-breakout", "ma_cross").strategies] == [
        "donchian-breakout",
        "ma_cross",
    ]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("ema-rsi-demo",), "ema-rsi-demo trades ETH/USDT:USDT, but the data has BTCUSDT"),
        (("donchian-breakout@5m",), "one of its timeframes: 1h"),
        (("nope.json",), "nope.json cannot be read: No such file"),
        (("nope",), "There is no strategy 'nope'"),
    ],
)
def test_what_cannot_run_is_refused_in_a_sentence(tmp_path: Path, names: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        planned([recorded(tmp_path / "BTCUSDT-5m.csv", 5, 50)], *names)


def test_two_files_with_one_id_are_refused(tmp_path: Path, rules: str) -> None:
    again = tmp_path / "again.json"
    again.write_text(Path(rules).read_text())
    with pytest.raises(BadInput, match="twice"):
        planned([recorded(tmp_path / "SAWUSDT-5m.csv", 5, 50)], rules, str(again))


def test_a_file_trades_in_a_backtest_and_its_trailing_stop_takes_it_out(run: Run, tmp_path: Path, rules: str) -> None:
    data = recorded(tmp_path / "SAWUSDT-5m.csv", 5, 2_000)
    code, out, err = run("backtest", "--data", data, "--strategy", rules, "--tick", "0.1", "--json", "--no-save")
    result = json.loads(out)
    assert (code, err, result["strategy"]) == (0, "", "saw-rules")
    assert result["trades"] > 10
    assert result["wins"] > result["trades"] / 2
    assert {each["name"] for each in result["by_reason"]} == {"stop"}
    assert len(result["settings"]["saw-rules rules"]) == 12


def test_the_signal_of_a_file_is_asked_for_by_its_path(run: Run, tmp_path: Path, rules: str) -> None:
    data = recorded(tmp_path / "SAWUSDT-5m.csv", 5, 200)
    code, out, _ = run("signal", "--data", data, "--strategy", rules, "--json")
    assert (code, json.loads(out)["strategy"]) == (0, "saw-rules")


def test_a_file_with_mistakes_is_refused_with_each_of_them(run: Run, tmp_path: Path, rules: str) -> None:
    Path(rules).write_text(json.dumps(RULES | {"stoploss": 1, "timeframe": "7m"}))
    data = recorded(tmp_path / "SAWUSDT-5m.csv", 5, 200)
    code, _, err = run("signal", "--data", data, "--strategy", rules)
    assert code == 2
    assert "/stoploss" in err
    assert "/timeframe" in err
