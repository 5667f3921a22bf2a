"""Fees as people set them: typed behind an option, or in `.env` by the same names."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec

from bot.options.options import FeeOptions
from bot.options.typed import number
from engine.plan import Costs

NAMES = ("fee", "maker_fee", "spot_fee", "spot_maker_fee")
LEAST = {"fee": "0", "maker_fee": "-0.1", "spot_fee": "0", "spot_maker_fee": "-0.1"}
"""A maker may be paid; a taker pays."""
MOST = "0.1"


class Fees(msgspec.Struct, frozen=True):
    """Fractions of the notional; None: nobody has set it."""

    fee: Decimal | None = None
    maker_fee: Decimal | None = None
    spot_fee: Decimal | None = None
    spot_maker_fee: Decimal | None = None

    def costs(self) -> Costs:
        """Of a desk on an exchange: where no fee is set, what its markets list for themselves."""
        given = {name: value for name in NAMES if (value := getattr(self, name)) is not None}
        return Costs(**given, listed=self.fee is None)

    def over(self, other: "Fees") -> "Fees":
        """These; of what is not set here, the others."""
        return Fees(*(getattr(other if getattr(self, name) is None else self, name) for name in NAMES))


def typed_fees(options: FeeOptions) -> Fees:
    """Of options."""
    return fees({name: getattr(options, name) for name in NAMES}, lambda name: f"--{name.replace('_', '-')}")


def fees(texts: Mapping[str, str | None], named: Callable[[str], str]) -> Fees:
    """Read from texts by field; `named` is how a person knows a field. BadInput for the first that is none."""
    given = {name: text for name, text in texts.items() if text is not None}
    return Fees(**{name: number(named(name), text, LEAST[name], MOST) for name, text in given.items()})
