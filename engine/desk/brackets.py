"""The venue's maintenance brackets have changed: every stop is looked at again (risk.md R2.7)."""

from decimal import Decimal

import msgspec

from engine import ledger
from engine.desk.desk import Desk
from engine.exits import ExitDesk
from engine.margin import liquidation
from engine.margin.stop import recheck
from engine.model.facts import Trouble
from engine.model.instrument import Instrument
from engine.model.inverse import worth
from engine.model.messages import BracketsChanged
from engine.state import DeskState, Holding


def rebracketed(desk: Desk, exits: ExitDesk, event: BracketsChanged) -> None:
    """Take the new brackets; a stop of an open position that is too near to liquidation by them is moved, or the
    position is closed where price is beyond that line already. Nothing for a symbol that is not known."""
    symbol, state = event.symbol, desk.state
    before = desk.instruments.get(symbol)
    if before is None:
        return
    state.brackets[symbol] = event.tiers
    instrument = desk.instruments[symbol] = msgspec.structs.replace(before, tiers=event.tiers)
    holding = state.holdings.get(symbol)
    if holding is None or holding.stop is None or instrument.spot:
        return
    line = liquidation(instrument, holding.qty, holding.avg, wallet(holding, desk.gate.limits.max_leverage))
    buffer, mark = desk.gate.limits.liquidation_buffer, ledger.mark(state, holding)
    found = recheck(instrument, holding.direction, holding.avg, holding.stop, mark, line, buffer)
    if found.verdict == "keep":
        return
    near = "" if line is None else f"liquidation is at {line:.8g} now, "
    done = "the position is closed" if found.stop is None else f"the stop goes from {holding.stop} to {found.stop}"
    desk.tell(Trouble(event.at, "brackets_changed", f"the venue's margins of {symbol} have changed: {near}{done}"))
    if found.stop is None:
        exits.leave(holding, event.at, "unprotected")
    else:
        exits.move_stop(holding, found.stop, event.at)


def restored(instruments: dict[str, Instrument], state: DeskState) -> None:
    """Give a desk that goes on the brackets that it was told of."""
    for symbol, tiers in state.brackets.items():
        if symbol in instruments:
            instruments[symbol] = msgspec.structs.replace(instruments[symbol], tiers=tiers)


def wallet(holding: Holding, leverage: Decimal) -> Decimal:
    """Isolated margin behind a position: its initial margin and the funding since (R2.8)."""
    return abs(holding.qty) * worth(holding.inverse, holding.avg) / leverage + holding.funding
