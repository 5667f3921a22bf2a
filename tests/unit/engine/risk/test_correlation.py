import numpy as np
import pytest

from engine.model.market import Floats
from engine.risk.correlation import UNKNOWN, correlations, log_returns
from engine.risk.drawdown import Drawdown, drawdown
from tests.printed import near

DAYS, NAMES = 200, ("a", "b", "c", "d", "e", "f")


def history() -> Floats:
    """Six assets over 200 days: b misses days here and there, c began 45 days ago, d 20 days ago, e stands still."""
    i = np.arange(DAYS)[:, None]
    found = np.sin(i**2 * np.array([1.0, 1.3, 0.7, 2.1, 0.0, 0.9])) / 40 + np.sin(i * i) / 30
    found[:, 4] = 0.001
    found[::7, 1] = np.nan
    found[:155, 2] = np.nan
    found[:180, 3] = np.nan
    return np.asarray(found)


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("a", "c"), ("b", "c"), ("a", "f"), ("f", "b")])
def test_each_pair_is_correlated_over_its_own_last_90_common_days(one: str, other: str) -> None:
    returns = history()
    x, y = returns[:, NAMES.index(one)], returns[:, NAMES.index(other)]
    both = np.isfinite(x) & np.isfinite(y)
    expected = float(np.corrcoef(x[both][-90:], y[both][-90:])[0, 1])
    matrix = correlations(NAMES, returns).among((one, other))
    assert matrix[0, 1] == near(expected)
    assert matrix[1, 0] == matrix[0, 1]
    assert -1 < expected < 1


def test_a_gap_before_the_last_90_days_changes_nothing() -> None:
    whole = history()[:, [0, 4, 5]]
    expected = np.corrcoef(whole[-90:, 0], whole[-90:, 2])[0, 1]
    matrix = correlations("aef", whole).matrix
    assert matrix[0, 2] == near(float(expected))
    assert (matrix[1, 0], matrix[1, 2]) == (1, 1)
    gapped = whole.copy()
    gapped[3, 1] = np.nan
    assert correlations("aef", gapped).matrix.tolist() == matrix.tolist()
    gapped[-1, 1] = np.nan
    after = correlations("aef", gapped).matrix
    assert after[0, 2] == matrix[0, 2]
    # What stands still moves as one with everything, days missing or not.
    assert (after[1, 0], after[1, 2]) == (1, 1)
    # A day that nobody has is no day: the 90 before it count.
    closed = np.insert(whole, 150, np.nan, axis=0)
    assert correlations("aef", closed).matrix.tolist() == matrix.tolist()
    assert correlations("aef", whole[:29]).matrix.tolist() == np.ones((3, 3)).tolist()
    assert correlations("", np.empty((200, 0))).matrix.shape == (0, 0)


def test_too_short_or_motionless_or_unknown_histories_move_as_one() -> None:
    matrix = correlations(NAMES, history()).among(("a", "d", "e", "x"))
    off_diagonal = matrix[~np.eye(4, dtype=bool)]
    assert off_diagonal.tolist() == [1.0] * 12
    assert np.diag(matrix).tolist() == [1.0] * 4


def test_30_common_days_are_enough() -> None:
    returns = history()[:, [0, 5]]
    returns[:170, 0] = np.nan
    assert correlations("af", returns).matrix[0, 1] < 0.999
    returns[170, 0] = np.nan
    assert correlations("af", returns).matrix[0, 1] == 1


def test_what_is_the_same_or_the_opposite_is_exactly_so_at_most() -> None:
    x = history()[:, 0]
    matrix = correlations("xyz", np.column_stack([x, 3 * x, -x])).matrix
    assert matrix[0, 1] == near(1)
    assert matrix[0, 2] == near(-1)
    assert np.abs(matrix).max() <= 1


