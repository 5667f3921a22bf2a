"""What buttons carry: a prefix of one or two letters and ids, at most 64 bytes, never a symbol or an index."""

from aiogram.filters.callback_data import CallbackData

from engine.model.member import HandOver


class ShowMenu(CallbackData, prefix="m"):
    """The main menu."""


class ShowSettings(CallbackData, prefix="se"):
    """The settings menu."""


class ShowEmergency(CallbackData, prefix="em"):
    """Pause, stop, close everything."""


class ShowStatus(CallbackData, prefix="s"):
    """The status screen."""


class ShowPnl(CallbackData, prefix="pl"):
    """Results of a period: day by day, or by pair."""

    period: str
    pairs: bool = False


class ShowEquity(CallbackData, prefix="pe"):
    """The equity chart of a period."""

    period: str


class ShowPositions(CallbackData, prefix="ps"):
    """A page of the open positions."""

    page: int = 0


class ShowPosition(CallbackData, prefix="pp"):
    """The card of one position."""

    trade: str


class ShowTrades(CallbackData, prefix="tr"):
    """The newest closed trades."""

    count: int


class SendTrades(CallbackData, prefix="tc"):
    """Closed trades as a file: from `start` up to but without `end`, UTC ms; until now where that is 0."""

    start: int = 0
    end: int = 0


class SendPositions(CallbackData, prefix="pc"):
    """The open positions as a file."""


class ShowWhy(CallbackData, prefix="w"):
    """The decision record of a trade, or of a refusal."""

    key: str


class ShowDecisions(CallbackData, prefix="wl"):
    """The newest decisions about entries."""


class ShowAnalysis(CallbackData, prefix="an"):
    """What the strategies say of a symbol; one in full, or a page of all. Without a symbol: which there are."""

    symbol: str = ""
    """Its sign (`bot.dialogue.symbols`)."""
    strategy: str = ""
    page: int = 0


class ShowBacktest(CallbackData, prefix="bt"):
    """The choices of a backtest, or of one of them: strategy, symbols, period."""

    what: str = ""


class ChooseTrial(CallbackData, prefix="bc"):
    """One choice of a backtest: a strategy, a symbol by its sign, a period."""

    what: str
    value: str


class StartTrial(CallbackData, prefix="bg"):
    """Run the backtest that was chosen."""


class StopTrial(CallbackData, prefix="bx"):
    """Stop the own backtest."""


class ShowRisk(CallbackData, prefix="ri"):
    """The risk screen."""


class ShowRiskChart(CallbackData, prefix="rc"):
    """A chart of risk over time: `equity` with its drawdown, or the `use` of limits."""

    kind: str
    period: str = "24h"


class ShowTogether(CallbackData, prefix="rt"):
    """The correlations of what is held."""


class ShowLimits(CallbackData, prefix="rl"):
    """A page of the risk settings."""

    page: int = 0


class ShowLimit(CallbackData, prefix="ru"):
    """One risk setting: its use, what counts, its way back."""

    name: str


class AskLimit(CallbackData, prefix="rv"):
    """Another value of one risk setting: tighter at once, looser after Confirm."""

    name: str
    value: str


class ShowStrategies(CallbackData, prefix="st"):
    """A page of the strategies."""

    page: int = 0


class ShowStrategy(CallbackData, prefix="sg"):
    """The card of one strategy."""

    strategy: str


class ShowChange(CallbackData, prefix="sc"):
    """How to change a strategy."""

    strategy: str


class ShowMode(CallbackData, prefix="mo"):
    """The mode screen."""


class ShowLogs(CallbackData, prefix="lo"):
    """The newest lines of the log."""

    count: int


class ShowHelp(CallbackData, prefix="h"):
    """The list of commands."""


class ShowReport(CallbackData, prefix="rp"):
    """A report now."""


class ShowNotifications(CallbackData, prefix="nt"):
    """What rings, what is silent, what is off."""


class ShowQuiet(CallbackData, prefix="nq"):
    """The quiet hours."""


class ShowSchedule(CallbackData, prefix="rs"):
    """Which reports come, and when."""


class TurnMatter(CallbackData, prefix="nm"):
    """How loud one notification or report is: rings, silent, off."""

    matter: str
    loud: str


class SetQuiet(CallbackData, prefix="qh"):
    """New quiet hours; none where both ends are the same."""

    start: int = 0
    end: int = 0


class SetSmallest(CallbackData, prefix="sz"):
    """The smallest size that rings."""

    size: int


class SetHour(CallbackData, prefix="rh"):
    """The hour of daily and weekly reports."""

    hour: int


class AskPause(CallbackData, prefix="pa"):
    """No new entries: done at once."""


class AskStop(CallbackData, prefix="hl"):
    """Halt: done at once."""


class AskResume(CallbackData, prefix="re"):
    """Back to trading, after Confirm."""


class AskCloseAll(CallbackData, prefix="ca"):
    """Close everything, after Confirm."""


class AskClose(CallbackData, prefix="cl"):
    """Close a share of one position, after Confirm."""

    trade: str
    share: int = 100


class AskMode(CallbackData, prefix="am"):
    """Switch the mode, after Confirm."""

    mode: str


class AskSwitch(CallbackData, prefix="sw"):
    """Turn a strategy on or off, after Confirm."""

    strategy: str
    on: bool


class AskFile(CallbackData, prefix="sf"):
    """Put the new version of a strategy's file in its place, after Confirm."""

    strategy: str


class AskRemove(CallbackData, prefix="sr"):
    """Take a strategy off the desk, after Confirm."""

    strategy: str


class AskPromote(CallbackData, prefix="sp"):
    """Put the shadow of a strategy in its place, after Confirm."""

    strategy: str
    hand_over: HandOver = "keep"


class AskUnshadow(CallbackData, prefix="su"):
    """End the shadow of a strategy, after Confirm."""

    strategy: str


class AskReset(CallbackData, prefix="rr"):
    """Put one risk setting back to the value of the environment, after Confirm."""

    name: str


class ShowPeople(CallbackData, prefix="us"):
    """Who may do what, and who tried."""


class AskRole(CallbackData, prefix="ur"):
    """Enrol or block somebody, after Confirm."""

    user: int
    role: int


class Confirm(CallbackData, prefix="y"):
    """Carry an intent out."""

    intent: str


class Decline(CallbackData, prefix="n"):
    """Drop an intent."""

    intent: str


class Undo(CallbackData, prefix="u"):
    """Take back what was done at once."""

    intent: str


def meaning(prefix: str) -> str:
    """What the kind of button with this prefix does, in the words of its docstring."""
    kinds = [one for one in globals().values() if isinstance(one, type) and issubclass(one, CallbackData)]
    kind = next(one for one in kinds if one is not CallbackData and one.__prefix__ == prefix)
    return (kind.__doc__ or "").rstrip(".")
