from pathlib import Path

import msgspec
import numpy as np

from engine.feeds.cache.folder import Cache
from engine.feeds.cache.gaps import Asked, Stretch
from engine.feeds.cache.sheet import write
from engine.feeds.cache.survey import Damaged, Survey, surveys
from tests.unit.engine.feeds.cache.candles import START, sheet

MINUTE = 60_000


def test_a_survey_counts_candles_gaps_and_what_was_not_asked_for_twice(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    held = sheet(0, 1, 5, 6, 9)
    asked = (Asked(START, START + 6 * MINUTE, 2), Asked(START + 6 * MINUTE, START + 9 * MINUTE, 1))
    cache.put(msgspec.structs.replace(held, head=msgspec.structs.replace(held.head, asked=asked)))
    (found,) = surveys(cache)
    assert isinstance(found, Survey)
    extent = found.extent
    assert (extent.start, extent.end, extent.bars) == (START, START + 10 * MINUTE, 5)
    assert extent.gaps == (
        Stretch(START + 2 * MINUTE, START + 5 * MINUTE),
        Stretch(START + 7 * MINUTE, START + 9 * MINUTE),
    )
    assert (extent.missing, extent.unsettled) == (5, 2)
    assert found.size == found.place.path.stat().st_size


def test_a_candle_that_cannot_be_true_and_a_renamed_file_are_found(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    bad = sheet(0, 1, 2)
    bad.bars.high[1] = 1.0
    cache.put(bad)
    cache.put(sheet(0, 1, symbol="ETHUSDT"))
    ether = cache.place("files", "ETHUSDT", "1m").path
    ether.rename(cache.place("files", "XRPUSDT", "1m").path)
    write(cache.place("files", "ZUSDT", "1m").path, sheet(0, 1, symbol="ZUSDT"))
    said = [each.sentence.partition(": ")[2] for each in surveys(cache) if isinstance(each, Damaged)]
    assert said == ["candle 2 cannot be true, open or close lies outside of low to high.", "it was renamed."]
    assert len(list(surveys(cache))) == 3
    assert np.isfinite(bad.bars.high).all()
