"""kill -9 while a series is being stored: the file is the one before or the new one, never half of either."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.feeds.cache.folder import Cache
from tests.conftest import ROOT

pytestmark = pytest.mark.kill

STORING = """
import sys
from pathlib import Path
from engine.feeds.cache.folder import Cache
from tests.unit.engine.feeds.cache.candles import sheet
cache = Cache(Path(sys.argv[1]))
sheets = [sheet(*range(count)) for count in (20_000, 30_000)]
cache.put(sheets[0])
print("ready", flush=True)
while True:
    for each in sheets:
        cache.put(each)
"""


def test_a_series_is_whole_whenever_its_writer_is_killed(tmp_path: Path) -> None:
    cache, moments, half = Cache(tmp_path), random.Random(11), 0
    for _ in range(40):
        process = subprocess.Popen([sys.executable, "-c", STORING, tmp_path], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.random() / 10)
        process.kill()
        assert process.wait(timeout=10) == -signal.SIGKILL
        process.stdout.close()
        (place,) = cache.places()
        stored = cache.get(place)
        assert stored is not None
        assert len(stored.bars) in (20_000, 30_000)
        half += len(list(place.path.parent.iterdir())) - 1
        if half == 3:
            return
    raise AssertionError("few kills met a write; the test has to kill at other moments")
