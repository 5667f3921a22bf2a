"""The strategies on disk: the program's own and the rules in a folder, as members that a desk can start."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.desk.lineup import as_member
from engine.model.errors import BadInput
from engine.model.instrument import Instrument
from engine.model.market import SPAN_MS, Timeframe
from engine.model.member import Member
from engine.model.own import divided
from engine.plan import StrategyPlan
from engine.ports import Params, Strategy
from strategies.base import AnyStrategy, build, catalogue, parse_params, parse_spec
from strategies.params import listed, shown
from strategies.rules.compiled import NoParams, RulesStrategy
from strategies.rules.errors import BadRules
from strategies.rules.folder import Change, Folder, read

FOLDER = "strategies"
"""Folder in the data directory: strategies as JSON files."""


def resolve(member: Member) -> tuple[Strategy, Params]:
    """Port Resolver: the code of a member and its parameters; BadInput why there is none."""
    texts, _ = divided(member.params)
    if member.document:
        found = read(member.document.encode())
        if not isinstance(found, RulesStrategy):
            raise BadRules(member.id, found)
        rules: AnyStrategy = found
        if texts:
            names = "risk settings such as COOLDOWN_BARS"
            raise BadInput(f"{member.id} is a file of rules and has no parameters but {names}; change the file.")
        _expect_timeframe(rules, member)
        return rules, NoParams()
    strategy = build(member.name)
    _expect_timeframe(strategy, member)
    params = parse_params(strategy, texts)
    refusal = strategy.refuses(member.timeframe, params)
    if refusal is not None:
        raise BadInput(f"{member.id}: {refusal}")
    return strategy, params


def _expect_timeframe(strategy: Strategy, member: Member) -> None:
    accepted: Sequence[Timeframe] = getattr(strategy, "accepts", strategy.timeframes)
    if member.timeframe not in accepted:
        raise BadInput(f"{member.id} does not run on {member.timeframe}; it takes {listed(accepted)}.")


class Shelf:
    """What could be started on a desk whose market has these instruments, on candles of `bases`."""

    def __init__(self, folder: Path, instruments: Mapping[str, Instrument], bases: Mapping[str, Timeframe]) -> None:
        self._folder = Folder(folder)
        self._symbols = {plain(symbol): symbol for symbol in bases}
        self._symbols |= {f"{one.base}{one.quote}".upper(): symbol for symbol, one in instruments.items()}
        self._bases = bases
        self._files: dict[Path, Member] = {}

    def members(self) -> list[Member]:
        """Those of the program that this market's candles allow, then those of the folder."""
        bundled = (self._bundled(strategy.name) for strategy in catalogue().values())
        return [*(one for one in bundled if one is not None), *self._files.values()]

    def member(self, strategy: str) -> Member:
        """The one of this id (`name` or `name@5m`); BadInput says what there is, or why it cannot run here."""
        for one in self._files.values():
            if one.id == strategy:
                return one
        if strategy.partition("@")[0] not in catalogue():
            known = [*catalogue(), *(one.id for one in self._files.values())]
            raise BadInput(f"There is no strategy {shown(strategy)}; there are {listed(known)}.")
        found = self._bundled(strategy)
        if found is None:
            raise BadInput(f"{strategy} needs shorter candles than this market has.")
        return found

    def look(self) -> list[Change]:
        """Take up what has changed in the folder since the last look; blocks."""
        changes = self._folder.changed()
        for change in changes:
            if change.strategy is not None:
                self._files[change.path] = self._rules(change.strategy, change.text)
            elif not change.digest:
                self._files.pop(change.path, None)
        return changes

    def taken(self, path: Path) -> bool:
        """Whether the id of a file is that of another file or of a strategy of the program."""
        one = self._files.get(path)
        others = [other.id for at, other in self._files.items() if at != path]
        return one is not None and (one.id in catalogue() or one.id in others)

    def drop(self, path: Path) -> None:
        """Do without this file."""
        self._files.pop(path, None)

    def _bundled(self, spec: str) -> Member | None:
        strategy, timeframe = parse_spec(spec)
        coarsest = max((SPAN_MS[base] for base in self._bases.values()), default=0)
        if "@" not in spec:
            fits = [one for one in (timeframe, *strategy.accepts) if SPAN_MS[one] >= coarsest]
            if not fits:
                return None
            timeframe = fits[0]
        elif SPAN_MS[timeframe] < coarsest:
            return None
        return as_member(StrategyPlan(spec, strategy, strategy.params_type(), timeframe, tuple(self._bases)))

    def _rules(self, rules: RulesStrategy, text: str) -> Member:
        symbols = tuple(self._symbols.get(plain(symbol), symbol) for symbol in rules.symbols)
        return Member(rules.name, rules.name, rules.document.timeframe, symbols, {}, text)


def plain(symbol: str) -> str:
    """`ETH/USDT:USDT`, `ETH-USDT` and `ethusdt` are one market: letters and digits without the settlement."""
    return "".join(letter for letter in symbol.partition(":")[0].upper() if letter.isalnum())
