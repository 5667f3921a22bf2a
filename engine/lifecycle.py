"""The life of an order: which state may follow which. The table is the rule; everything else looks it up."""

from typing import Final

from engine.model.orders import OrderState as S

TABLE: Final[dict[S, frozenset[S]]] = {
    S.APPROVED: frozenset({S.SUBMITTED, S.CANCELED}),
    S.SUBMITTED: frozenset({S.OPEN, S.PARTIAL, S.FILLED, S.REJECTED, S.CANCELED, S.EXPIRED, S.CANCELING}),
    S.OPEN: frozenset({S.PARTIAL, S.FILLED, S.CANCELING, S.CANCELED, S.EXPIRED, S.REJECTED}),
    S.PARTIAL: frozenset({S.PARTIAL, S.FILLED, S.CANCELING, S.CANCELED, S.EXPIRED}),
    S.CANCELING: frozenset({S.CANCELED, S.PARTIAL, S.FILLED, S.EXPIRED, S.OPEN, S.REJECTED, S.CANCELING}),
    S.FILLED: frozenset(),
    S.REJECTED: frozenset({S.PARTIAL, S.FILLED}),
    S.CANCELED: frozenset({S.PARTIAL, S.FILLED}),
    S.EXPIRED: frozenset({S.PARTIAL, S.FILLED}),
}
"""State to the states that may follow. Late fills reopen what a venue had declared dead."""

FINAL: Final = frozenset({S.FILLED, S.REJECTED, S.CANCELED, S.EXPIRED})
"""States in which nothing more is expected."""


def allowed(before: S, after: S) -> bool:
    """Whether `after` may follow `before`."""
    return after in TABLE[before]
