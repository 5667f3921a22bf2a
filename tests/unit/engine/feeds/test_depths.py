"""Two sums of a book, as old as its last change."""

import pytest

from engine.feeds.depths import Depths
from engine.model.messages import Depth
from engine.venues.api import Book

NOW = 1_700_006_460_000


class Clock:
    now = NOW

    def __call__(self) -> int:
        return self.now


def book(bids: list[list[float]], asks: list[list[float]], nonce: int | None = None) -> Book:
    return {"bids": bids, "asks": asks, "nonce": nonce, "timestamp": None}


def test_levels_within_a_thousandth_of_the_middle_are_summed_in_base_units() -> None:
    """2480.1 and 2480.3: middle 2480.2, so 2477.7198 to 2482.6802. Contracts of 0.1; some books count orders too."""
    depths = Depths(Clock())
    bids, asks = (
        [[2480.1, 4.0, 2], [2477.72, 1.5, 1], [2477.71, 90.0, 1]],
        [[2480.3, 2.0], [2482.68, 0.2], [2483.0, 9.0]],
    )
    depths.seen("ETH", book(bids, asks), 0.1)
    assert depths.of("ETH") == Depth(NOW, 0.55, 0.22)
    assert depths.of("BTC") is None
    assert depths.top("ETH") == {"bid": 2480.1, "ask": 2480.3, "bidVolume": 4.0, "askVolume": 2.0}
    depths.forget()
    assert depths.of("ETH") is None


@pytest.mark.parametrize(
    ("bids", "asks"),
    [([], [[100.0, 1.0]]), ([[100.0, 1.0]], []), ([[100.0, 1.0]], [[100.0, 1.0]]), ([[2.0, 1.0]], [[1.0, 1.0]])],
)
def test_a_book_that_is_crossed_or_one_sided_is_not_known(bids: list[list[float]], asks: list[list[float]]) -> None:
    depths = Depths(Clock())
    depths.seen("ETH", book(bids, asks))
    assert depths.of("ETH") is None


def test_a_book_is_as_old_as_its_last_change_and_one_made_anew_is_new() -> None:
    clock = Clock()
    depths, found = Depths(clock), book([[99.0, 1.0]], [[99.1, 1.0]])

    def age() -> int:
        depths.seen("ETH", found)
        depth = depths.of("ETH")
        assert depth is not None
        return clock.now - depth.at

    assert age() == 0
    clock.now += 700
    assert age() == 700
    found["bids"][0][1] = 2.0
    assert age() == 0
    clock.now += 700
    found["nonce"] = 8
    assert age() == 0
    clock.now += 700
    found = book([[99.0, 2.0]], [[99.1, 1.0]], 8)
    assert age() == 0
