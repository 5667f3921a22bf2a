import asyncio

import pytest

from bot.playground.clock import Clock
from bot.playground.errors import ApiError, LinkCut
from bot.playground.updates import UpdateQueue

DAY = 86_400


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> UpdateQueue:
    return UpdateQueue(clock)


def ids(updates: list[dict[str, object]]) -> list[int]:
    found = [update["update_id"] for update in updates]
    return [one for one in found if isinstance(one, int)]


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(queue: UpdateQueue) -> None:
    for text in "abc":
        queue.add("message", {"text": text})
    first, second, third = ids(await queue.poll(0, 100, 0))
    assert (second, third) == (first + 1, first + 2)
    assert ids(await queue.poll(0, 100, 0)) == [first, second, third]
    assert ids(await queue.poll(second, 100, 0)) == [second, third]
    assert ids(await queue.poll(0, 100, 0)) == [second, third]
    assert await queue.poll(third + 1, 100, 0) == []
    assert queue.pending() == 0


async def test_the_limit_holds_back_the_newer_ones(queue: UpdateQueue) -> None:
    for _ in range(3):
        queue.add("message", {})
    everything = ids(await queue.poll(0, 100, 0))
    assert ids(await queue.poll(0, 2, 0)) == everything[:2]
    assert ids(await queue.poll(0, 0, 0)) == everything[:1]


async def test_a_negative_offset_keeps_only_the_last(queue: UpdateQueue) -> None:
    for _ in range(3):
        queue.add("message", {})
    everything = ids(await queue.poll(0, 100, 0))
    assert ids(await queue.poll(-1, 100, 0)) == everything[-1:]
    assert queue.pending() == 1


@pytest.mark.parametrize(("kind", "lifetime"), [("message", DAY), ("my_chat_member", DAY), ("callback_query", 150)])
async def test_what_nobody_fetches_expires(queue: UpdateQueue, clock: Clock, kind: str, lifetime: int) -> None:
    queue.add(kind, {})
    clock.skew = lifetime - 1
    assert len(await queue.poll(0, 100, 0)) == 1
    clock.skew = lifetime + 1
    assert await queue.poll(0, 100, 0) == []


async def test_the_filter_stays_until_another_is_named_and_spares_what_waits(queue: UpdateQueue) -> None:
    queue.add("inline_query", {})
    queue.allow(["message"])
    queue.add("callback_query", {})
    queue.add("message", {})
    assert [sorted(update)[0] for update in await queue.poll(0, 100, 0)] == ["inline_query", "message"]
    queue.allow([])
    queue.add("callback_query", {})
    queue.add("message_reaction", {})
    assert sorted((await queue.poll(0, 100, 0))[-1])[0] == "callback_query"


async def test_an_open_poll_answers_as_soon_as_something_comes(queue: UpdateQueue) -> None:
    poll = asyncio.create_task(queue.poll(0, 100, 50))
    await asyncio.sleep(0)
    assert queue.polling
    queue.add("message", {"text": "now"})
    assert len(await poll) == 1
    assert not queue.polling


async def test_the_older_of_two_polls_gets_the_conflict(queue: UpdateQueue) -> None:
    older = asyncio.create_task(queue.poll(0, 100, 50))
    await asyncio.sleep(0)
    newer = asyncio.create_task(queue.poll(0, 100, 50))
    with pytest.raises(ApiError, match="terminated by other getUpdates request") as conflict:
        await older
    assert conflict.value.code == 409
    queue.add("message", {})
    assert len(await newer) == 1


async def test_a_poll_ends_without_an_answer_when_the_line_is_cut(queue: UpdateQueue) -> None:
    poll = asyncio.create_task(queue.poll(0, 100, 50))
    await asyncio.sleep(0)
    queue.end_poll(LinkCut())
    with pytest.raises(LinkCut):
        await poll


async def test_after_a_quiet_week_ids_start_anywhere(queue: UpdateQueue, clock: Clock) -> None:
    queue.add("message", {})
    (before,) = ids(await queue.poll(0, 100, 0))
    clock.skew = 8 * DAY
    queue.add("message", {})
    (after,) = ids(await queue.poll(0, 100, 0))
    assert after != before + 1


async def test_dropping_leaves_nothing(queue: UpdateQueue) -> None:
    queue.add("message", {})
    queue.drop()
    assert queue.pending() == 0
