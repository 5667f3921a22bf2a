"""Who may do what, with the whole desk behind the bot: real core, real database, a market that stands still."""

import itertools
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import daemon
from bot.playground import Emulator
from bot.room import Room, open_room
from engine.clock import monotonic
from engine.control import Setting
from engine.feeds.paced import PacedFeed
from engine.feeds.synthetic import SyntheticSource
from engine.model.messages import Command
from engine.model.roles import Role
from engine.plan import Plan, StrategyPlan
from storage.db import Database, open_reading
from storage.recovery import read_steps
from strategies.base import parse_params, parse_spec
from tests.e2e.test_emulator_trouble import FROM_A_STRANGER

pytest_plugins = ["tests.e2e.emulator_fixture"]

ADMIN, TRADER, VIEWER, STRANGER = 1001, 1002, 1003, 4004
SYMBOLS = ("BTCUSDT", "ETHUSDT")
TABLES = ("step", "inbox", "outbox", "audit", "setting", "user", "intent", "message")
