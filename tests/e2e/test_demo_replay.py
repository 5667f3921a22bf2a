"""A recording through the whole daemon gives what the backtest gives, and a seed gives one journal."""

import csv
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from bot.desk.balance import state_of
from engine.core import Core
from engine.feeds.replay import ReplaySource
from engine.model.messages import Effect, Event, Step
from engine.plan import Costs, Plan, StrategyPlan
from engine.scoring.evaluate import WindowEvaluator
from engine.simbroker import SimBroker
from engine.simulation.drive import Driver
from storage.db import open_reading
from storage.recovery import journal_hash, read_steps
from strategies.base import parse_params, parse_spec
from tests.e2e.demo_process import ADMIN, DEMO, TRADER, VIEWER, Demo, first_line, forked, program, until
from tests.e2e.recordings import as_csv, as_parquet, minutes
from tests.journaled import asked
from tests.stand_in import Recorded

SYMBOLS = ("BTCUSDT", "SOLUSDT")
STRATEGIES = ("ma_cross@1m", "razor@5m")
MINUTES = 2 * 1440
RULES = ("--strategy", STRATEGIES[0], "--strategy", STRATEGIES[1], "--param", "ma_cross.fast=5", "--fee", "0.0004")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two days of two symbols of the simulated market: one file as CSV, one as Parquet."""
    folder = tmp_path_factory.mktemp("recorded")
    first, second = minutes(11, SYMBOLS, MINUTES).items()
    return [str(as_csv(folder, *first)), str(as_parquet(folder, *second))]


COMPARED = ("entry_price", "exit_price", "amount", "fee", "funding", "pnl")


def turns(source: ReplaySource, specs: Sequence[str], texts: dict[str, dict[str, str]], fee: str) -> list[Step]:
    """Every event and what came of it, by the backtest's own loop."""
    plans = []
    for spec in specs:
        strategy, timeframe = parse_spec(spec)
        params = parse_params(strategy, texts.get(spec, {}))
        plans.append(StrategyPlan(spec, strategy, params, timeframe, tuple(source.timeframes)))
    plan = Plan(tuple(plans), costs=Costs(fee=Decimal(fee)))
    found: list[Step] = []

    def see(event: Event, effects: list[Effect]) -> None:
        found.append(Step(len(found) + 1, event, tuple(effects)))

    known = {each.symbol: each for each in source.instruments}
    core = Core(plan, known, source.timeframes, WindowEvaluator(plan.strategies), teller=state_of)
    driver = Driver(core, SimBroker(known, plan.costs, plan.limits.max_leverage), see)
    for candle in source.history():
        core.background.warm(candle)
    for event in source.events():
        driver.take(event)
    return found


def compare(folder: Path, files: Sequence[str], rules: Sequence[str], expected: Sequence[Step]) -> int:
    """Runs the demo and the backtest over the files; everything must be equal. Answers the number of trades."""
    replays = [word for file in files for word in ("--replay", file)]
    data = [word for file in files for word in ("--data", file)]
    desk, trades = folder / "desk", folder / "trades.csv"
    live = forked(*DEMO, "--data-dir", str(desk), "--speed", "0", *replays, *rules, seconds=300)
    assert (live.returncode, live.stderr) == (0, "")
    tested = program("backtest", *data, *rules, "--json", "--trades", str(trades), seconds=300)
    assert (tested.returncode, tested.stderr) == (0, "")
    result = json.loads(tested.stdout)
    database = desk / "desk.db"
    with open_reading(database) as connection:
        steps = list(read_steps(connection, 0))
    assert steps == list(expected)
    closed = asked(
        database,
        "SELECT symbol, direction, entry_price, exit_price, amount, fee, funding, pnl, reason FROM trade ORDER BY seq",
    )
    with trades.open(newline="") as file:
        wanted = [
            (row["symbol"], row["side"], *(row[name] for name in COMPARED), row["reason"])
            for row in csv.DictReader(file)
        ]
    assert closed == wanted
    fills = asked(database, "SELECT fee FROM fill")
    assert sum(map(Decimal, fills), Decimal(0)) == Decimal(result["fees"])
    assert "Report" in live.stdout, "the page dies with the process, the terminal stays"
    assert f"fees {-Decimal(result['fees']):+,.2f} " in live.stdout, "those of open trades too"
    change, closed_pnl, open_pnl = (
        Decimal(amount.replace(",", ""))
        for amount in re.findall(r"(?:Report|closed|open) ([+-]?[\d,]+\.\d\d)", live.stdout)
    )
    assert closed_pnl + open_pnl == change
    closing = live.stdout.splitlines()[-1]
    assert Decimal(closing.rpartition(" ")[2].rstrip(".")) == Decimal(result["final_equity"])
    assert f"{result['trades']} trades closed" in closing
    return int(result["trades"])


