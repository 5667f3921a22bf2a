from datetime import UTC

import pytest

from bot.outbox.body import body, encode
from bot.outbox.parcels import Parcel, Waiting, late, pack, sift
from engine.ports import OutboxRow, Outgoing

NOW = 1_700_000_000_000
MINUTE_MS = 60_000


def row(
    number: int,
    lane: str,
    text: str = "",
    *,
    age_ms: int = 0,
    key: str | None = None,
    silent: bool = False,
    not_after: int | None = None,
    card: str | None = None,
) -> OutboxRow:
    content = encode(body(text or f"text {number}"))
    item = Outgoing(lane, 1, content, NOW - age_ms, key=key, reply_to=card, silent=silent, not_after=not_after)
    return OutboxRow(number, item, 0, 0)


def next_of(*rows: OutboxRow, known: dict[str, int] | None = None) -> Parcel:
    waiting, _ = sift(rows, NOW)
    found = [Waiting(one.row, one.turn, one.silent, (known or {}).get(one.row.item.key or "")) for one in waiting]
    parcel = pack(found, NOW, UTC)
    assert parcel
    return parcel


def numbers(parcel: Parcel) -> list[int]:
    return [one.id for one in parcel.rows]


def test_lanes_go_in_their_order_and_each_by_age() -> None:
    rows = [row(1, "live"), row(2, "report"), row(3, "reply"), row(4, "trade"), row(5, "critical"), row(6, "critical")]
    order = []
    while rows:
        order += numbers(next_of(*rows))
        rows = [one for one in rows if one.id not in order]
    assert order == [5, 6, 4, 3, 2, 1]


def test_an_answer_that_has_waited_goes_before_trade_alerts_but_not_before_critical_ones() -> None:
    waited = row(3, "reply", age_ms=301)
    assert numbers(next_of(row(1, "trade", age_ms=900), waited)) == [3]
    assert numbers(next_of(row(1, "critical"), waited)) == [1]


def test_a_report_waits_for_a_few_alerts_and_not_for_ever() -> None:
    busy = [row(1, "trade", age_ms=9_000), row(2, "trade", key="t1", age_ms=9_000)]
    assert numbers(next_of(*busy, row(3, "report", age_ms=4_000))) == [1]
    assert numbers(next_of(*busy, row(3, "report", age_ms=5_001))) == [3]
    assert numbers(next_of(row(4, "critical"), row(3, "report", age_ms=5_001))) == [4]


def test_an_alert_goes_before_the_mere_change_of_a_card() -> None:
    assert numbers(next_of(row(1, "trade", key="t1"), row(2, "trade"), known={"t1": 9})) == [2]


def test_a_card_comes_before_the_alert_that_answers_it_unless_it_is_crowded() -> None:
    card = row(1, "trade", key="t1", silent=True)
    assert numbers(next_of(card, row(2, "trade"))) == [1]
    assert numbers(next_of(card, *(row(number, "trade") for number in range(2, 5)))) == [2]


def test_three_trade_alerts_stay_apart_and_four_are_merged() -> None:
    rows = [row(number, "trade", f"T{number} +1\nmore", card="t") for number in range(1, 5)]
    assert numbers(next_of(*rows[:3])) == [1]
    merged = next_of(*rows)
    assert numbers(merged) == [1, 2, 3, 4]
    assert merged.content.text.splitlines() == ["T4 +1 · +3 more", *(f"22:13 T{number} +1" for number in range(1, 5))]


def test_a_list_has_in_full_what_stands_nowhere_else() -> None:
    exits = [row(number, "trade", f"🔴 T{number} -1\nheld 2m", card="t") for number in range(1, 4)]
    tripped = row(
        4, "trade", "🟥 consecutive_losses razor tripped\nlimit 3 · its entries are allowed again after 60 min"
    )
    assert next_of(*exits, tripped).content.text.splitlines() == [
        "🟥 consecutive_losses razor tripped · +3 more",
        *(f"22:13 🔴 T{number} -1" for number in range(1, 4)),
        "22:13 🟥 consecutive_losses razor tripped",
        "limit 3 · its entries are allowed again after 60 min",
    ]


@pytest.mark.parametrize("count", [4, 30])
def test_where_the_market_has_a_clock_of_its_own_a_list_shows_no_other_one(count: int) -> None:
    waiting, _ = sift([row(number, "trade", f"T{number}") for number in range(1, count + 1)], NOW)
    parcel = pack(waiting, NOW, None)
    assert parcel
    assert "22:13" not in parcel.content.text
    assert parcel.content.text.splitlines()[1] == ("T1" if count == 4 else "30 alerts, all in the file")


def test_critical_alerts_are_never_merged() -> None:
    assert numbers(next_of(*(row(number, "critical") for number in range(1, 30)))) == [1]


def test_a_merged_message_is_silent_only_when_all_are() -> None:
    rows = [row(number, "trade", silent=True) for number in range(1, 22)]
    assert next_of(*rows).silent
    assert not next_of(*(row(number, "trade") for number in range(1, 5))).silent


def test_of_edits_of_one_message_the_newest_is_sent_in_the_turn_of_the_oldest() -> None:
    rows = [row(1, "trade", key="t1", age_ms=9), row(2, "trade", age_ms=8), row(3, "trade", "newest", key="t1")]
    waiting, dropped = sift(rows, NOW)
    assert [(one.id, why) for one, why in dropped] == [(1, "superseded by row 3")]
    parcel = pack(waiting, NOW, UTC)
    assert parcel
    assert (numbers(parcel), parcel.content.text) == ([3], "newest")


def test_a_sound_is_not_lost_when_a_silent_edit_takes_the_place_of_a_loud_message() -> None:
    assert not next_of(row(1, "trade", key="t1"), row(2, "trade", key="t1", silent=True)).silent


def test_only_the_newest_live_picture_is_kept() -> None:
    waiting, dropped = sift([row(1, "live"), row(2, "live")], NOW)
    assert [one.row.id for one in waiting] == [2]
    assert [one.id for one, _ in dropped] == [1]


def test_what_is_out_of_time_is_left_out() -> None:
    _, dropped = sift([row(1, "report", not_after=NOW - 1), row(2, "report", not_after=NOW)], NOW)
    assert [(one.id, why) for one, why in dropped] == [(1, "out of time")]


def test_what_comes_late_says_so_at_its_end() -> None:
    assert next_of(row(1, "trade", "BTC", age_ms=37 * MINUTE_MS)).content.text == "BTC\n⏰ 37 min late"
    assert next_of(row(1, "trade", "BTC", age_ms=59_999)).content.text == "BTC"


def test_an_edit_and_a_live_picture_carry_no_late_mark() -> None:
    assert next_of(row(1, "live", "x", age_ms=37 * MINUTE_MS)).content.text == "x"
    edit = next_of(row(1, "trade", "x", age_ms=37 * MINUTE_MS, key="t1"), known={"t1": 9})
    assert (edit.content.text, edit.edits) == ("x", 9)


def test_an_age_is_told_as_people_say_it() -> None:
    assert [late(minutes * MINUTE_MS) for minutes in (1, 119, 120, 185)] == ["1 min", "119 min", "2 h", "3 h"]
