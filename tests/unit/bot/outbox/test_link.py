from bot.outbox.link import Link, Outage
from engine.model.messages import Event, LinkDown, LinkUp


def test_the_engine_hears_once_that_it_broke_and_once_that_it_healed() -> None:
    heard: list[Event] = []
    times = iter(range(100, 1000, 100))
    link = Link(lambda: next(times), heard.append)
    for _ in range(4):
        link.broke("no answer")
    assert (link.up.is_set(), link.trouble) == (False, "no answer")
    for _ in range(2):
        link.works()
    assert heard == [LinkDown(200, "telegram", "no answer"), LinkUp(500, "telegram")]
    assert link.outages == [Outage(100, 500)]
    assert (link.up.is_set(), link.trouble) == (True, "")


def test_one_lost_answer_is_no_outage_for_the_engine() -> None:
    heard: list[Event] = []
    link = Link(lambda: 0, heard.append)
    link.broke("no answer")
    link.works()
    assert heard == []
