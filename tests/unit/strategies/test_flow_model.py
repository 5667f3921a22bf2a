"""The order-flow model: the printed example, each part of z, and silence where anything is not known."""

import msgspec
import numpy as np
import pytest

from engine.model.market import Bars, Flow, Scores, with_flow
from strategies.flow_model import Evidence, FlowModel, Params, evidence
from tests.series import bars_of

MODEL = FlowModel()
SIZE = 40


def bars(
    *,
    buy: float = 0.5,
    obi: float = 0.0,
    stacked: tuple[float, float] = (0.0, 0.0),
    volume: float = 100.0,
) -> Bars:
    """Closes that rise and fall by turns, `buy` of each volume bought, the rest the same on every bar."""
    close = np.where(np.arange(SIZE) % 2, 101.0, 100.0)
    plain = bars_of(
        close,
        "1m",
        high=close + 1.0,
        low=close - 1.0,
        volume=np.full(SIZE, volume),
        taker_buy=np.full(SIZE, buy * volume),
    )
    return with_flow(plain, Flow(*np.array([[*stacked, obi]] * SIZE).T))


def scored(of: Bars, params: Params | None = None) -> Scores:
    return MODEL.evaluate({"1m": of}, params or Params())


def last_reason(of: Bars) -> str:
    out = scored(of)
    name: str = out.reasons[out.reason[-1]]
    return name


def changed(of: Bars, name: str, row: int, value: float = np.nan) -> Bars:
    """One value of a column, of the bars or of their flow, replaced."""
    flow = of.flow()
    of_flow = name in Flow.__struct_fields__
    column = getattr(flow if of_flow else of, name).copy()
    column[row] = value
    if of_flow:
        return with_flow(of, msgspec.structs.replace(flow, **{name: column}))
    return msgspec.structs.replace(of, **{name: column})


def test_the_printed_example() -> None:
    """imb5 0.18, obi 0.4, stack +1, div 0: 0.45 x 0.6 + 0.1 + 0.15 = 0.52."""
    z = Evidence(*(np.array([value]) for value in (0.18, 0.4, 1.0, 0.0))).weighed()
    assert z[0] == pytest.approx(0.52)
    out = scored(bars(buy=0.59, obi=0.4, stacked=(3, 1)))
    assert (out.score[-1], out.confidence[-1]) == pytest.approx((52.0, 52.0))
    assert out.reasons[out.reason[-1]] == "flow_up"
    close = 100.0 + (SIZE - 1) % 2
    assert out.target_r == 1.5
    assert out.stop[-1] == pytest.approx(close - 1.5 * 2.0)  # each true range is 2: the ATR too
    assert out.target[-1] == pytest.approx(close + 1.5 * 1.5 * 2.0)


def test_the_mirrored_market_is_sold() -> None:
    out = scored(bars(buy=0.41, obi=-0.4, stacked=(1, 3)))
    assert out.score[-1] == pytest.approx(-52.0)
    assert out.reasons[out.reason[-1]] == "flow_down"
    assert out.stop[-1] > 101.0 > out.target[-1]


@pytest.mark.parametrize(
    ("buy", "obi", "stacked", "score"),
    [
        (0.65, -0.4, (0, 0), 35.0),  # 0.45 - 0.10: just enough
        (0.65, -0.41, (0, 0), 0.0),
        (0.95, 0.0, (0, 0), 45.0),  # a delta of 0.9 counts as 0.3
        (0.65, 1.0, (9, 2), 85.0),
        (0.65, 0.0, (3, 3), 45.0),  # both sides stacked: neither counts
        (0.65, 0.0, (2, 0), 45.0),  # two rows are not stacked
        (0.5, 1.0, (0, 0), 0.0),
    ],
)
def test_each_part_has_its_weight(buy: float, obi: float, stacked: tuple[float, float], score: float) -> None:
    assert scored(bars(buy=buy, obi=obi, stacked=stacked)).score[-1] == pytest.approx(score)


def test_a_divergence_at_the_last_two_swings_counts() -> None:
    """Closes fall to a lower low while buyers take over: bullish (the example of section 5.5, lengthened)."""
    close = np.array([9.0, 8, 6, 7, 8, 7, 5, 6, 7])
    cvd = np.array([5.0, 3, 1, 2, 4, 3, 2, 3, 4])
    delta = np.diff(cvd, prepend=0.0)
    of = bars_of(close, "1m", volume=np.full(9, 100.0), taker_buy=(100.0 + delta) / 2.0)
    zeros = with_flow(of, Flow(*np.zeros((3, 9))))
    assert evidence(zeros, "1m").divergence.tolist() == [0.0] * 8 + [1.0]
    # the delta of the last five bars is 4 - 2, of a volume of 500
    assert evidence(zeros, "1m").weighed()[-1] == pytest.approx(0.15 + 0.45 * (2 / 500) / 0.3)


def test_the_delta_of_five_bars_is_weighed() -> None:
    of = changed(bars(), "taker_buy", SIZE - 5, 100.0)
    assert evidence(of, "1m").imbalance[-2:].tolist() == [0.2, 0.2]
    assert evidence(changed(bars(), "taker_buy", SIZE - 6, 100.0), "1m").imbalance[-1] == 0.0


def test_bars_without_volume_have_no_imbalance() -> None:
    assert evidence(bars(volume=0.0), "1m").imbalance[-1] == 0.0


@pytest.mark.parametrize(
    ("name", "back"),
    [("obi", 1), ("stacked_buy", 1), ("stacked_sell", 5), ("taker_buy", 1), ("taker_buy", 5)],
)
def test_it_abstains_where_anything_is_not_known(name: str, back: int) -> None:
    whole = bars(buy=0.95, obi=1.0)
    assert scored(whole).score[-1] == pytest.approx(70.0)
    holed = changed(whole, name, SIZE - back)
    assert last_reason(holed) == "incomplete_flow"
    assert scored(holed).score[-1] == 0.0


def test_a_book_nobody_watched_earlier_does_not_matter() -> None:
    assert scored(changed(bars(buy=0.95), "obi", SIZE - 2)).score[-1] == pytest.approx(45.0)


def test_a_market_without_flow_is_not_scored() -> None:
    of = bars(buy=0.95, obi=1.0)
    plain = Bars(*(getattr(of, name) for name in Bars.__struct_fields__))
    assert last_reason(plain) == "incomplete_flow"
    assert not scored(plain).score.any()


def test_nothing_is_said_before_the_fifth_bar_and_without_an_atr() -> None:
    out = scored(bars(buy=0.95))
    assert {out.reasons[code] for code in out.reason[:14]} == {"warming_up"}
    assert out.score[14:].all()
    assert MODEL.first_bar(Params()) == 5


def test_a_live_window_holds_the_previous_day() -> None:
    assert MODEL.warmup(Params()) == 2_880
