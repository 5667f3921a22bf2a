"""The arithmetic of a book's top, and when it is a signal to scalp on (strategies.md 11)."""

from collections.abc import Sequence
from math import fsum
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from engine.model.orders import Direction

SAMPLES = 5
"""Newest imbalances whose mean counts, at least 100 ms apart."""
BOOK_MS = 500
"""A book this old is no longer looked at."""
SAME = 1e-12
"""Values nearer than this are equal, so that rounding noise decides nothing."""
Refusal = Literal[
    "bad_book",
    "stale_book",
    "incomplete_flow",
    "warming_up",
    "weak_imbalance",
    "micro_price",
    "weak_flow",
    "wide_spread",
    "edge_below_cost",
]


class Params(msgspec.Struct, frozen=True):
    """Parameters of `scalping`."""

    obi: Annotated[float, Meta(ge=0.1, le=0.95, description="least mean imbalance of the book")] = 0.40
    flow: Annotated[float, Meta(ge=0, le=0.9, description="least imbalance of the trades of 10 s")] = 0.20
    spread_bps: Annotated[float, Meta(ge=0.1, le=20, description="widest spread")] = 2.0
    edge_bps: Annotated[float, Meta(ge=0, le=20, description="least target after spread and fees")] = 1.0
    stop_bps: Annotated[float, Meta(ge=2, le=50, description="stop distance")] = 8.0
    target_bps: Annotated[float, Meta(ge=3, le=100, description="target distance")] = 12.0
    time_stop: Annotated[int, Meta(ge=5, le=600, description="seconds a trade lasts")] = 60


class Book(NamedTuple):
    """Figures of one order book. Source of the micro-price: Stoikov (2018), first order."""

    bid: float
    ask: float
    mid: float
    micro: float
    """The price to which the quantities lean."""
    obi: float
    """Imbalance of the quantities, -1 (all asks) to 1 (all bids)."""
    spread_bps: float


class Seen(NamedTuple):
    """What a decision is made from."""

    book: Book | None
    age_ms: int
    """Of the book."""
    samples: Sequence[float]
    """Imbalances of the books so far, newest last: this book's is one of them."""
    flow: float | None
    """Imbalance of the trades of the last 10 s; None when some of them are missing."""
    fees: float
    """Of entry and exit together, fraction of the notional."""


class Setup(NamedTuple):
    """An entry and its bracket, before rounding to the tick."""

    direction: Direction
    entry: float
    stop: float
    target: float
    edge_bps: float
    score: float
    """0..100"""


def book(bids: Sequence[tuple[float, float]], asks: Sequence[tuple[float, float]], levels: int = 1) -> Book | None:
    """Figures of a book of (price, quantity), best first; None for an empty, crossed or locked one (`bad_book`)."""
    if not bids or not asks or not 0.0 < bids[0][0] < asks[0][0]:
        return None
    bid, ask = bids[0][0], asks[0][0]
    bought, sold = (fsum(qty for _, qty in side[:levels]) for side in (bids, asks))
    if bought + sold <= 0.0:
        return None
    mid = (ask + bid) / 2.0
    micro = (ask * bought + bid * sold) / (bought + sold)
    return Book(bid, ask, mid, micro, (bought - sold) / (bought + sold), 1e4 * (ask - bid) / mid)


def flow(bought: float, sold: float) -> float:
    """Imbalance of trades, -1..1; 0 without any."""
    return (bought - sold) / (bought + sold) if bought + sold > 0.0 else 0.0


def decide(seen: Seen, params: Params) -> Setup | Refusal:
    """An entry, or the first reason against one."""
    if seen.book is None:
        return "bad_book"
    if seen.age_ms > BOOK_MS:
        return "stale_book"
    if seen.flow is None:
        return "incomplete_flow"
    if len(seen.samples) < SAMPLES:
        return "warming_up"
    mean = fsum(seen.samples[-SAMPLES:]) / SAMPLES
    side = 1.0 if mean > 0.0 else -1.0
    now, edge = seen.book, params.target_bps - seen.book.spread_bps - 1e4 * seen.fees
    if side * mean < params.obi - SAME:
        return "weak_imbalance"
    if side * (now.micro - now.mid) <= 0.0:
        return "micro_price"
    if side * seen.flow < params.flow - SAME:
        return "weak_flow"
    if now.spread_bps > params.spread_bps + SAME:
        return "wide_spread"
    if edge < params.edge_bps - SAME:
        return "edge_below_cost"
    return _setup(now, side, mean, seen.flow, edge, params)


def _setup(now: Book, side: float, mean: float, flow: float, edge: float, params: Params) -> Setup:
    entry = now.ask if side > 0.0 else now.bid
    score = (
        0.5 * _lin(side * mean, 0.40, 0.90)
        + 0.3 * _lin(2.0 - now.spread_bps, 0.0, 2.0)
        + 0.2 * _lin(side * flow, 0.2, 0.8)
    )
    return Setup(
        "long" if side > 0.0 else "short",
        entry,
        entry * (1.0 - side * params.stop_bps / 1e4),
        entry * (1.0 + side * params.target_bps / 1e4),
        edge,
        100.0 * score,
    )


def _lin(x: float, a: float, b: float) -> float:
    return min(1.0, max(0.0, (x - a) / (b - a)))
