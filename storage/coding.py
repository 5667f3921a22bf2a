"""Steps as JSON that a person can read and that decodes to an equal step.

JSON has no NaN and no infinity, and msgspec writes both as `null`, which is no float when it is read again. Where a
message holds one, it is written as the text "NaN", "Infinity" or "-Infinity"; the decoder takes texts for floats.
"""

import math
from hashlib import sha256
from typing import Any

import msgspec

from engine.model.errors import Corrupt
from engine.model.facts import Decided, Signal
from engine.model.messages import CandleClosed, Effect, Event, Quote, Report, Step

NO_EFFECTS = "[]"

_encoder = msgspec.json.Encoder(decimal_format="string")
_events: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event, strict=False)
_effects: msgspec.json.Decoder[tuple[Effect, ...]] = msgspec.json.Decoder(tuple[Effect, ...], strict=False)


class StepText(msgspec.Struct, frozen=True):
    """A step as it is stored: what the row and the journal's hash are made of."""

    seq: int
    at: int
    event: str
    effects: str


def encode(step: Step) -> StepText:
    """The text of a step."""
    event = step.event
    text = _encoder.encode(event).decode() if _is_plain(event) else _spelled(event)
    return StepText(step.seq, event.at, text, _encode_effects(step.effects))


def decode(text: StepText) -> Step:
    """The step of a text; raises Corrupt when it is none."""
    try:
        effects = () if text.effects == NO_EFFECTS else _effects.decode(text.effects)
        return Step(text.seq, _events.decode(text.event), effects)
    except msgspec.DecodeError as error:
        raise Corrupt(f"Step {text.seq} of the journal is not readable ({error}).") from error


class JournalHash:
    """SHA-256 over (at, event, effects) of every stored step in order: equal journals have equal hashes."""

    def __init__(self) -> None:
        self._digest = sha256()

    def add(self, at: int, event: str, effects: str) -> None:
        """Take the next step. Its parts stand on a line each; JSON text has no line break of its own."""
        self._digest.update(f"{at}\n{event}\n{effects}\n".encode())

    def hexdigest(self) -> str:
        """The hash of what was added so far."""
        return self._digest.hexdigest()


def _encode_effects(effects: tuple[Effect, ...]) -> str:
    if not effects:
        return NO_EFFECTS
    if all(_has_plain_signal(effect) for effect in effects):
        return _encoder.encode(effects).decode()
    return _spelled(effects)


def _is_plain(event: Event) -> bool:
    """False when a number in the event may not be finite. One sum is the cheapest look at many numbers."""
    match event:
        case CandleClosed():
            total = event.open + event.high + event.low + event.close + event.volume + (event.taker_buy or 0.0)
            total += event.obi or 0.0
            if event.footprint is not None:
                total += sum(row.price + row.bid + row.ask for row in event.footprint.rows)
            return math.isfinite(total) and (event.quote is None or _is_plain(event.quote))
        case Quote():
            total = event.bid + event.ask + event.bid_qty + event.ask_qty + (event.flow or 0.0)
            return math.isfinite(total if event.depth is None else total + event.depth.bid + event.depth.ask)
        case _:
            return True


def _has_plain_signal(effect: Effect) -> bool:
    match effect:
        case Report(fact=Signal() as signal) | Report(fact=Decided(signal=Signal() as signal)):
            return math.isfinite(signal.score + signal.confidence + sum(check.value or 0.0 for check in signal.checks))
        case _:
            return True


def _spelled(message: object) -> str:
    """The JSON of a message with the numbers that JSON lacks spelled out."""
    return _encoder.encode(_spell(msgspec.to_builtins(message))).decode()


def _spell(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case dict():
            return {key: _spell(item) for key, item in value.items()}
        case list() | tuple():
            return [_spell(item) for item in value]
        case _:
            return value
