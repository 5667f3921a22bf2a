"""Three screens and the database tell one story, to the last digit each of them shows."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.demo_process import Demo, first_line, until, words
from tests.e2e.recordings import as_csv, minutes
from tests.journaled import asked

SYMBOLS = ("BTCUSDT", "DOGEUSDT", "ETHUSDT", "SOLUSDT")
CASH = Decimal(10_000)
NUMBER = r"([-+]?[\d,]+\.\d+)"


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Six hours of four symbols, each in a file, and with them a market that stands still at the end."""
    folder = tmp_path_factory.mktemp("market")
    return [as_csv(folder, symbol, rows) for symbol, rows in minutes(21, SYMBOLS, 360).items()]


def close_of(file: Path) -> Decimal:
    """The last close in a file."""
    return Decimal(file.read_text().splitlines()[-1].split(",")[4])


def total(rows: Sequence[str]) -> Decimal:
    return sum(map(Decimal, rows), Decimal(0))


def shown(pattern: str, text: str) -> list[Decimal]:
    """The numbers of the first place that looks like this; `#` stands for one."""
    found = re.search(pattern.replace("#", NUMBER), text)
    assert found, f"{pattern} is not in:\n{text}"
    return [Decimal(each.replace(",", "")) for each in found.groups()]


def drawn(demo: Demo, title: str) -> bool:
    """Whether a picture of this title has come."""
    return any("photo" in view and title in words(view) for view in demo.messages())


def agrees(seen: Decimal, exact: Decimal) -> bool:
    """Whether a number is the exact one, rounded to the digits it shows."""
    return abs(seen - exact) <= Decimal(1).scaleb(int(seen.as_tuple().exponent)) / 2


def test_status_positions_and_pnl_agree_with_the_database(market: list[Path], tmp_path: Path) -> None:
    replays = [word for file in market for word in ("--replay", str(file))]
    with Demo(tmp_path, "--speed", "1000000", "--strategy", "ma_cross@1m", "--strategy", "rsi_mr@1m", *replays) as demo:
        demo.opened()
        database = tmp_path / "desk.db"
        until(lambda: any("Report" in first_line(view) for view in demo.messages()), 60)
        status = words(demo.ask("/status", ["today"]))
        positions = words(demo.ask("/positions", ["open ·", "flat"]))
        pnl = words(demo.ask("/pnl all", ["All"]))
        trades = asked(database, "SELECT pnl, fee, funding FROM trade")
        held = asked(
            database, "SELECT symbol, direction, qty, avg, realised, fees, funding FROM position ORDER BY opened_at"
        )
        assert demo.stop() == 0
    assert len(held) >= 2, "the market should end with positions open"
    assert len(trades) > 10
    closes = {file.name.partition("-")[0]: close_of(file) for file in market}
    results = {row[0]: result(row, closes[row[0]]) for row in held}
    closed = total([row[0] for row in trades])
    open_now = sum(results.values(), Decimal(0))
    equity = CASH + closed + open_now
    assert agrees(shown("equity +#", status)[0], equity)
    assert f"open {len(held)} ·" in status
    assert first_line({"text": positions}).split()[1] == str(len(held))
    for symbol, exact in results.items():
        base = symbol.removesuffix("USDT")
        in_status = shown(rf"\n{base} +[LS]\S* +#% +#", status)
        in_positions = shown(rf"\n\d+ +{base} +[LS]\S* +# +#", positions)
        assert agrees(in_status[1], exact)
        assert agrees(in_positions[1], exact)
        assert agrees(in_status[0], in_positions[0])
    assert agrees(shown(r"open · #", positions)[0], open_now)
    assert agrees(shown(r"All #", pnl)[0], equity - CASH)
    assert f"· {len(trades)} trade" in pnl
    assert agrees(shown(r"closed +#", pnl)[0], closed)
    assert agrees(shown(r"closed .* open +#", pnl)[0], open_now)
    assert agrees(shown(r"fees +#", pnl)[0], -total([row[1] for row in trades]))


def sign(row: Sequence[Any]) -> int:
    return 1 if row[1] == "long" else -1


def result(row: Sequence[Any], close: Decimal) -> Decimal:
    """What a position has come to: realised so far, at the last close, less its costs."""
    _, _, qty, avg, realised, fees, funding = row
    return Decimal(realised) + Decimal(qty) * sign(row) * (close - Decimal(avg)) - Decimal(fees) + Decimal(funding)


def test_the_risk_screen_and_its_charts_come_from_what_is_held_and_was_marked(
    market: list[Path], tmp_path: Path
) -> None:
    replays = [word for file in market for word in ("--replay", str(file))]
    with Demo(tmp_path, "--speed", "1000000", "--strategy", "ma_cross@1m", "--strategy", "rsi_mr@1m", *replays) as demo:
        demo.opened()
        database = tmp_path / "desk.db"
        until(lambda: any("Report" in first_line(view) for view in demo.messages()), 60)
        view = demo.ask("/risk", ["Risk:", "Tripped:", "limits above"])
        risk = words(view)
        for label, title in (("Equity", "Equity, 24h"), ("Use over time", "Use of limits"), ("Correlations", "held")):
            demo.press(view, label)
            until(partial(drawn, demo, title), 30)
        held = asked(database, "SELECT qty, avg, stop FROM position")
        ((minutes_marked, known),) = asked(database, "SELECT count(*), count(heat) FROM risk_metric")
        assert demo.stop() == 0
    assert minutes_marked == known > 60, "minutes are marked while something is held"
    assert f"\npositions      {len(held):>3} / " in risk
    heat = total([str(abs(Decimal(qty) * (Decimal(avg) - Decimal(stop)))) for qty, avg, stop in held])
    assert abs(shown(r"\nheat +#", risk)[0] - heat / CASH * 100) < Decimal("0.2")
