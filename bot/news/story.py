"""The story of one trade, told by one message that is edited as it goes on. Pure."""

from zoneinfo import ZoneInfo

import msgspec

from bot.figures.figures import moment, plain, price
from engine.model.account import ClosedTrade, Position
from engine.model.facts import TradeChanged, TradeClosed, TradeOpened
from engine.model.orders import ApprovedOrder, Direction

LINES = 12
"""Of the timeline: the first two and the newest are kept."""


class Story(msgspec.Struct, frozen=True):
    """What has happened to a trade, a line each, beginning with the time."""

    trade: str
    symbol: str
    direction: Direction
    strategy: str
    lines: tuple[str, ...] = ()

    def then(self, line: str) -> "Story":
        """The story with one more line."""
        lines = (*self.lines, line)
        if len(lines) > LINES:
            lines = (*lines[:2], *lines[3:])
        return msgspec.structs.replace(self, lines=lines)


def of_order(order: ApprovedOrder, zone: ZoneInfo) -> Story:
    """It begins with an order."""
    at = "market" if order.price is None else price(order.price)
    long = order.leg == "cross" or (order.side == "buy") == (order.leg == "entry")
    story = Story(order.trade, order.symbol, "long" if long else "short", order.strategy)
    return story.then(f"{_time(order.at, zone)} {order.strategy} · order {plain(order.qty)} {at}")


def of_position(position: Position, zone: ZoneInfo) -> Story:
    """It is told from the middle: what a position says of its past."""
    story = Story(position.trade, position.symbol, position.direction, position.strategy)
    return story.then(f"{_time(position.opened_at, zone)} {position.strategy} · opened")


def of_trade(trade: ClosedTrade, zone: ZoneInfo) -> Story:
    """It is told from the end."""
    story = Story(trade.trade, trade.symbol, trade.direction, trade.strategy)
    return story.then(f"{_time(trade.entry_at, zone)} {trade.strategy} · opened at {price(trade.entry_price)}")


def opened(story: Story, fact: TradeOpened, zone: ZoneInfo) -> Story:
    """The first fill."""
    position = fact.position
    return story.then(f"{_time(fact.at, zone)} filled {plain(position.qty)} at {price(position.avg)}")


def changed(story: Story, fact: TradeChanged, zone: ZoneInfo) -> Story:
    """A new size, stop or target."""
    position = fact.position
    story = msgspec.structs.replace(story, symbol=position.symbol)  # another one on the way of a round trip
    match fact.what:
        case "stop" if position.stop is not None:
            now = f"stop to {price(position.stop)}"
        case "target" if position.target is not None:
            now = f"target to {price(position.target)}"
        case "size":
            now = f"size {plain(position.qty)} at {price(position.avg)}"
        case other:
            now = other
    return story.then(f"{_time(fact.at, zone)} {now}")


def closed(story: Story, fact: TradeClosed, zone: ZoneInfo) -> Story:
    """The end."""
    return story.then(f"{_time(fact.at, zone)} {fact.trade.reason} at {price(fact.trade.exit_price)}")


def _time(at: int, zone: ZoneInfo) -> str:
    return moment(at, zone, "%H:%M")
