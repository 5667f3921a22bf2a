"""What holds for every size: more risk is never less, a wider stop never more, no cap is ever passed."""

from decimal import Decimal as D
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from engine.model.orders import Denial, Direction
from engine.sizing import Size, Terms, fit, size
from engine.sizing.inverse import size_inverse
from engine.sizing.kelly import Kelly, continuous, kelly
from engine.sizing.shrunk import shrunk

SIDES: st.SearchStrategy[Direction] = st.sampled_from(["long", "short"])
SHARES = st.integers(1, 1000).map(lambda n: D(n) / 10_000)
CAPS = st.none() | st.integers(1, 500).map(lambda n: D(n) / 100)


@st.composite
def all_terms(draw: st.DrawFn, costs: bool = True) -> Terms:
    direction = draw(SIDES)
    entry = D(draw(st.integers(100, 10_000_000))) / 100
    distance = entry * draw(st.integers(1, 900)) / 1000
    rates = st.integers(-5, 50).map(lambda n: D(n) / 10_000) if costs else st.just(D(0))
    return Terms(
        equity=D(draw(st.integers(1, 10_000_000))),
        risk_fraction=draw(SHARES),
        direction=direction,
        entry=entry,
        stop=entry - distance if direction == "long" else entry + distance,
        step=draw(st.sampled_from([D("0.001"), D("0.01"), D(1), D("0.3")])),
        fee_in=draw(rates),
        fee_out=draw(rates),
        slip=abs(draw(rates)),
        max_notional=draw(st.none() | st.integers(1, 10**7).map(D)),
        max_position=draw(CAPS),
        max_leverage=draw(CAPS),
        max_qty=draw(CAPS),
    )


def qty(answer: Size | Denial) -> D:
    """The quantity; a refusal for its smallness is nothing."""
    if isinstance(answer, Denial):
        assert answer.code in {"below_min_qty", "below_min_notional"}
        return D(0)
    return answer.qty


@given(all_terms(), SHARES)
def test_more_risk_never_gives_less(terms: Terms, more: D) -> None:
    riskier = msgspec.structs.replace(terms, risk_fraction=terms.risk_fraction + more)
    assert qty(size(riskier)) >= qty(size(terms))


@given(all_terms(costs=False), st.integers(1, 99))
def test_a_wider_stop_never_gives_more(terms: Terms, percent: int) -> None:
    further = (terms.stop - terms.entry) * percent / 1000
    wider = msgspec.structs.replace(terms, stop=terms.stop + further)
    assert wider.stop > 0
    assert qty(size(wider)) <= qty(size(terms))


@given(all_terms(), st.none() | st.integers(0, 10**9).map(lambda n: D(n) / 1000))
def test_no_size_is_above_a_cap_or_its_risk_or_off_its_step(terms: Terms, wanted: D | None) -> None:
    answer = size(terms) if wanted is None else fit(terms, wanted)
    if isinstance(answer, Denial):
        return
    notional = answer.qty * terms.entry
    slack = 1 + D("1e-30")
    assert terms.max_notional is None or notional <= terms.max_notional * slack
    assert terms.max_position is None or notional <= terms.max_position * terms.equity * slack
    assert terms.max_leverage is None or notional <= terms.max_leverage * terms.equity * slack
    assert terms.max_qty is None or answer.qty <= terms.max_qty
    assert answer.qty <= answer.qty_raw
    assert answer.qty % terms.step == 0
    if wanted is None:
        assert answer.risk <= terms.equity * terms.risk_fraction * slack


@given(all_terms(), st.integers(1, 1000))
def test_equity_and_prices_in_another_currency_give_the_same_size(terms: Terms, factor: int) -> None:
    scaled = msgspec.structs.replace(
        terms,
        equity=terms.equity * factor,
        entry=terms.entry * factor,
        stop=terms.stop * factor,
        max_notional=terms.max_notional and terms.max_notional * factor,
    )
    assert qty(size(scaled)) == qty(size(terms))


@given(all_terms(), st.integers(1, 20))
def test_more_equity_gives_as_much_more_before_rounding(terms: Terms, factor: int) -> None:
    fine = msgspec.structs.replace(terms, step=D("1e-12"), max_notional=None, max_qty=None)
    richer = msgspec.structs.replace(fine, equity=fine.equity * factor)
    assert abs(qty(size(richer)) - factor * qty(size(fine))) <= factor * D("1e-12")


@given(all_terms())
def test_half_the_ladder_is_at_most_the_whole(terms: Terms) -> None:
    assert qty(size(terms, D("0.5"))) <= qty(size(terms))


@given(all_terms(), st.integers(1, 1000))
def test_inverse_contracts_are_whole_and_within_their_risk(terms: Terms, contract: int) -> None:
    whole = msgspec.structs.replace(terms, step=D(1))
    answer = size_inverse(whole, D(contract))
    if isinstance(answer, Denial):
        assert answer.code == "below_min_qty"
        return
    slack = 1 + D("1e-30")
    assert answer.qty == int(answer.qty)
    assert answer.risk <= terms.equity * terms.risk_fraction * slack
    worth = terms.equity * terms.entry
    assert terms.max_leverage is None or answer.qty * contract <= terms.max_leverage * worth * slack


RATES = st.floats(0, 1)
MOVES = st.floats(0.001, 0.5)


@given(RATES, MOVES, MOVES, st.floats(0.05, 1), st.floats(0.1, 5))
def test_kelly_stays_under_its_cap_and_never_bets_on_a_loss(
    p: float, win: float, loss: float, fraction: float, cap: float
) -> None:
    answer = kelly(p, win, loss, fraction, cap)
    assert isinstance(answer, Kelly)
    assert 0 <= answer.used <= cap
    assert answer.growth >= -1e-12
    assert answer.used == 0 or answer.raw > 0


@given(st.floats(-0.1, 0.1), st.floats(0.001, 1), st.integers(1, 10_000), st.floats(0.1, 5))
def test_continuous_kelly_stays_within_its_cap(mean: float, sd: float, n: int, cap: float) -> None:
    answer = continuous(mean, sd, n, 1.0, cap)
    assert not isinstance(answer, Denial)
    assert 0 <= answer.used <= cap
    assert 0 <= answer.shrink <= 1


@given(st.integers(30, 500), st.floats(0.1, 10))
def test_a_better_record_never_bets_less(trades: int, ratio: float) -> None:
    for variant in ("beta", "wilson", "baker_mchale"):
        bets = [shrunk(wins, trades, ratio, variant) for wins in range(trades + 1)]
        assert all(isinstance(bet, float) for bet in bets)
        assert all(after >= before - 1e-12 for before, after in pairwise(b for b in bets if isinstance(b, float)))
