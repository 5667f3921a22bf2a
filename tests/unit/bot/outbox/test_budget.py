from itertools import pairwise

from bot.outbox.budget import Budget


def spent(budget: Budget, count: int, chat: int, start: float, *, answer: bool) -> list[float]:
    """When each of `count` messages went out, sending as early as the budget lets."""
    now, times = start, []
    for _ in range(count):
        now += budget.wait(chat, now, answer=answer)
        budget.spend(chat, now, answer=answer)
        times.append(now)
    return times


def test_a_conversation_is_not_slowed_down() -> None:
    assert spent(Budget(), 8, 1, 0.0, answer=True) == [0.0] * 8


def test_a_conversation_goes_on_at_one_a_second_and_long_term_at_twenty_a_minute() -> None:
    times = spent(Budget(), 200, 1, 0.0, answer=True)
    assert times[8:11] == [1.0, 2.0, 3.0]
    assert times[50] - times[49] == 1.0, "one press a second for most of a minute is prompt"
    assert 2.9 < times[-1] - times[-2] < 3.1


def test_after_the_burst_alerts_go_out_at_one_a_second_and_then_twenty_a_minute() -> None:
    times = spent(Budget(), 60, 1, 0.0, answer=False)
    assert times[5:8] == [1.0, 2.0, 3.0]
    assert 2.9 < times[-1] - times[-2] < 3.1


def test_alerts_leave_room_for_an_answer() -> None:
    budget = Budget()
    times = spent(budget, 40, 1, 0.0, answer=False)
    assert budget.wait(1, times[-1], answer=False) > 0
    assert budget.wait(1, times[-1], answer=True) == 0


def test_alerts_pay_back_what_answers_overdrew_and_still_go_out_every_ten_seconds() -> None:
    budget = Budget()
    talked = spent(budget, 120, 1, 0.0, answer=True)
    times = spent(budget, 60, 1, talked[-1], answer=False)
    assert [round(after - before, 3) for before, after in pairwise(times[1:11])] == [10.0] * 9
    assert 2.9 < times[-1] - times[-2] < 3.1
    assert (120 + 60) / (times[-1] / 60) < 22, "twenty a minute, and the burst at the beginning"


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
