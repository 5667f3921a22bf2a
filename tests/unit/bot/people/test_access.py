import pytest

from bot.people.access import Access
from engine.model.roles import Role
from tests.doubles.users import MemoryUsers


@pytest.mark.parametrize(
    ("user", "role"),
    [(1, Role.ADMIN), (2, Role.TRADER), (3, Role.VIEWER), (4, None), (5, None)],
    ids=["named admin", "whitelisted", "stored", "stored as no role", "stranger"],
)
async def test_a_role_comes_from_the_settings_or_from_storage(user: int, role: Role | None) -> None:
    access = Access([1], [1, 2, 4], MemoryUsers({1: Role.VIEWER, 3: Role.VIEWER, 4: 0}))
    assert await access.role(user) == role


async def test_without_named_admins_the_first_of_the_whitelist_is_the_admin() -> None:
    access = Access([], [7, 8], MemoryUsers())
    assert await access.people() == {7: Role.ADMIN, 8: Role.TRADER}
    assert await access.admins() == [7]


async def test_a_stored_role_wins_over_the_whitelist_at_once() -> None:
    users = MemoryUsers()
    access = Access([1], [2], users)
    await users.set_role(2, Role.VIEWER, 1, 0)
    assert await access.role(2) == Role.VIEWER
    await users.set_role(2, None, 1, 0)
    assert await access.role(2) == Role.TRADER


async def test_nobody_named_means_nobody_admitted() -> None:
    assert await Access([], [], MemoryUsers()).people() == {}
