"""The conditions of a file by side: what must hold, what adds score, what gets out."""

from msgspec import Struct

from strategies.rules import lower
from strategies.rules import nodes as n
from strategies.rules.mirror import mirror
from strategies.rules.schema import Document
from strategies.rules.text import worded


class Weight(Struct, frozen=True):
    """A top-level rule of one side, and what it is worth."""

    name: str
    condition: n.Condition
    weight: float = 1.0
    required: bool = True


class Side(Struct, frozen=True):
    """One direction of a strategy; without rules it never signals."""

    rules: tuple[Weight, ...]
    exit: n.Condition | None


def sides_of(document: Document) -> tuple[Side, Side]:
    """Long and short. `rules` are written for the long side, or for the only one there is."""
    long, short = document.direction != "short", document.direction != "long"
    exits = document.exit
    out_long = lower.condition(exits.long) if exits and exits.long else None
    out_short = lower.condition(exits.short) if exits and exits.short else None
    return (
        Side(_rules(document, True) if long else (), out_long),
        Side(_rules(document, False) if short else (), out_short),
    )


def _rules(document: Document, long: bool) -> tuple[Weight, ...]:
    if document.entry is not None:
        entry = document.entry.long if long else document.entry.short
        return () if entry is None else (Weight("entry", lower.condition(entry)),)
    turned = document.direction == "both" and not long
    found = []
    names: list[str] = []
    for rule in document.rules or ():
        condition = lower.condition(rule.condition)
        names.append(worded(rule.condition))
        twice = names.count(names[-1])
        name = names[-1] if twice == 1 else f"{names[-1]} ({twice})"
        found.append(Weight(name, mirror(condition) if turned else condition, rule.weight, rule.required))
    return tuple(found)
