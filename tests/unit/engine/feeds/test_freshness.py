from engine.feeds.freshness import Freshness


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def _connected(clock: _Clock, *more: str) -> Freshness:
    freshness = Freshness(clock)
    for stream in ("trades", "candles", "quotes", *more):
        freshness.watch(stream)
        freshness.seen(stream)
    return freshness


def test_quotes_are_stale_after_five_seconds_of_silence() -> None:
    clock = _Clock()
    freshness = _connected(clock)
    clock.now += 5.0
    assert freshness.stale() == []
    clock.now += 0.1
    assert freshness.stale() == ["quotes"]


def test_trades_are_stale_after_ten_seconds_only_when_something_else_told_of_a_trade() -> None:
    clock = _Clock()
    freshness = _connected(clock)
    clock.now += 11.0
    freshness.seen("quotes")
    assert freshness.stale() == []
    freshness.doubt("trades")
    assert freshness.stale() == ["trades"]
    freshness.seen("trades")
    clock.now += 4.0
    assert freshness.stale() == []


def test_books_are_stale_after_ten_seconds_in_which_a_quote_moved() -> None:
    clock = _Clock()
    freshness = _connected(clock, "books")
    clock.now += 10.1
    freshness.seen("quotes")
    assert freshness.stale() == []
    freshness.doubt("books")
    assert freshness.stale() == ["books"]


def test_when_the_quotes_have_died_silent_trades_and_candles_are_stale_too() -> None:
    clock = _Clock()
    freshness = _connected(clock)
    clock.now += 10.1
    assert sorted(freshness.stale()) == ["candles", "quotes", "trades"]


def test_nothing_is_expected_of_a_stream_that_is_not_connected() -> None:
    clock = _Clock()
    freshness = _connected(clock)
    freshness.lost("quotes")
    clock.now += 60.0
    assert freshness.stale() == []
