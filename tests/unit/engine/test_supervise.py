import asyncio
from collections.abc import Iterator

import pytest

from engine.model.messages import Event, LinkDown, LinkUp
from engine.supervise import Alive, Backoff, Link, Supervisor
from engine.venues.failures import VenueFailure


def test_waits_double_from_half_a_second_to_thirty_and_jitter_takes_at_most_half() -> None:
    longest, shortest = Backoff(jitter=lambda: 1.0), Backoff(jitter=lambda: 0.0)
    assert [longest.delay(n) for n in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert [shortest.delay(n) for n in (1, 2, 8, 5_000)] == [0.25, 0.5, 15, 15]


def test_a_link_says_once_that_it_broke_and_once_that_every_part_works_again() -> None:
    events: list[Event] = []
    link = Link("feed", events.append, lambda: 7)
    link.up("quotes")
    link.down("quotes", "closed")
    link.down("quotes", "refused")
    link.down("trades", "closed")
    link.up("quotes")
    assert not link.is_up
    link.up("trades")
    assert events == [LinkDown(7, "feed", "closed"), LinkUp(7, "feed")]


async def test_work_that_fails_is_done_again_after_longer_and_longer_waits_until_something_arrives() -> None:
    waits: list[float] = []
    script = iter(["fail", "fail", "arrive", "fail", "banned", "end"])

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def work(alive: Alive) -> None:
        match next(script):
            case "fail":
                raise VenueFailure("refused")
            case "banned":
                raise VenueFailure("too many requests", 60.0)
            case "arrive":
                alive()
                raise VenueFailure("closed")
            case _:
                raise asyncio.CancelledError

    supervisor = Supervisor(Link("feed", lambda event: None, lambda: 0), Backoff(jitter=lambda: 1.0), sleep)
    with pytest.raises(asyncio.CancelledError):
        await supervisor.keep("quotes", work)
    assert waits == [0.5, 1.0, 0.5, 1.0, 60.0]


async def test_failures_that_are_forgiven_are_not_said_until_there_are_too_many_in_a_row() -> None:
    events: list[Event] = []
    script = iter(["fail", "fail", "arrive", "fail", "fail", "fail", "arrive", "end"])

    async def sleep(seconds: float) -> None:
        pass

    async def work(alive: Alive) -> None:
        match next(script):
            case "end":
                raise asyncio.CancelledError
            case "arrive":
                alive()
            case step:
                raise VenueFailure(step)

    supervisor = Supervisor(Link("feed books", events.append, lambda: 7), Backoff(), sleep, forgiven=2)
    with pytest.raises(asyncio.CancelledError):
        await supervisor.keep("books", work)
    assert events == [LinkDown(7, "feed books", "fail"), LinkUp(7, "feed books")]


async def test_an_exchange_that_did_not_answer_is_asked_until_it_does_and_never_sooner_than_it_wants() -> None:
    waits: list[float] = []
    answers: Iterator[str | VenueFailure] = iter([VenueFailure("refused"), VenueFailure("banned", 120.0), "markets"])

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def ask() -> str:
        answer = next(answers)
        if isinstance(answer, VenueFailure):
            raise answer
        return answer

    supervisor = Supervisor(Link("exchange", lambda event: None, lambda: 0), Backoff(jitter=lambda: 1.0), sleep)
    assert await supervisor.outlast(ask, VenueFailure("too many requests", 60.0)) == "markets"
    assert waits == [60.0, 1.0, 120.0]


async def test_a_bug_is_not_taken_for_a_failure_of_the_venue() -> None:
    async def work(alive: Alive) -> None:
        raise ZeroDivisionError

    supervisor = Supervisor(Link("feed", lambda event: None, lambda: 0), Backoff(), asyncio.sleep)
    with pytest.raises(ZeroDivisionError):
        await supervisor.keep("quotes", work)
