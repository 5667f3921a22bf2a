"""One setting of the desk's risk: what it takes as text, how it is shown, and which way is the careful one."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, assert_never

import msgspec

from engine.model.errors import BadSetting
from engine.model.money import plain

Value = Decimal | int | bool | str | None
"""A setting's value. Percent are fractions already; None is a cap that is off."""

Careful = Literal["lower", "higher", "neither"]
"""Which direction allows less. None, a cap that is off, always allows most."""

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
LONGEST = 24
"""Characters of a number; more digits than this are a slip of the finger."""
ON = ("on", "true", "yes", "1")
OFF = ("off", "false", "no", "0")
NONE = ("none", "off", "")


class Number(msgspec.Struct, frozen=True):
    """A decimal number in a closed range; `high` None has no upper end and leaves out `low` itself."""

    low: str
    high: str | None
    unit: str = ""
    """percent, times (of equity), quote (or coin: the currency of the account), share, or the empty text."""

    def parse(self, text: str) -> Decimal | None:
        """The value, percent as a fraction; None when the text is no number in the range."""
        if self.unit == "percent":
            text = text.removesuffix("%").rstrip()
        if len(text) > LONGEST or not NUMBER.fullmatch(text):
            return None
        value, low = Decimal(text), Decimal(self.low)
        fits = value > low if self.high is None else low <= value <= Decimal(self.high)
        return (value.scaleb(-2) if self.unit == "percent" else value) if fits else None

    def takes(self) -> str:
        """The range in words."""
        unit = {"percent": " percent", "quote": " (quote currency or coin)"}.get(self.unit, "")
        if self.high is None:
            return f"a number above {self.low}{unit}"
        return f"a number from {self.low} to {self.high}{unit}"


class Count(msgspec.Struct, frozen=True):
    """A whole number in a closed range."""

    low: int
    high: int
    unit: str = ""
    """ms, s, min, or the empty text."""

    def parse(self, text: str) -> int | None:
        """The value; None when the text is no whole number in the range."""
        if len(text) > LONGEST or not re.fullmatch(r"\d+", text, re.ASCII):
            return None
        value = int(text)
        return value if self.low <= value <= self.high else None

    def takes(self) -> str:
        """The range in words."""
        return f"a whole number from {self.low} to {self.high}{f' {self.unit}' if self.unit else ''}"


class Choice(msgspec.Struct, frozen=True):
    """One word of a list."""

    words: Sequence[str]
    unit: str = ""

    def parse(self, text: str) -> str | None:
        """The word in lower case; None when it is not in the list."""
        return text.lower() if text.lower() in self.words else None

    def takes(self) -> str:
        """The words."""
        return f"{', '.join(self.words[:-1])} or {self.words[-1]}"


class Switch(msgspec.Struct, frozen=True):
    """On or off."""

    unit: str = ""

    def parse(self, text: str) -> bool | None:
        """The value; None when the text is neither."""
        return True if text.lower() in ON else False if text.lower() in OFF else None

    def takes(self) -> str:
        """The two words."""
        return "on or off"


class Setting(msgspec.Struct, frozen=True):
    """A setting by the name that users know."""

    name: str
    """As in the environment and in chat: `MAX_DAILY_LOSS_PERCENT`."""
    attribute: str
    """Its field in `RiskLimits`."""
    kind: Number | Count | Choice | Switch
    label: str
    """A few words for a screen."""
    rule: str
    """What it does, one sentence."""
    careful: Careful = "lower"
    optional: bool = False
    """Whether `none` switches the cap off."""

    @property
    def unit(self) -> str:
        """percent, times, quote, share, ms, s, min, or the empty text."""
        return self.kind.unit

    @property
    def takes(self) -> str:
        """What it accepts, in words."""
        return f"{self.kind.takes()}{', or none' if self.optional else ''}"

    def parse(self, text: str) -> Value:
        """The value of a text as typed; BadSetting says what it takes."""
        wanted = text.strip()
        if self.optional and wanted.lower() in NONE:
            return None
        value = self.kind.parse(wanted)
        if value is None:
            raise BadSetting(self.name, text if len(text) <= 40 else f"{text[:40]}...", self.takes)
        return value

    def show(self, value: Value) -> str:
        """The text of a value without its unit; `parse` reads it back."""
        match value:
            case None:
                return "none"
            case bool():
                return "on" if value else "off"
            case Decimal():
                return plain(value.scaleb(2) if self.unit == "percent" else value)
            case int() | str():
                return str(value)
            case _:
                assert_never(value)

    def tightens(self, before: Value, after: Value) -> bool:
        """Whether the change allows less than before. A change of method never counts as one."""
        if self.careful == "neither" or isinstance(before, str) or isinstance(after, str) or after is None:
            return False
        if before is None:
            return True
        return after < before if self.careful == "lower" else after > before
