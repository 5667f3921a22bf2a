import re

import pytest

from bot.dialogue.intents import Intent, Intents, Void
from engine.model.commands import CloseAll, Resume
from engine.model.roles import Role

USER, OTHER = 1001, 1002


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def intents(clock: Clock) -> Intents:
    return Intents("run 1", clock)


def opened(intents: Intents) -> Intent[str]:
    return intents.open(CloseAll(), "3 positions", USER, USER, Role.TRADER)


def code(answer: object) -> str:
    assert isinstance(answer, Void)
    return answer.code


def test_an_intent_is_handed_out_once_with_what_was_shown(intents: Intents) -> None:
    intent = opened(intents)
    assert intents.take(intent.id, USER, USER, Role.TRADER) == intent
    assert code(intents.take(intent.id, USER, USER, Role.TRADER)) == "used"
    assert (intent.snapshot, intent.run) == ("3 positions", "run 1")


def test_an_intent_expires_after_sixty_seconds(intents: Intents, clock: Clock) -> None:
    first, second = opened(intents), opened(intents)
    clock.now += 59.9
    assert intents.take(first.id, USER, USER, Role.TRADER) == first
    clock.now += 0.1
    assert code(intents.take(second.id, USER, USER, Role.TRADER)) == "expired"


def test_a_button_that_is_old_by_telegrams_clock_is_void_whatever_our_own_says(intents: Intents) -> None:
    first, second, undo = (
        opened(intents),
        opened(intents),
        intents.open(Resume(), "", USER, USER, Role.TRADER, undo=True),
    )
    assert intents.take(first.id, USER, USER, Role.TRADER, age_s=61.0) == first, "dates are whole seconds"
    assert code(intents.take(second.id, USER, USER, Role.TRADER, age_s=10_800.0)) == "expired"
    assert code(intents.take(second.id, USER, USER, Role.TRADER)) == "expired"
    assert code(intents.take(undo.id, USER, USER, Role.TRADER, age_s=31.5)) == "expired"


def test_somebody_else_can_neither_take_nor_cancel_nor_spoil_it(intents: Intents) -> None:
    intent = opened(intents)
    assert code(intents.take(intent.id, OTHER, OTHER, Role.ADMIN)) == "not_yours"
    assert code(intents.take(intent.id, USER, OTHER, Role.ADMIN)) == "not_yours"
    assert code(intents.cancel(intent.id, OTHER, OTHER)) == "not_yours"
    assert intents.take(intent.id, USER, USER, Role.TRADER) == intent


def test_a_cancelled_intent_stays_cancelled_and_a_used_one_used(intents: Intents) -> None:
    first, second = opened(intents), opened(intents)
    assert intents.cancel(first.id, USER, USER) is None
    assert code(intents.take(first.id, USER, USER, Role.TRADER)) == "cancelled"
    intents.take(second.id, USER, USER, Role.TRADER)
    assert code(intents.cancel(second.id, USER, USER)) == "used"


def test_who_lost_the_role_in_between_cannot_confirm(intents: Intents) -> None:
    intent = opened(intents)
    assert code(intents.take(intent.id, USER, USER, Role.VIEWER)) == "role"


def test_after_a_restart_every_button_is_void(intents: Intents) -> None:
    intent = opened(intents)
    assert code(Intents("run 2").take(intent.id, USER, USER, Role.TRADER)) == "unknown"


def test_while_held_only_what_takes_risk_away_is_handed_out(intents: Intents) -> None:
    close, resume = opened(intents), intents.open(Resume(), "", USER, USER, Role.TRADER)
    intents.hold = "Somebody shares our token."
    assert intents.take(close.id, USER, USER, Role.TRADER) == close
    assert intents.take(resume.id, USER, USER, Role.TRADER) == Void("held", "Somebody shares our token.")


def test_ids_fit_into_a_button_and_codes_are_short_and_different(intents: Intents) -> None:
    made = [opened(intents) for _ in range(200)]
    assert all(re.fullmatch(r"[A-Z2-7]{24}", intent.id) for intent in made)
    assert all(re.fullmatch(r"#[0-9A-Z]{3}", intent.code) for intent in made)
    assert len({intent.code for intent in made}) == len({intent.id for intent in made}) == 200


def test_what_is_long_over_is_forgotten(intents: Intents, clock: Clock) -> None:
    intent = opened(intents)
    clock.now += 661
    opened(intents)
    assert intents.state(intent.id) is None
    assert code(intents.take(intent.id, USER, USER, Role.TRADER)) == "expired"
    cancelled = intents.cancel(intent.id, USER, USER)
    assert cancelled is not None
    assert "restart" not in cancelled.text
