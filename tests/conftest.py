"""What all tests share: Hypothesis profiles and market data, recorded where there is some."""

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.stand_in import Recorded, stand_in

settings.register_profile("dev", deadline=None)
settings.register_profile(
    "ci",
    max_examples=60,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("dev")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that starts the suite in the background has it ignore Ctrl-C, and all it starts would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Programs that tests start run the sources, whatever `make compiled` has left here.
os.environ["POCKETDESK_CORE"] = "plain"

ROOT = Path(__file__).parents[1]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Millions of things are made while tests are collected, and all stay: nobody need look for garbage among them."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Where a file of recorded market data lies, or a stand-in of the same name when this machine has none.

    The data lies in $POCKETDESK_DATA, else in `../shared/data` beside the checkout, never in the repository.
    """
    folder = Path(os.environ.get("POCKETDESK_DATA") or ROOT.parent / "shared" / "data")

    made = tmp_path_factory.mktemp("stand-in")

    def find(path: str) -> Path:
        found = folder / path
        return found if found.exists() else stand_in(made, path)

    return find
