"""The routers as the dispatcher runs them, and an admin in front of them."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher, Router

from bot.dialogue import registry
from tests.unit.bot.commands.person import Person


@pytest.fixture
async def dispatcher() -> AsyncIterator[Dispatcher]:
    made = Dispatcher(disable_fsm=True)
    routers = registry.routers()
    for router in routers:
        _free(router)
        made.include_router(router)
    yield made
    for router in routers:
        _free(router)


def _free(router: Router) -> None:
    """The routers live as long as the process; each dispatcher takes them over."""
    if router.parent_router is not None:
        router.parent_router.sub_routers.remove(router)
        router._parent_router = None


@pytest.fixture
async def bot() -> Bot:
    return Bot("42:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")


@pytest.fixture
def admin(dispatcher: Dispatcher, bot: Bot) -> Person:
    return Person(dispatcher, bot)
