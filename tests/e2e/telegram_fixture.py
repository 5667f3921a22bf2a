"""A phone: the Telegram part against a running emulator.

A test module takes the fixtures with `pytest_plugins = ["tests.e2e.emulator_fixture", "tests.e2e.telegram_fixture"]`.
"""

from collections.abc import AsyncIterator

import pytest

from bot.playground import Emulator
from tests.e2e.phone import Phone


@pytest.fixture
async def phone(emulator: Emulator) -> AsyncIterator[Phone]:
    """Not started yet, so that a test can make the weather first."""
    made = Phone(emulator)
    yield made
    await made.stop()
