"""What all tests share: Hypothesis profiles and the recorded market data, where there is some."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], Path | None]:
    """Where a file of recorded market data lies, or None when this machine has none.

    The data lies in $POCKETDESK_DATA, else in `../shared/data` beside the checkout, never in the repository.
    """
    folder = Path(os.environ.get("POCKETDESK_DATA") or ROOT.parent / "shared" / "data")

    def find(path: str) -> Path | None:
        found = folder / path
        return found if found.exists() else None

    return find