@pytest.mark.parametrize("scale", [1e-14, 1e14])
def test_the_unit_of_a_return_is_no_matter(scale: float) -> None:
    """Of all, and of one among others; with gaps and without."""
    returns = history()
    expected = correlations(NAMES, returns).matrix
    for columns in ([0, 1, 2, 3, 4, 5], [0], [1], [5]):
        scaled = returns.copy()
        scaled[:, columns] *= scale
        assert correlations(NAMES, scaled).matrix == pytest.approx(expected, rel=1e-9)


def test_a_price_that_never_moved_at_all_moves_as_one_with_everything() -> None:
    returns = history()
    returns[:, 4] = 0.0
    assert correlations(NAMES, returns).among(("a", "b", "e"))[2].tolist() == [1, 1, 1]


def test_a_gap_early_in_the_last_90_days_is_one() -> None:
    # 120 days, b misses the 50th: the pair counts its 90 common days up to the end, from the 30th on.
    returns = np.column_stack([history()[:120, 0], history()[:120, 5]])
    returns[50, 1] = np.nan
    there = np.isfinite(returns).all(axis=1)
    expected = np.corrcoef(returns[there][-90:].T)[0, 1]
    assert correlations("ab", returns).matrix[0, 1] == near(float(expected))


def test_no_correlation_is_above_one_however_it_is_rounded() -> None:
    i = np.arange(90)
    tops = []
    for seed in range(1, 200):
        x = np.sin(i * i * seed) / 30
        matrix = correlations("xyz", np.column_stack([x, x * seed / 7, -x / seed])).matrix
        tops.append((float(matrix.max()), float(matrix.min())))
    assert max(top for top, _ in tops) <= 1
    assert min(low for _, low in tops) >= -1


def test_before_there_is_history_everything_moves_as_one() -> None:
    assert UNKNOWN.among(("a", "b")).tolist() == [[1, 1], [1, 1]]
    assert UNKNOWN.among(()).shape == (0, 0)


def test_log_returns_miss_a_day_where_a_close_does() -> None:
    found = log_returns(np.array([[100.0, 1.0], [110.0, np.nan], [121.0, 2.0], [121.0, 0.0]]))
    assert found[:, 0].tolist() == [near(0.0953101798043249), near(0.0953101798043249), 0]
    assert np.isnan(found[:, 1]).all()
    # ln 2, of prices below 1.
    assert log_returns(np.array([[0.25], [0.5]])).tolist() == [[near(0.6931471805599453)]]


CURVE = np.array([8400.0, 8550, 8300, 8120, 8600, 8450, 8910])


def found(values: list[float]) -> Drawdown:
    answer = drawdown(np.array(values, float))
    assert answer is not None
    return answer


def test_the_deepest_fall_by_the_printed_numbers() -> None:
    answer = found(CURVE.tolist())
    assert answer.series == pytest.approx((0, 0, 0.0292398, 0.0502924, 0, 0.0174419, 0), abs=5e-8)
    assert answer.deepest == near(0.05029239766)
    assert (answer.peak, answer.trough, answer.recovery) == (1, 3, 4)
    assert answer.ulcer == near(0.02295494867)


def test_a_curve_that_never_falls_has_none() -> None:
    answer = found([1, 1, 2, 3])
    assert (answer.deepest, answer.peak, answer.trough, answer.recovery, answer.ulcer) == (0, 0, 0, 0, 0)


def test_of_equal_falls_and_peaks_the_first_counts() -> None:
    answer = found([8, 10, 10, 5, 10, 5])
    assert (answer.peak, answer.trough, answer.recovery) == (1, 3, 4)


def test_a_fall_that_goes_on_has_no_recovery() -> None:
    assert found([10, 5, 9.99]).recovery is None
    assert found([10, 0]).deepest == 1
    assert found([0.5, 0.25]).deepest == 0.5


@pytest.mark.parametrize("values", [[], [0, 1], [-1, 1], [1, float("nan")], [1, float("inf")]])
def test_a_curve_that_is_none_has_no_numbers(values: list[float]) -> None:
    assert drawdown(np.array(values)) is None
