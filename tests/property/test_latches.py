"""A restart between any two events changes no breaker: what is stored is all there is."""

from decimal import Decimal as D
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from engine.risk import jump, ladder, order_rate, period_loss, reject_rate, streak
from engine.risk.jump import PriceFilter
from engine.risk.ladder import Ladder
from engine.risk.order_rate import Bucket
from engine.risk.period_loss import PeriodLoss
from engine.risk.reject_rate import Rejects
from engine.risk.streak import Streak

EVENTS = st.lists(st.tuples(st.integers(0, 400_000), st.integers(-2000, 20_000)), max_size=40)
"""Milliseconds since the one before, and a number that each breaker reads its own way."""


class Desk(msgspec.Struct):
    """One of each breaker."""

    day: PeriodLoss = PeriodLoss()
    ladder: Ladder = Ladder(D(10_000))
    streak: Streak = Streak()
    prices: PriceFilter = PriceFilter()
    bucket: Bucket = Bucket()
    rejects: Rejects = Rejects()


def step(desk: Desk, at: int, value: int) -> tuple[Any, ...]:
    """Show everything to every breaker and return what each said."""
    money = D(value)
    desk.day, day = period_loss.look(desk.day, f"{at // 1_000_000:05}", money, D("0.05"))
    desk.ladder, fell = ladder.look(desk.ladder, money, D("0.15"))
    desk.streak, over = streak.look(desk.streak, at)
    desk.streak, lost = streak.closed(desk.streak, at, money - 9000, 3, 60_000)
    desk.prices, accepted = jump.judge(desk.prices, money, D(10_000), D("0.02"))
    desk.bucket, taken = order_rate.take(desk.bucket, at, 3, D("0.7"))
    desk.rejects, calm = reject_rate.look(desk.rejects, at)
    desk.rejects, refused = reject_rate.rejected(desk.rejects, at, 3, 500_000)
    return day, fell, over, lost, accepted, taken, calm, refused


def restarted(desk: Desk) -> Desk:
    return msgspec.json.decode(msgspec.json.encode(desk), type=Desk)


@given(EVENTS)
def test_a_restart_between_any_two_events_changes_nothing(events: list[tuple[int, int]]) -> None:
    going, restarting, at = Desk(), Desk(), 0
    for later, value in events:
        at += later
        restarting = restarted(restarting)
        assert step(going, at, value) == step(restarting, at, value)
        assert going == restarting


@given(EVENTS)
def test_trips_and_resets_take_turns(events: list[tuple[int, int]]) -> None:
    desk, at = Desk(), 0
    last: dict[int, str] = {}
    for later, value in events:
        at += later
        for place, said in enumerate(step(desk, at, value)):
            # The ladder (1) may climb twice; the others here have a trip and a reset of their own.
            name = {3: 2, 7: 6}.get(place, place)
            if said in ("tripped", "reset") and place != 1:
                assert said != last.get(name, "reset")
                last[name] = said


@given(st.lists(st.integers(0, 20_000).map(D), max_size=40))
def test_the_high_water_mark_never_falls_and_a_halt_never_ends_by_itself(equities: list[D]) -> None:
    state = Ladder(D(10_000))
    for equity in equities:
        after, _ = ladder.look(state, equity, D("0.15"))
        assert after.hwm >= state.hwm
        assert after.rung >= state.rung or (state.rung, after.rung) == (1, 0)
        state = after


@given(st.lists(st.integers(0, 3000), max_size=60), st.integers(1, 5), st.integers(1, 30).map(lambda n: D(n) / 10))
def test_no_stretch_of_time_lets_more_orders_through_than_burst_and_rate(gaps: list[int], burst: int, rate: D) -> None:
    state, at, sent = Bucket(), 0, []
    for gap in gaps:
        at += gap
        state, taken = order_rate.take(state, at, burst, rate)
        if taken:
            sent.append(at)
    for first, start in enumerate(sent):
        for last in range(first, len(sent)):
            assert last - first + 1 <= burst + (sent[last] - start) * rate / 1000
