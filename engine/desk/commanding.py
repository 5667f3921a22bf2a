"""Commands of people: checked against the state of now, carried out through the desk's own hands, answered once."""

from typing import assert_never

from engine.desk.desk import Desk
from engine.desk.fills import entering, leaving
from engine.desk.handover import StrategyDesk
from engine.desk.lineup import Lineup
from engine.exits import ExitDesk
from engine.model.commands import (
    CancelEntry,
    Close,
    CloseAll,
    Halt,
    Pause,
    Resume,
    SetMode,
    SetRisk,
    StrategyAdd,
    StrategyParams,
    StrategyPromote,
    StrategyRemove,
    StrategyShadow,
    StrategySwap,
    StrategySwitch,
)
from engine.model.errors import BadInput
from engine.model.facts import CommandDone, SettingChanged, StateChanged, TradingState, Trouble
from engine.model.limits import RiskLimits, setting, with_settings
from engine.model.market import MINUTE_MS
from engine.model.messages import Command
from engine.risk.breakers import Breakers
from engine.risk.pauses import Pauses
from engine.state import StrategyRecord

WAITS = 2
"""Ends of minutes after which a closing order that has not filled is told, once."""


class CommandDesk:
    """What people may do to the desk; everything that trades goes through the gate like anything else."""

    def __init__(
        self, desk: Desk, exits: ExitDesk, latches: tuple[Breakers, Pauses], lineup: Lineup, limits: RiskLimits
    ) -> None:
        self._desk = desk
        self._exits = exits
        self._breakers, self._pauses = latches
        self._lineup = lineup
        self.strategies = StrategyDesk(desk, exits, lineup)
        """Changes of which strategies run."""
        self._environment = limits
        """Limits as configured; what a reset goes back to."""
        if desk.state.settings:
            desk.gate.limits = with_settings(limits, desk.state.settings)
            self._breakers.aim()

    def on_command(self, command: Command) -> None:
        """Carry out one command and answer it."""
        action = command.action
        match action:
            case Pause():
                ok, code, text = self._pause(command)
            case Resume():
                ok, code, text = self._resume(command)
            case Halt():
                self.latch("HALTED", action.reason, command.at, command.actor or None)
                ok, code, text = True, "halted", "Halted. Positions keep their stops; /resume starts again."
            case Close():
                ok, code, text = self._close(command, action)
            case CloseAll():
                ok, code, text = self._close_all(command, action)
            case CancelEntry():
                ok, code, text = self._cancel(command, action)
            case SetMode():
                ok, code, text = self._mode(action)
            case SetRisk():
                ok, code, text = self._risk(command, action)
            case StrategySwitch():
                ok, code, text = self._switch(action)
            case (
                StrategyAdd()
                | StrategyParams()
                | StrategySwap()
                | StrategyRemove()
                | StrategyShadow()
                | StrategyPromote()
            ):
                ok, code, text = self.strategies.on_action(action, command.at, command.actor)
            case _:
                assert_never(action)
        self._desk.tell(CommandDone(command.at, command.intent, ok, code, text))

    def latch(self, after: TradingState, reason: str, at: int, actor: int | None = None) -> None:
        """Change the trading state; anything short of ACTIVE takes the resting entries with it."""
        state = self._desk.state
        before = state.trading
        state.trading, state.trading_reason = after, reason
        if before != after:
            self._desk.tell(StateChanged(at, before, after, reason, actor))
        if after != "ACTIVE":
            state.candidates.clear()
            state.reversals.clear()
            for live in list(state.orders.values()):
                if live.order.leg == "entry":
                    self._desk.cancel(live.order.id, at, "entries are off")

    def flatten(self, reason: str, at: int, actor: int | None = None) -> int:
        """Latch HALTED and close every position, each on its own; the wish is stored until all are flat.

        An entry that is being cancelled may fill first: the desk is flat once none is under way either.
        """
        state = self._desk.state
        self.latch("HALTED", reason, at, actor)
        if state.holdings or entering(state):
            state.flattening = reason
        self.go_on_flattening(at)
        return len(state.holdings)

    def go_on_flattening(self, at: int) -> None:
        """Ask again for whatever a stored close-all has not closed yet."""
        state = self._desk.state
        for holding in list(state.holdings.values()):
            self._exits.leave(holding, at, leaving(state))
        if self._desk.journaled:
            self._waited(at)

    def _waited(self, at: int) -> None:
        """Tell of a closing order that nobody fills, in the second minute that ends over it. Asked before the mark."""
        state = self._desk.state
        before, now = state.mark_due // MINUTE_MS - 1, at // MINUTE_MS
        for live in state.orders.values():
            begun = live.order.at // MINUTE_MS
            if live.order.leg == "exit" and not live.unknown and before - begun < WAITS <= now - begun:
                down = ", ".join(link for link, up in sorted(state.links.items()) if not up)
                why = f" (down: {down})" if down else ""
                text = f"{live.order.symbol}: its closing order has waited for a minute{why}. It stands until it fills."
                self._desk.tell(Trouble(at, "not_closed_yet", text))

    def _pause(self, command: Command) -> tuple[bool, str, str]:
        if self._desk.state.trading == "HALTED":
            return False, "halted", "Trading is halted already, which is stricter than a pause."
        self.latch("REDUCING", "paused by hand", command.at, command.actor)
        return True, "paused", "No new entries; exits and stops go on."

    def _resume(self, command: Command) -> tuple[bool, str, str]:
        state = self._desk.state
        if state.flattening:
            held = f"{_positions(len(state.holdings))} still being closed"
            left = held if state.holdings else "Entries are still being cancelled"
            return False, "not_flat", f"{left}; wait until flat."
        self._breakers.resumed(command.at)
        self._pauses.resumed(command.at)
        if state.trading == "ACTIVE":
            return True, "active", "Entries are allowed."
        self.latch("ACTIVE", "resumed", command.at, command.actor)
        return True, "active", "Trading is active again."

    def _close(self, command: Command, action: Close) -> tuple[bool, str, str]:
        holding = self._desk.state.holdings.get(action.symbol)
        if holding is None:
            return False, "no_position", f"There is no position in {action.symbol}."
        if not 1 <= action.share_percent <= 100:
            return False, "bad_input", f"The share is {action.share_percent}%, it takes 1 to 100."
        if holding.exit_order is not None:
            return False, "duplicate", f"{action.symbol} is being closed already."
        if not self._exits.leave(holding, command.at, "close", action.share_percent):
            return False, "below_min_qty", f"That share of {action.symbol} is too small to trade."
        return True, "closing", f"Closing {action.share_percent}% of {action.symbol}."

    def _close_all(self, command: Command, action: CloseAll) -> tuple[bool, str, str]:
        count = self.flatten(action.reason, command.at, command.actor or None)
        if not self._desk.state.flattening:
            return True, "flat", "Nothing was open. Trading is halted."
        if not count:
            return True, "closing", "Nothing is open; entries are being cancelled. Trading is halted."
        return True, "closing", f"{_positions(count)} being closed. Trading is halted."

    def _cancel(self, command: Command, action: CancelEntry) -> tuple[bool, str, str]:
        live = self._desk.state.orders.get(action.order_id)
        if live is None or live.order.leg != "entry":
            return False, "unknown_order", f"{action.order_id} is not a live entry order."
        self._desk.cancel(action.order_id, command.at, "cancelled by hand")
        return True, "canceling", f"Cancelling the entry in {live.order.symbol}."

    def _mode(self, action: SetMode) -> tuple[bool, str, str]:
        if action.mode == "sim":
            return True, "sim", "The desk trades in simulation."
        if action.mode == "live" and action.unfit:
            return False, "mode_denied", f"LIVE is refused: it needs {' and '.join(action.unfit)}."
        if action.mode == "live":
            return False, "mode_denied", "LIVE is refused: this desk has no live broker; it simulates only."
        return False, "bad_input", f"The mode is {action.mode!r}, it takes sim or live."

    def _risk(self, command: Command, action: SetRisk) -> tuple[bool, str, str]:
        state, wanted = self._desk.state, dict(self._desk.state.settings)
        try:
            name = setting(action.name).name
            before = wanted.pop(name, None)
            if action.value is not None:
                wanted[name] = action.value
            limits = with_settings(self._environment, wanted)
        except BadInput as error:
            return False, "bad_input", str(error)
        state.settings = wanted
        self._desk.gate.limits = limits
        self._breakers.aim()
        self._pauses.aim()
        self._desk.tell(SettingChanged(command.at, name, before, action.value, command.actor))
        if self._breakers.watch(command.at):
            self.flatten("emergency", command.at)
        if action.value is None:
            return True, "reset", f"{name} is back to its configured value."
        return True, "set", f"{name} is {action.value} now."

    def _switch(self, action: StrategySwitch) -> tuple[bool, str, str]:
        if action.strategy not in self._lineup.ids:
            return False, "unknown_strategy", f"{action.strategy!r} is not a strategy of this desk."
        record = self._desk.state.strategies.setdefault(action.strategy, StrategyRecord())
        record.on = action.on
        if action.on and record.paused:
            record.paused, record.recent = "", ()
        rest = "" if action.on else " Its open positions are managed to their exit."
        return True, "on" if action.on else "off", f"{action.strategy} is {'on' if action.on else 'off'}.{rest}"


def _positions(count: int) -> str:
    return "1 position is" if count == 1 else f"{count} positions are"
