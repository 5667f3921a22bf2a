from bot.budget import Budget


def spent(budget: Budget, count: int, chat: int, start: float, *, answer: bool) -> list[float]:
    """When each of `count` messages went out, sending as early as the budget lets."""
    now, times = start, []
    for _ in range(count):
        now += budget.wait(chat, now, answer=answer)
        budget.spend(chat, now)
        times.append(now)
    return times


def test_a_conversation_is_not_slowed_down() -> None:
    assert spent(Budget(), 8, 1, 0.0, answer=True) == [0.0] * 8


def test_after_the_burst_it_is_one_a_second_and_then_twenty_a_minute() -> None:
    times = spent(Budget(), 60, 1, 0.0, answer=True)
    assert times[8:11] == [1.0, 2.0, 3.0]
    assert 2.9 < times[-1] - times[-2] < 3.1


def test_alerts_leave_room_for_an_answer() -> None:
    budget = Budget()
    times = spent(budget, 40, 1, 0.0, answer=False)
    assert budget.wait(1, times[-1], answer=False) > 0
    assert budget.wait(1, times[-1], answer=True) == 0


def test_a_pause_holds_one_chat_only() -> None:
    budget = Budget()
    budget.pause(1, until=17.0)
    assert budget.wait(1, 0.0, answer=True) == 17.0
    assert budget.wait(2, 0.0, answer=True) == 0


def test_without_limits_only_a_pause_holds_a_chat() -> None:
    budget = Budget()
    budget.limited = False
    budget.pause(2, until=17.0)
    assert spent(budget, 60, 1, 0.0, answer=False) == [0.0] * 60
    assert budget.wait(2, 0.0, answer=True) == 17.0
