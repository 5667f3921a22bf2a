"""The whole card: each figure in its place, undefined ones None."""

import msgspec
import pytest

from engine.stats.performance import performance
from tests.unit.engine.stats.series import PNL, RISK, X


def test_the_card_of_the_printed_examples() -> None:
    card = performance(X, PNL, RISK, exposed=30, bars=120)
    printed = {
        "days": 32,
        "total": 0.08212343172,
        "cagr": 1.46019631,
        "volatility": 0.2157110219,
        "sharpe": 4.28307391,
        "sortino": 6.834790484,
        "calmar": 31.56753576,
        "trades": 8,
        "win_rate": 0.375,
        "profit_factor": 1.511041009,
        "expectancy": 5.0625,
        "payoff": 2.014721346,
        "best": 65.5,
        "worst": -30,
        "expectancy_r": 0.06229166667,
        "sqn": 0.145855674,
        "winning_streak": 1,
        "losing_streak": 2,
        "exposure": 0.25,
        "trials": 1,
    }
    found = msgspec.structs.asdict(card)
    assert {name: found[name] for name in printed} == pytest.approx(printed, rel=1e-9)
    assert card.drawdown is not None
    assert card.drawdown.depth == pytest.approx(0.04625626533, rel=1e-9)
    assert card.psr == card.deflated_sharpe


def test_trials_deflate_the_card() -> None:
    alone = performance(X, PNL, RISK, 0, 0)
    picked = performance(X, PNL, RISK, 0, 0, trials=50, trial_variance=0.01)
    assert (picked.deflated_sharpe or 1) < (alone.deflated_sharpe or 0)
    assert picked.psr == alone.psr


def test_the_card_of_nothing_has_no_figures_but_is_json() -> None:
    card = performance([], [], [], 0, 0)
    found = msgspec.json.decode(msgspec.json.encode(card))
    defined = {name: value for name, value in found.items() if value}
    assert defined.pop("drawdown")["depth"] == 0
    assert defined == {"trials": 1}