def test_a_replay_through_the_daemon_equals_the_backtest_to_the_last_digit(
    recordings: list[str], tmp_path: Path
) -> None:
    source = ReplaySource.open(recordings)
    expected = turns(source, STRATEGIES, {"ma_cross@1m": {"fast": "5"}}, "0.0004")
    assert compare(tmp_path, recordings, RULES, expected) > 50
    database = tmp_path / "desk" / "desk.db"
    final = asked(database, "SELECT chat, state, body, id FROM outbox WHERE dedupe LIKE 'final:%' ORDER BY chat")
    assert [(chat, state) for chat, state, *_ in final] == [(who, "delivered") for who in (ADMIN, TRADER, VIEWER)]
    assert all("Report" in json.loads(body)["text"] for *_, body, _ in final)
    last = asked(database, "SELECT max(id) FROM outbox")[0]
    assert {row for *_, row in final} == {last - 2, last - 1, last}
    assert asked(database, "SELECT count(*) FROM outbox WHERE state = 'waiting'") == [0]


def test_recorded_minutes_through_the_daemon_equal_the_backtest_to_the_last_digit(
    recorded: Recorded, tmp_path: Path
) -> None:
    file = recorded("usdm/BTCUSDT-1m-20250504-20250602.parquet")
    end = 1_746_489_600_000  # 2025-05-06T00:00Z
    expected = turns(ReplaySource.open([str(file)], end=end), ["ma_cross@1m"], {}, "0.0005")
    rules = ("--strategy", "ma_cross@1m", "--to", "2025-05-06")
    assert compare(tmp_path, [str(file)], rules, expected) > 5


def test_at_its_end_the_chat_of_a_replay_can_be_read_until_a_person_ends_it(
    recordings: list[str], tmp_path: Path
) -> None:
    with Demo(tmp_path, "--speed", "0", "--replay", recordings[0], *RULES[:2], shown=True) as demo:
        demo.opened()
        until(lambda: "has stopped" in demo.said)
        assert any("Report" in first_line(view) for view in demo.messages())
        assert demo.stop() == 0


def test_the_line_of_the_readme_works_beside_a_demo_and_for_another_file(recordings: list[str], tmp_path: Path) -> None:
    for market in ((), *(("--replay", file) for file in recordings)):
        played = forked(*DEMO, "--speed", "0", "--for", "60", *market, folder=tmp_path)
        assert (played.returncode, played.stderr) == (0, "")
    names = {Path(file).stem for file in recordings}
    assert {path.name for path in (tmp_path / "data").iterdir()} == {"demo", *(f"replay-{name}" for name in names)}


def test_a_seed_gives_the_same_journal_whatever_the_hash_seed_and_another_seed_another(tmp_path: Path) -> None:
    found = []
    for number, (seed, hash_seed) in enumerate((("5", "1"), ("5", "4294967295"), ("6", None))):
        folder = tmp_path / str(number)
        run = (*DEMO, "--data-dir", str(folder), "--speed", "0", "--for", "10800", "--seed", seed)
        done = program(*run, hash_seed=hash_seed) if hash_seed else forked(*run)
        assert done.returncode == 0
        assert asked(folder / "desk.db", "SELECT count(*) FROM trade")[0] > 3
        found.append(journal_hash(folder / "desk.db"))
    assert found[0] == found[1] != found[2]
