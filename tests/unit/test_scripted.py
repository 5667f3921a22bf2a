from engine.model.messages import CandleClosed
from tests.scripted import START, scripted, walk


def test_closes_become_candles_that_open_where_the_last_one_closed() -> None:
    assert walk([10.0, 12.0, 11.0], volume=3.0) == [
        (10.0, 10.0, 10.0, 10.0, 3.0),
        (10.0, 12.0, 10.0, 12.0, 3.0),
        (12.0, 12.0, 11.0, 11.0, 3.0),
    ]


def test_whole_candles_are_played_as_written() -> None:
    source = scripted({"A": [(1.0, 4.0, 0.5, 2.0, 9.0)]}, "5m")
    assert next(source.events()) == CandleClosed(START + 300_000, "A", "5m", START, 1.0, 4.0, 0.5, 2.0, 9.0)
