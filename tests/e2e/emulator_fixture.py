"""A running emulator, and an unmodified aiogram Bot that talks to it.

A test module takes the fixtures with `pytest_plugins = ["tests.e2e.emulator_fixture"]`.
"""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.playground import Emulator, serve


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """An emulator on a free port of 127.0.0.1; the test fails where anybody strayed from the schema.

    A test that strays on purpose ends with `emulator.violations.clear()`.
    """
    async with serve() as running:
        yield running
        assert running.violations == []


@pytest.fixture
async def bot(emulator: Emulator) -> AsyncIterator[Bot]:
    """A Bot whose only difference to one at Telegram is the base URL."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(emulator.url))
    async with Bot(emulator.token, session=session) as running:
        yield running
