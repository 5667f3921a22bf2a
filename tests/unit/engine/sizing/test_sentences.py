"""What a person reads for each refusal of a size."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.model.instrument import Instrument
from engine.model.orders import Denial
from engine.sizing import Terms, fit, size
from engine.sizing.allocation import allocate
from engine.sizing.atr import size_atr
from engine.sizing.inverse import size_inverse
from engine.sizing.kelly import continuous, kelly, size_kelly
from engine.sizing.notional import size_amount, size_fixed, size_share, size_signal, size_weight
from engine.sizing.shrunk import shrunk
from engine.sizing.vol_target import size_vol_target

FREE = Instrument("E", "E", "U")
PAIR = np.eye(2)
NAN = float("nan")


def terms(**changed: Any) -> Terms:
    """A long from 100 with its stop at 90: 10 of 1000 at risk, exactly 1 unit, a notional of 100."""
    return msgspec.structs.replace(Terms(D(1000), D("0.01"), "long", D(100), D(90), D("0.01")), **changed)


REFUSALS: list[tuple[Callable[[], object], str, str]] = [
    (lambda: size(terms(equity=D(0))), "bad_input", "equity is 0, it must be above 0"),
    (lambda: size(terms(risk_fraction=D("NaN"))), "bad_input", "risk is NaN, it must be above 0"),
    (lambda: size(terms(entry=D(-1))), "bad_input", "entry is -1, it must be above 0"),
    (lambda: size(terms(stop=D("Infinity"))), "bad_input", "stop is Infinity, it must be above 0"),
    (lambda: size(terms(step=D(0))), "bad_input", "step is 0, it must be above 0"),
    (
        lambda: size(terms(fee_in=D("NaN"), fee_out=D("0.1"), slip=D("0.2"))),
        "bad_input",
        "fees are NaN and 0.1, slippage is 0.2",
    ),
    (lambda: size(terms(stop=D(101))), "stop_wrong_side", "a long from 100 cannot have its stop at 101"),
    (
        lambda: size(terms(direction="short")),
        "stop_wrong_side",
        "a short from 100 cannot have its stop at 90",
    ),
    (
        lambda: size(terms(min_qty=D(2))),
        "below_min_qty",
        "the limits allow 1.00 of the 1.000000000000 wanted, the venue's least is 2",
    ),
    (
        lambda: size(terms(min_notional=D(101))),
        "below_min_notional",
        "100.00 (1.000000000000 wanted) is below the venue's least order of 101",
    ),
    (lambda: fit(terms(), D(-1)), "bad_input", "the quantity is -1, it cannot be below 0"),
    (lambda: size_fixed(terms(), D(0)), "bad_input", "the amount at risk is 0, it must be above 0"),
    (lambda: size_amount(terms(), D(0)), "bad_input", "the amount is 0, it must be above 0"),
    (lambda: size_share(terms(), D(0)), "bad_input", "the share of equity is 0, it must be above 0"),
    (lambda: size_weight(terms(), NAN), "bad_input", "the weight is nan"),
    (lambda: size_signal(terms(), 0.5, 0.5, D(0), D(1)), "bad_input", "the risk budget is 0, it must be above 0"),
    (lambda: size_signal(terms(), 0.5, 0.5, D(1), D(0)), "bad_input", "the largest notional is 0, it must be above 0"),
    (lambda: size_signal(terms(), -0.5, 0.5, D(1), D(1)), "bad_input", "the signal -0.5 does not belong to a long"),
    (lambda: size_inverse(terms(), D(0)), "bad_input", "the contract is worth 0, it must be above 0"),
    (
        lambda: size_atr(terms(), None, D("1.5"), FREE),
        "bad_input",
        "the average range is None and its factor 1.5, both must be above 0",
    ),
    (lambda: size_atr(terms(entry=D(0)), D(1), D(1), FREE), "bad_input", "entry is 0, it must be above 0"),
    (lambda: size_atr(terms(), D(60), D(2), FREE), "stop_wrong_side", "a stop 120 from 100 cannot be placed"),
    (lambda: kelly(2, 0.1, 0.2), "bad_input", "a win rate of 2 with a win of 0.1 and a loss of 0.2 is no bet"),
    (
        lambda: continuous(0.1, 0.0, 9),
        "bad_input",
        "a mean of 0.1 with a deviation of 0.0 over 9 periods gives no size",
    ),
    (lambda: size_kelly(terms(), 0.0), "kelly_zero", "the record of this strategy has no edge to bet on"),
    (lambda: shrunk(41, 40, 1.5), "bad_input", "41 wins of 40 at a ratio of 1.5 are no record"),
    (lambda: shrunk(20, 29, 1.5), "insufficient_history", "29 trades are known, 30 are needed"),
    (
        lambda: size_vol_target(terms(), None, 0.3, 2.0),
        "insufficient_history",
        "there are too few daily returns to know the volatility",
    ),
    (lambda: allocate(np.ones(1), PAIR, 1.0), "bad_input", "1 mean returns do not fit a covariance of (2, 2)"),
    (lambda: allocate(np.ones(2), PAIR, 0.0), "bad_input", "the cap is 0.0, it must be above 0"),
    (
        lambda: allocate(np.ones(2), np.array([[1.0, 0.0], [0.1, 1.0]]), 1.0),
        "bad_covariance",
        "the covariance is not symmetric and finite",
    ),
    (lambda: allocate(np.ones(2), -PAIR, 1.0), "bad_covariance", "the covariance is not positive definite"),
]


@pytest.mark.parametrize(("ask", "code", "text"), REFUSALS, ids=[text for _, _, text in REFUSALS])
def test_a_refusal_says_what_was_given_and_what_is_needed(ask: Callable[[], object], code: str, text: str) -> None:
    assert ask() == Denial(code, text)
