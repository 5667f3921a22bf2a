"""A trade's messages: the root that is edited through its life, and the short replies that ring."""

from decimal import Decimal

from bot.dialogue.presses import ShowPosition, ShowTrades, ShowWhy
from bot.figures.figures import base, clip, compact, percent, plain, price, share, signed, span
from bot.news.story import Story
from bot.outbox.body import Body, Button, body
from bot.screens.layout import HEADLINE, key
from engine.model.account import ClosedTrade, Position
from engine.model.orders import ApprovedOrder


def render_opening(story: Story, order: ApprovedOrder) -> Body:
    """The order is on its way."""
    at = f" @{compact(order.price)}" if order.price is not None else ""
    return _root(f"🔵 {_name(story)} opening {plain(order.qty)}{at}", story)


def render_open(story: Story, position: Position) -> Body:
    """The position is there."""
    headline = f"🟢 {_name(story)} OPEN {plain(position.qty)} @{compact(position.avg)}"
    return _root(headline, story, (key("Card", ShowPosition(trade=story.trade)),))


def render_closed(story: Story, trade: ClosedTrade) -> Body:
    """The position is gone; its result."""
    headline = f"{_light(trade)} {_name(story)} CLOSED {percent(moved(trade))} ({signed(trade.pnl)})"
    return _root(headline, story, (key("Trades", ShowTrades(count=10)),))


def render_unopened(story: Story, why: str) -> Body:
    """Nothing came of the order."""
    return _root(f"⚪ {_name(story)} not opened · {why}", story)


def push_opened(story: Story, position: Position) -> Body:
    """Rings: something was bought or sold."""
    head = f"🟢 {_name(story)} {plain(position.qty)} @{compact(position.avg)} · {story.strategy}"
    return _push(head, _plan(position))


def push_size(story: Story, position: Position) -> Body:
    """Rings once, then is edited: more was filled, or a part was closed."""
    return _push(f"🔷 {_name(story)} now {plain(position.qty)} @{compact(position.avg)}", _plan(position))


def push_stop(story: Story, position: Position) -> Body:
    """Rings once, then is edited: the stop was moved."""
    at = "none" if position.stop is None else price(position.stop)
    return _push(f"🛡 {base(story.symbol)} stop {at}", f"{position.direction} from {price(position.avg)}")


def push_closed(trade: ClosedTrade) -> Body:
    """Rings: the result, the pair and why, in the first 32 characters."""
    head = f"{_light(trade)} {clip(base(trade.symbol), 8)} {percent(moved(trade))} {signed(trade.pnl)} · {trade.reason}"
    ratio = f" · {signed(trade.pnl / trade.initial_risk, 1)}R" if trade.initial_risk else ""
    return _push(head, f"held {span(trade.exit_at - trade.entry_at)} · fees {signed(-trade.fee)}{ratio}")


def push_rejected(story: Story, leg: str, reason: str) -> Body:
    """Rings: the venue did not take an order."""
    return _push(f"⚠️ {_name(story)} {leg} order rejected", reason)


def moved(trade: ClosedTrade) -> Decimal:
    """The price's move in favour of the trade, a fraction."""
    if not trade.entry_price:
        return Decimal(0)
    way = trade.exit_price - trade.entry_price if trade.direction == "long" else trade.entry_price - trade.exit_price
    return way / trade.entry_price


def _root(headline: str, story: Story, keys: tuple[Button, ...] = ()) -> Body:
    text = "\n".join([clip(headline, HEADLINE), *story.lines])
    return body(text, buttons=((*keys, key("Why", ShowWhy(key=story.trade))),))


def _push(headline: str, below: str) -> Body:
    return body("\n".join(part for part in (clip(headline, HEADLINE), below) if part))


def _plan(position: Position) -> str:
    """Where it ends."""
    ends = [("stop", position.stop)]
    if position.targets:
        ends += [(f"target {share(portion.share)} at", portion.price) for portion in position.targets]
    else:
        ends.append(("target", position.target))
    return " · ".join(f"{word} {price(at)}" for word, at in ends if at is not None)


def _name(story: Story) -> str:
    return f"{clip(base(story.symbol), 8)} {story.direction}"


def _light(trade: ClosedTrade) -> str:
    return "🔴" if trade.pnl < 0 else "✅"
