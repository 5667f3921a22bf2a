import numpy as np
import pytest

from engine.feeds.cache.gaps import Asked, Stretch, count, inner, lacking, noted, unsettled, windows


def test_gaps_are_the_stretches_between_held_candles() -> None:
    ts = np.array([20, 30, 60])
    assert inner(ts, 10) == [Stretch(40, 60)]
    assert lacking(ts, 10, 0, 100) == [Stretch(0, 20), Stretch(40, 60), Stretch(70, 100)]
    assert lacking(ts, 10, 30, 40) == []
    assert lacking(ts, 10, 40, 50) == [Stretch(40, 50)]
    assert lacking(np.empty(0, np.int64), 10, 0, 20) == [Stretch(0, 20)]
    assert inner(np.empty(0, np.int64), 10) == []
    assert count([Stretch(0, 20), Stretch(40, 60)], 10) == 4


@pytest.mark.parametrize(
    ("before", "start", "stop", "after"),
    [
        ((), 10, 20, (Asked(10, 20, 1),)),
        ((Asked(10, 20, 1),), 10, 20, (Asked(10, 20, 2),)),
        ((Asked(10, 20, 2),), 0, 30, (Asked(0, 10, 1), Asked(10, 20, 2), Asked(20, 30, 1))),
        ((Asked(0, 20, 1),), 10, 30, (Asked(0, 10, 1), Asked(10, 20, 2), Asked(20, 30, 1))),
        ((Asked(0, 10, 1),), 10, 20, (Asked(0, 20, 1),)),
        ((Asked(0, 10, 1),), 20, 30, (Asked(0, 10, 1), Asked(20, 30, 1))),
    ],
)
def test_one_more_download_counts_where_it_asked(
    before: tuple[Asked, ...], start: int, stop: int, after: tuple[Asked, ...]
) -> None:
    assert noted(before, start, stop) == after


def test_what_two_downloads_asked_for_in_vain_is_not_asked_for_again() -> None:
    asked = (Asked(0, 20, 1), Asked(20, 40, 2), Asked(60, 70, 2))
    wanted = [Stretch(10, 30), Stretch(30, 40), Stretch(50, 100)]
    assert list(unsettled(wanted, asked)) == [Stretch(10, 20), Stretch(50, 60), Stretch(70, 100)]


def test_gaps_that_lie_close_together_are_asked_for_in_one_request() -> None:
    gaps = [Stretch(0, 10), Stretch(40, 50), Stretch(90, 100), Stretch(300, 900), Stretch(910, 920)]
    assert list(windows(gaps, 100)) == [Stretch(0, 100), Stretch(300, 900), Stretch(910, 920)]
    assert list(windows([], 100)) == []
