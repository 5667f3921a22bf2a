"""What stands in for the engine, the database and Telegram in tests of the bot's rooms."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from bot.backtests.trial import Setup, Stored, Terms
from bot.backtests.trials import Trials
from bot.outbox.body import Body, decode
from bot.outbox.outbox import Say
from engine.model.account import ClosedTrade
from engine.model.commands import Action, LineupAction, StrategyParams
from engine.model.errors import BadInput
from engine.model.history import RiskHistory, Together
from engine.model.instrument import Instrument
from engine.model.market import Bars, Timeframe
from engine.model.member import Member
from engine.model.views import (
    AnalysisView,
    Answer,
    DecisionView,
    LogLine,
    ModeView,
    PnlView,
    RiskView,
    StatusView,
    StrategyView,
    WhyView,
)
from engine.ports import OutboxRow, Outgoing
from tests.unit.bot import pictures


class Picture:
    """A Control whose pictures a test sets; it remembers what it was told to do."""

    def __init__(self) -> None:
        self.view = pictures.status()
        self.becomes: StatusView | None = None
        """The picture after the next command."""
        self.done: list[tuple[Action, int, str, int | None]] = []
        self.answer = Answer(True, "done", "It is done.")
        self.limits = pictures.risk()
        self.lines = [LogLine(pictures.NOW, "INFO", "started")]
        self.results = pictures.pnl()
        self.where = pictures.mode()
        self.said = pictures.analysis()
        self.bars = pictures.bars()
        self.decided: list[DecisionView] = []
        self.records: dict[str, WhyView] = {}
        self.marks = 60
        self.filed = False
        """Whether there is a strategy of a file too."""
        self.pairs = Together(("BTC", "ETH"), ((1.0, 0.8), (0.8, 1.0)))

    def status(self) -> StatusView:
        return self.view

    def risk(self) -> RiskView:
        return self.limits

    async def risk_history(self, period: str) -> RiskHistory:
        return pictures.history(period, self.marks)

    def together(self) -> Together:
        return self.pairs

    def strategies(self) -> Sequence[StrategyView]:
        filed = [pictures.strategy("filed", on=False)] if self.filed else []
        return [pictures.strategy(), pictures.strategy("razor", on=False), *filed]

    def startable(self, strategy: str) -> Member:
        if strategy != "breakout":
            raise BadInput(f"There is no strategy {strategy}; there is breakout.")
        return Member(strategy, strategy, "1h", ("BTCUSDT",), {"n": "20"})

    def member(self, strategy: str) -> Member:
        symbols, document = (("ETH/USDT:USDT", "DOGE/USDT:USDT"), "{}") if strategy == "filed" else ((), "")
        return Member(strategy, strategy, "15m" if document else "1m", symbols, {}, document)

    def check(self, action: LineupAction) -> None:
        if isinstance(action, StrategyParams) and "slow" not in action.params and "fast" not in action.params:
            raise BadInput("ma_cross has fast and slow.")

    def mode(self) -> ModeView:
        return self.where

    async def pnl(self, period: str) -> PnlView:
        return pictures.pnl(period, equity_curve=self.results.equity_curve)

    async def trades(self, limit: int) -> Sequence[ClosedTrade]:
        return [pictures.trade()][:limit]

    async def why(self, key: str) -> WhyView | None:
        return self.records.get(key)

    async def decisions(self, limit: int) -> Sequence[DecisionView]:
        return self.decided[-limit:]

    def symbols(self) -> Sequence[str]:
        return [f"{base}/USDT:USDT" for base in ("BTC", "ETH", "SOL")]

    def instrument(self, symbol: str) -> Instrument:
        return Instrument(symbol, symbol.partition("/")[0], "USDT")

    async def analysis(self, symbol: str, strategy: str | None = None) -> AnalysisView:
        said = [one for one in self.said.signals if strategy in (None, one.strategy)]
        return msgspec.structs.replace(self.said, symbol=symbol, signals=tuple(said))

    def candles(self, symbol: str, timeframe: Timeframe, count: int) -> Bars:
        return self.bars.slice(max(0, len(self.bars) - count), len(self.bars))

    def logs(self, count: int) -> Sequence[LogLine]:
        return self.lines[-count:]

    async def do(self, action: Action, actor: int, intent: str, inbox: int | None) -> Answer:
        self.done.append((action, actor, intent, inbox))
        self.view, self.becomes = self.becomes or self.view, None
        return self.answer


class Shelf:
    """An Outbox in memory: a known dedupe key is ignored, like the real one's."""

    def __init__(self) -> None:
        self.items: list[Outgoing] = []
        self.at = 0

    async def put(self, items: Sequence[Outgoing], cursor: int | None = None) -> None:
        known = {item.dedupe for item in self.items if item.dedupe}
        self.items += [item for item in items if item.dedupe not in known]
        self.at = max(self.at, cursor or 0)

    async def cursor(self) -> int:
        return self.at

    async def waiting(self) -> Sequence[OutboxRow]:
        return []

    async def delivered(self, row: int, message_id: int) -> None: ...

    async def postpone(self, row: int, retry_at: int) -> None: ...

    async def drop(self, row: int, why: str) -> None: ...

    async def message_id(self, chat: int, key: str) -> int | None:
        return None

    def bodies(self) -> list[Body]:
        return [decode(item.body) for item in self.items]

    def texts(self) -> list[str]:
        return [body.text for body in self.bodies()]


class Claims:
    """Reports in memory; what was claimed outlives the reporter."""

    def __init__(self) -> None:
        self.claimed: list[tuple[str, int, str]] = []

    async def claim(self, kind: str, recipient: int, period: str, at: int) -> bool:
        new = (kind, recipient, period) not in self.claimed
        if new:
            self.claimed.append((kind, recipient, period))
        return new

    async def last(self, kind: str, recipient: int) -> str | None:
        own = [period for a, b, period in self.claimed if (a, b) == (kind, recipient)]
        return own[-1] if own else None


def no_trials(say: Say, folder: Path) -> Trials:
    """Backtests on a data directory without candles."""
    costs: dict[str, str | int | None] = {"fee": "0.0005"}
    setup = Setup(Stored(str(folder), "test"), Terms(costs, {}, "UTC"), folder)
    return Trials(setup, say, lambda: pictures.NOW)
