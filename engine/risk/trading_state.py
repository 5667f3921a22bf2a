"""Step 1: is the desk trading at all, and is the wish still fresh?"""

from engine.model.commands import KILLED
from engine.model.orders import OrderRequest
from engine.risk.case import PASS, Every, RiskView, Verdict, refuse

COMMANDED = frozenset({"close", "close_all", "emergency", "unprotected", "round_trip", "unwound"})
"""Reasons of exits that are carried out even while halted: commanded, or of a position that cannot be protected, as on
the way of a round trip."""


class TradingStateRule(Every):
    """HALTED lets only protection and commanded closes through, REDUCING only what reduces."""

    name = "trading_state"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Codes `kill_switch`, `halted`, `paused`, `expired`."""
        state, leg = view.state, request.leg
        if state.trading == "HALTED" and (leg == "entry" or (leg == "exit" and request.reason not in COMMANDED)):
            if leg == "entry" and state.trading_reason.startswith(KILLED):
                return refuse("kill_switch", f"{state.trading_reason}; /resume starts trading again")
            return refuse("halted", f"trading is halted ({state.trading_reason}); /resume starts it again")
        if leg != "entry":
            return PASS
        if state.trading == "REDUCING":
            return refuse("paused", f"entries are paused ({state.trading_reason}); /resume allows them again")
        if request.valid_until is not None and request.at > request.valid_until:
            return refuse("expired", "the signal is too old")
        return PASS
