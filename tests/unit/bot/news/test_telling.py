"""What people hear of, from hand-made steps."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.news.telling import Draft, Teller
from engine.model.account import Account, Position
from engine.model.commands import CloseAll
from engine.model.facts import (
    BreakerMoved,
    CommandDone,
    Denied,
    Fact,
    Flattened,
    LinkMoved,
    MoneyMoved,
    OrderMoved,
    StateChanged,
    TradeChanged,
    TradeClosed,
    TradeOpened,
    Trouble,
)
from engine.model.messages import Command, Event, Report, Step, Timer
from engine.model.orders import OrderState
from tests.journaled import order
from tests.rounds import books, triangle
from tests.unit.bot import pictures

NOW, MINUTE = pictures.NOW, pictures.MINUTE
ACCOUNT = Account(Decimal(10_000), Decimal(10_000), Decimal(0), Decimal(0), Decimal(0), Decimal(0))
HELD = Position(
    "BTC/USDT:USDT", "long", Decimal("0.0156"), Decimal(64120), "ma_cross", "17", NOW, Decimal(63100), Decimal(66800)
)


@pytest.fixture
def teller() -> Teller:
    return Teller(ZoneInfo("UTC"))


def step(*facts: Fact, event: Event | None = None, seq: int = 1) -> Step:
    return Step(seq, event or Timer(NOW, "minute"), tuple(Report(fact) for fact in facts))


def heads(drafts: list[Draft]) -> list[str]:
    return [draft.content.text.splitlines()[0] for draft in drafts]


def moved(after: OrderState, reason: str = "") -> OrderMoved:
    return OrderMoved(NOW, order(at=NOW, qty=HELD.qty, trade="17"), OrderState.APPROVED, after, Decimal(0), reason)


def test_a_trade_is_one_root_message_and_a_push_for_its_fill_and_its_end(teller: Teller) -> None:
    ended = pictures.trade(17)
    drafts = teller.drafts(
        [
            step(moved(OrderState.SUBMITTED)),
            step(moved(OrderState.FILLED), TradeOpened(NOW + MINUTE, HELD, "cross_up")),
            step(TradeClosed(NOW + 5 * MINUTE, ended, ACCOUNT)),
        ]
    )
    roots = [draft for draft in drafts if draft.key == "trade:17"]
    pushes = [draft for draft in drafts if draft.reply_to == "trade:17"]
    assert len(roots) + len(pushes) == len(drafts)
    assert all(root.silent for root in roots)
    assert heads(roots) == [
        "🔵 BTC long opening 0.0156",
        "🟢 BTC long OPEN 0.0156 @64.1k",
        "✅ BTC long CLOSED +2.46% (+24.60)",
    ]
    assert heads(pushes) == ["🟢 BTC long 0.0156 @64.1k · ma_cross", "✅ BTC +2.46% +24.60 · target"]
    assert not any(push.silent for push in pushes)
    assert roots[-1].content.text.splitlines()[1:] == [
        "14:32 ma_cross · order 0.0156 market",
        "14:33 filled 0.0156 at 64,120.0",
        "14:37 target at 65,697.4",
    ]
    assert "held 5h 0m · fees -0.82 · +1.5R" in pushes[-1].content.text


def test_a_stop_that_trails_rings_once_and_is_edited_from_then_on(teller: Teller) -> None:
    moves = [
        TradeChanged(NOW + n * MINUTE, msgspec.structs.replace(HELD, stop=Decimal(63100 + 100 * n)), "stop")
        for n in range(1, 4)
    ]
    drafts = teller.drafts([step(move) for move in moves])
    assert {draft.key for draft in drafts} == {"trade:17", "trade:17:stop"}
    assert heads(drafts)[-1] == "🛡 BTC stop 63,400.0"


def test_an_order_that_came_to_nothing_ends_its_story_and_rings_when_the_venue_refused_it(teller: Teller) -> None:
    drafts = teller.drafts([step(moved(OrderState.SUBMITTED)), step(moved(OrderState.REJECTED, "insufficient margin"))])
    assert heads(drafts)[1:] == ["⚪ BTC long not opened · insufficient m…", "⚠️ BTC long entry order rejected"]
    assert [draft.key for draft in drafts] == ["trade:17", "trade:17", None]


def test_a_refused_exit_of_a_trade_from_before_a_restart_has_the_side_of_the_trade(teller: Teller) -> None:
    leaves = msgspec.structs.replace(order(at=NOW, trade="17"), side="sell", leg="exit")
    refused = OrderMoved(NOW, leaves, OrderState.SUBMITTED, OrderState.REJECTED, Decimal(0), "no")
    assert heads(teller.drafts([step(refused)])) == ["⚠️ BTC long exit order rejected"]


def test_a_trade_from_before_a_restart_is_told_from_what_its_end_says(teller: Teller) -> None:
    root, push = teller.drafts([step(TradeClosed(NOW, pictures.trade(17), ACCOUNT))])
    assert root.content.text.splitlines()[1] == "08:32 ma_cross · opened at 64,120.0"
    assert push.reply_to == root.key == "trade:17"


def test_what_needs_a_person_at_once_is_critical_and_good_news_is_not(teller: Teller) -> None:
    facts: list[Fact] = [
        StateChanged(NOW, "ACTIVE", "HALTED", "max_drawdown"),
        StateChanged(NOW, "HALTED", "ACTIVE", "resumed", 1001),
        BreakerMoved(NOW, "daily_loss", True, "5.00%", "5.00%", "Until 00:00 UTC."),
        BreakerMoved(NOW, "consecutive_losses:razor", True, "3", "3", "Until 15:32."),
        LinkMoved(NOW, "feed", False, "no data for 10 s"),
        LinkMoved(NOW, "feed", True, ""),
        Trouble(NOW, "external_fill", "buy 1 BTC was not ordered here"),
    ]
    drafts = teller.drafts([step(*facts)])
    assert [draft.lane for draft in drafts] == [
        "critical",
        "trade",
        "critical",
        "trade",
        "critical",
        "trade",
        "critical",
    ]
    assert heads(drafts)[0] == "🟥 HALTED · max_drawdown"
    assert heads(drafts)[2] == "🟥 daily_loss tripped 5.00%"
    assert heads(drafts)[4:] == ["🟠 feed is down", "🟢 feed is back", "🚨 external fill"]


def test_money_that_came_or_went_is_told_without_a_ring(teller: Teller) -> None:
    paid, taken = teller.drafts([step(*(MoneyMoved(NOW, Decimal(amount), ACCOUNT) for amount in ("250.5", "-1200")))])
    assert heads([paid, taken]) == ["🏦 250.50 paid in · equity 10,000.00", "🏦 1,200.00 taken out · equity 10,000.00"]
    assert paid.silent
    assert taken.content.text.endswith("the bases of the loss limits and the peak have moved with it.")


def test_refusals_of_one_limit_at_one_moment_are_one_message(teller: Teller) -> None:
    refused = [
        Denied(NOW, f"{base}/USDT", "razor", "entry", "max_positions", "5 positions are open, limit 5")
        for base in ("BTC", "ETH")
    ]
    drafts = teller.drafts([step(refused[0]), step(refused[1])])
    assert heads(drafts) == ["⛔ BTC ETH max_positions"]


def test_a_kept_position_that_its_strategy_wants_to_leave_is_told_of_once_while_it_asks_each_minute(
    teller: Teller,
) -> None:
    text = "trading is halted (stopped by hand); /resume starts it again"
    told = []
    for minute in range(6):
        at = NOW + minute * MINUTE
        told += teller.drafts([step(Denied(at, "BTC/USDT", "razor", "exit", "halted", text))])
        told += teller.drafts([step(Denied(at, "ETH/USDT", "razor", "entry", "halted", text))])
    assert heads(told) == ["⛔ BTC exit halted"] * 2
    assert told[1].content.text.endswith("4 more since the last notice")


def test_closing_everything_is_followed_in_the_message_that_asked(teller: Teller) -> None:
    teller.remember([("17", "BTC/USDT:USDT"), ("18", "ETH/USDT:USDT")])
    command = Command(NOW, 1002, "ABC", CloseAll())
    drafts = teller.drafts(
        [
            step(CommandDone(NOW, "ABC", True, "closing", "Closing 2 positions."), event=command),
            step(TradeClosed(NOW + MINUTE, pictures.trade(17, "24.60"), ACCOUNT)),
            step(
                TradeClosed(NOW + MINUTE, pictures.trade(18, "-12.06", symbol="ETH/USDT:USDT"), ACCOUNT),
                Flattened(NOW + MINUTE, "close_all", ACCOUNT),
            ),
        ]
    )
    followed = [draft for draft in drafts if draft.key == "intent:ABC"]
    assert all((draft.to, draft.lane) == (1002, "reply") for draft in followed)
    assert heads(followed) == [
        "🟥 CLOSE ALL 0/2 closed · 2 working",
        "🟥 CLOSE ALL 1/2 closed · 1 working",
        "🟥 CLOSE ALL 2/2 closed · 0 working",
        "⬜ FLAT +12.54 · 2 closed · 1m",
    ]
    assert "verified flat" in followed[-1].content.text


def test_closing_everything_when_nothing_is_open_says_flat_at_once(teller: Teller) -> None:
    command = Command(NOW, 1002, "ABC", CloseAll())
    drafts = teller.drafts([step(CommandDone(NOW, "ABC", True, "flat", "Nothing was open."), event=command)])
    assert heads(drafts) == ["⬜ FLAT 0.00 · 0 closed · 0s"]


def left(number: int, result: str, symbol: str = "BTC/USDT:USDT") -> TradeClosed:
    return TradeClosed(NOW + MINUTE, pictures.trade(number, result, symbol=symbol, reason="emergency"), ACCOUNT)


@pytest.mark.parametrize("reason", ["emergency", "liquidation", "kill switch: KILL file"])
def test_a_desk_that_flattens_by_itself_tells_everybody_what_became_of_each(teller: Teller, reason: str) -> None:
    halted = StateChanged(NOW, "ACTIVE", "HALTED", reason, None)
    drafts = teller.drafts(
        [
            step(halted),
            step(left(17, "24.60"), left(18, "-12.06", "ETH/USDT"), Flattened(NOW + MINUTE, reason, ACCOUNT)),
        ]
    )
    begun, flat = (draft for draft in drafts if draft.lane == "critical")
    assert "every position is being closed" in begun.content.text
    assert flat.to is None
    assert flat.content.text.splitlines() == [
        "⬜ FLAT +12.54 · 2 closed · 1m",
        reason,
        "equity 10,000.00",
        "BTC      L    +2.46%      +24.60",
        "ETH      L    +2.46%      -12.06",
        "HALTED · verified flat",
        "An admin's /resume starts trading again.",
    ]


def test_a_desk_that_was_killed_while_it_flattened_tells_what_it_closed_since(teller: Teller) -> None:
    drafts = teller.drafts([step(left(18, "-12.06", "ETH/USDT"), Flattened(NOW + MINUTE, "emergency", ACCOUNT))])
    assert heads(drafts)[-1] == "⬜ FLAT -12.06 · 1 closed · 0s"
    assert "ETH      L    +2.46%      -12.06" in drafts[-1].content.text


def test_each_person_who_asks_while_everything_is_being_closed_reads_the_end_and_so_does_everybody(
    teller: Teller,
) -> None:
    halted = StateChanged(NOW, "ACTIVE", "HALTED", "kill switch: SIGUSR1", None)
    asks = [Command(NOW, actor, intent, CloseAll()) for actor, intent in ((1001, "ABC"), (1002, "DEF"))]
    done = [step(CommandDone(NOW, ask.intent, True, "closing", "Closing."), event=ask) for ask in asks]
    teller.drafts([step(halted), step(left(17, "24.60")), *done])
    ended = teller.drafts([step(left(18, "-12.06", "ETH/USDT"), Flattened(NOW + MINUTE, "close_all", ACCOUNT))])[-3:]
    assert [(draft.to, draft.key) for draft in ended] == [(1001, "intent:ABC"), (1002, "intent:DEF"), (None, None)]
    assert heads(ended) == ["⬜ FLAT +12.54 · 2 closed · 1m"] * 3


def test_what_is_closed_after_a_resume_is_no_part_of_an_earlier_halt(teller: Teller) -> None:
    teller.drafts(
        [
            step(StateChanged(NOW, "ACTIVE", "HALTED", "kill switch: SIGUSR1", None)),
            step(StateChanged(NOW, "HALTED", "ACTIVE", "resumed", 1001)),
            step(TradeClosed(NOW, pictures.trade(16), ACCOUNT)),
        ]
    )
    drafts = teller.drafts([step(left(17, "24.60"), Flattened(NOW + MINUTE, "emergency", ACCOUNT))])
    assert heads(drafts)[-1] == "⬜ FLAT +24.60 · 1 closed · 0s"


def test_a_round_trip_is_one_story_that_ends_under_its_last_market(teller: Teller) -> None:
    desk = triangle()
    books(desk, 1000, 2000)
    drafts = teller.drafts([Step(number, event, tuple(out)) for number, (event, out) in enumerate(desk.turns, 1)])
    assert {draft.key or draft.reply_to for draft in drafts} == {"trade:002"}
    assert drafts[-2].content.text.splitlines() == [
        "✅ SOL long CLOSED +0.57% (+0.90)",
        "00:00 triangular · order 0.2418 market",
        "00:00 filled 0.24161865 at 2,481.20",
        "00:00 now 4.0069925 SOL; 0.00041715 ETH is dust, 1.0350 written off",
        "00:00 0.0009925 SOL is dust, 0.1481 written off",
        "00:00 round_trip at 150.100",
    ]


def test_a_refused_leg_of_a_round_from_before_a_restart_is_that_of_a_long(teller: Teller) -> None:
    refused = order(at=NOW, trade="18", leg="cross", side="buy", symbol="SOL/ETH")
    moved = OrderMoved(NOW, refused, OrderState.SUBMITTED, OrderState.REJECTED, Decimal(0), "no")
    assert heads(teller.drafts([step(moved)])) == ["⚠️ SOL long cross order rejected"]
