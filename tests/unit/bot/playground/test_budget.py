import pytest

from bot.playground.budget import Budget
from bot.playground.errors import ApiError


@pytest.fixture
def budget() -> Budget:
    made = Budget()
    made.limit((3, 30.0))
    return made


def refused(budget: Budget, now: float, chat_id: int = 1) -> int:
    """Seconds to wait."""
    with pytest.raises(ApiError) as refusal:
        budget.spend(chat_id, now)
    assert refusal.value.code == 429
    return refusal.value.parameters["retry_after"]


def test_without_a_rate_nothing_is_refused_or_held_against_a_later_one() -> None:
    budget = Budget()
    for _ in range(1000):
        budget.spend(1, 0.0)
    budget.limit((1, 10.0))
    budget.spend(1, 0.0)
    assert refused(budget, 0.0) == 10
    budget.limit(None)
    for _ in range(1000):
        budget.spend(1, 0.0)
    assert budget.rate is None


def test_the_hit_above_the_rate_is_told_when_the_first_one_leaves_the_window(budget: Budget) -> None:
    for now in (100.0, 105.0, 110.5):
        budget.spend(1, now)
    # the refused try at 112 counts too, so two must leave: the second one left at 105 + 30 = 135
    assert refused(budget, 112.0) == 23
    budget.spend(1, 135.0)


def test_hammering_lengthens_the_ban(budget: Budget) -> None:
    for now in (0.0, 1.0, 2.0, 3.0, 4.0):
        if now < 3:
            budget.spend(1, now)
        else:
            refused(budget, now)
    assert refused(budget, 29.0) == 4  # until the try at 3 s has left: 3 + 30 = 33
    budget.spend(1, 33.0)


def test_each_chat_has_a_budget_of_its_own(budget: Budget) -> None:
    for _ in range(3):
        budget.spend(1, 0.0)
    assert refused(budget, 0.0) > 0
    budget.spend(2, 0.0)


def test_a_new_rate_starts_from_nothing_spent(budget: Budget) -> None:
    for _ in range(3):
        budget.spend(1, 0.0)
    budget.limit((1, 10.0))
    budget.spend(1, 0.0)
    assert refused(budget, 0.0) == 10
