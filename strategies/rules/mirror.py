"""The short side of a rule: what it says on a chart turned upside down (strategies.md section 15, `rules`).

Upside down a price p is -p, a high a low, and an rsi v is 100 - v; a volume or an atr stays. A comparison has a mirror
when its answer does not depend on where the zero of the price axis is: close above an average does, close above 1600
does not. `Image` holds the negative of a quantity upside down, so that > turns to < and numbers keep their digits.
"""

from math import isclose
from typing import assert_never

import msgspec

from strategies.rules import nodes as n
from strategies.rules.parity import kind_of, swapped


class NotMirrorable(Exception):
    """The rule has no mirror; its text is a phrase that says why."""


class Image(msgspec.Struct, frozen=True):
    """Upside down the quantity is `node` when it is even, `shift - node` when not."""

    node: n.Operand
    odd: bool
    level: float = 0.0
    """How often the price level is contained in it: 1 in a price, 0 in a difference of two."""
    shift: float = 0.0

    def negated(self) -> "Image":
        """The same with `odd` set."""
        if self.odd:
            return self
        if isinstance(self.node, n.Number):
            return Image(n.Number(0.0 - self.node.value), True)
        return Image(n.Arithmetic("mul", n.Number(-1.0), self.node), True)

    def plain(self) -> n.Operand:
        """The negative upside down as one operand, the shift worked in."""
        return n.Arithmetic("sub", self.node, n.Number(self.shift)) if self.shift else self.node


def mirror(condition: n.Condition) -> n.Condition:
    """The condition for the other side. Raises NotMirrorable."""
    match condition:
        case n.Every():
            return n.Every(tuple(map(mirror, condition.of)))
        case n.Some():
            return n.Some(condition.count, tuple(map(mirror, condition.of)))
        case n.Negation():
            return n.Negation(mirror(condition.of))
        case n.Recent():
            return n.Recent(condition.bars, mirror(condition.of))
        case n.Comparison():
            return _comparison(condition)
        case n.Trend():
            image = _image(condition.of)
            return n.Trend(image.node, condition.rises != image.odd, condition.bars, condition.timeframe)
        case n.Candle():
            return n.Candle(swapped(condition.pattern))
        case n.InState():
            return n.InState(tuple(map(swapped, condition.states)))
        case n.NearLevel():
            return n.NearLevel(swapped(condition.kind), condition.within, condition.tier)
        case n.Hours():
            return condition
        case _:
            assert_never(condition)


def mirror_price(operand: n.Operand) -> n.Operand:
    """A stop or target price for the other side. Raises NotMirrorable."""
    image = _image(operand)
    if not image.odd or not isclose(image.level, 1.0):
        raise NotMirrorable("it is no price that moves with the chart")
    return image.plain()


def _comparison(condition: n.Comparison) -> n.Comparison:
    left, right = _image(condition.left), _image(condition.right)
    if not left.odd and not right.odd:
        return n.Comparison(left.node, condition.op, right.node, condition.timeframe)
    left, right = left.negated(), right.negated()
    _same_level(left, right, "a price is compared with what is no price")
    a, b, gap = left.node, right.node, left.shift - right.shift
    if gap and isinstance(b, n.Number):
        b = n.Number(b.value + gap)
    elif gap and isinstance(a, n.Number):
        a = n.Number(a.value - gap)
    elif gap:
        b = n.Arithmetic("add", b, n.Number(gap))
    return n.Comparison(a, n.FLIPPED[condition.op], b, condition.timeframe)


def _same_level(left: Image, right: Image, why: str) -> None:
    if not isclose(left.level, right.level, abs_tol=1e-9):
        raise NotMirrorable(why)


def _image(operand: n.Operand) -> Image:
    match operand:
        case n.Number():
            return Image(operand, odd=False)
        case n.Price():
            turned = n.Price(swapped(operand.name), operand.offset, operand.timeframe)
            return Image(turned, odd=operand.name != "volume", level=float(operand.name != "volume"))
        case n.Line():
            return _line(operand)
        case n.FlowValue():
            stacked = operand.metric in ("stacked_buy", "stacked_sell")
            return Image(msgspec.structs.replace(operand, metric=swapped(operand.metric)), odd=not stacked)
        case n.Extreme():
            image = _image(operand.of)
            kind: n.ExtremeKind = operand.kind
            if image.odd:
                kind = "lowest" if kind == "highest" else "highest"
            return Image(n.Extreme(kind, image.node, operand.bars), image.odd, image.level, image.shift)
        case n.Absolute():
            image = _image(operand.of)
            if image.level:
                raise NotMirrorable("the absolute value of a price has no mirror")
            return Image(n.Absolute(image.plain()), odd=False)
        case n.Arithmetic():
            return _arithmetic(operand)
        case _:
            assert_never(operand)


def _line(line: n.Line) -> Image:
    kind = kind_of(line.name, line.output)
    if kind is None:
        raise NotMirrorable(f"{line.name} has no known mirror")
    node = msgspec.structs.replace(line, name=swapped(line.name), output=swapped(line.output))
    shift = 100.0 if kind == "of 100" else -100.0 if kind == "of -100" else 0.0
    return Image(node, kind != "even", float(kind == "price"), shift)


def _arithmetic(operand: n.Arithmetic) -> Image:
    left, right, kind = _image(operand.left), _image(operand.right), operand.kind
    if not left.odd and not right.odd:
        return Image(n.Arithmetic(kind, left.node, right.node), odd=False)
    match kind:
        case "add" | "sub":
            left, right = left.negated(), right.negated()
            sign = 1.0 if kind == "add" else -1.0
            node = n.Arithmetic(kind, left.node, right.node)
            return Image(node, True, left.level + sign * right.level, left.shift + sign * right.shift)
        case "min" | "max":
            left, right = left.negated(), right.negated()
            _same_level(left, right, "the smaller or larger of a price and what is no price has no mirror")
            return Image(n.Arithmetic("max" if kind == "min" else "min", left.plain(), right.plain()), True, left.level)
        case "mul" | "div":
            return _product(operand, left, right)
        case _:
            assert_never(kind)


def _product(operand: n.Arithmetic, left: Image, right: Image) -> Image:
    factor = right if left.odd else left
    scale = factor.node.value if isinstance(factor.node, n.Number) and not factor.odd else None
    priced = left if left.odd else right
    if priced.level and (scale is None or (operand.kind == "div" and priced is right)):
        raise NotMirrorable("a price times or divided by what is no number has no mirror")
    if factor.odd and factor.level:
        raise NotMirrorable("a price times or divided by what is no number has no mirror")
    node = n.Arithmetic(
        operand.kind, left.plain() if left.odd else left.node, right.plain() if right.odd else right.node
    )
    if left.odd and right.odd:
        return Image(node, odd=False)
    level = 0.0 if not scale else priced.level * scale if operand.kind == "mul" else priced.level / scale
    return Image(node, True, level)
