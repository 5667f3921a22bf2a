"""Which rules an order is asked, in order, under which limits.

A newcomer adds a rule with one line in `RULES`, on purpose: the first refusal decides, so order matters
(risk.md section 8).
"""

from engine.model.limits import RiskLimits
from engine.risk.bad_price import BadPrice
from engine.risk.case import Rule
from engine.risk.clearance import ALONE, BESIDE, Clearance
from engine.risk.consecutive_losses import ConsecutiveLosses
from engine.risk.cooldown import Cooldown
from engine.risk.daily_loss import DailyLoss
from engine.risk.depth import DepthShare
from engine.risk.drawdown_ladder import DrawdownLadder
from engine.risk.fresh_data import FreshData
from engine.risk.grant import Granted
from engine.risk.gross import GrossExposure
from engine.risk.margin_rule import Margin
from engine.risk.max_drawdown import MaxDrawdown
from engine.risk.max_positions import MaxPositions
from engine.risk.order_pace import OrderPace
from engine.risk.portfolio import Concentration, Fit, Headroom, Heat, NetExposure, StrategyBudget
from engine.risk.position_size import PositionSize
from engine.risk.price_band import PriceBand
from engine.risk.ready import Complete, Ready
from engine.risk.rejected import RejectedOrders
from engine.risk.same_direction import SameDirection
from engine.risk.shaken import Shaken
from engine.risk.spread import Spread
from engine.risk.symbol import SymbolRule
from engine.risk.tail import TailRisk
from engine.risk.together import CorrelatedExposure, StressHeat
from engine.risk.trading_state import TradingStateRule
from engine.risk.unheard import Unheard
from engine.risk.weekly_loss import WeeklyLoss

DESK_RULES: tuple[Rule, ...] = (
    TradingStateRule(),
    Ready(),
    FreshData(),
    BadPrice(),
    Complete(),
    DailyLoss(),
    ConsecutiveLosses(),
    MaxDrawdown(),
    Shaken(),
    RejectedOrders(),
    Unheard(),
    WeeklyLoss(),
    DrawdownLadder(),
)
"""Steps 1 to 3: whether the desk enters at all now."""
RULES: tuple[Rule, ...] = (
    *DESK_RULES,
    SymbolRule(),
    Cooldown(),
    PriceBand(),
    Spread(),
    PositionSize(),
    DepthShare(),
    MaxPositions(),
    SameDirection(),
    GrossExposure(),
    Heat(),
    StressHeat(),
    CorrelatedExposure(),
    Headroom(),
    StrategyBudget(),
    Concentration(),
    NetExposure(),
    Fit(),
    TailRisk(),
    Margin(),
    OrderPace(),
)
SYMBOL = next(place for place, rule in enumerate(RULES) if isinstance(rule, SymbolRule))
PART_RULES: tuple[Rule, ...] = (*DESK_RULES, Granted(), GrossExposure(), Fit(), Margin())
"""For part of an entry that was judged as a whole before: one position of one symbol, sized already."""


class Asked:
    """Rules in order, and what they are asked with."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self.checks = tuple(rule.check for rule in rules)


class Regime:
    """Limits, and the rules that they put in force."""

    def __init__(self, limits: RiskLimits) -> None:
        self.limits = limits
        rules = tuple(rule for rule in RULES if rule.on(limits))
        entering = tuple(rule for rule in rules if rule.applies_to != "exits")
        calm = tuple(rule for rule in entering if not rule.latched)
        self.exits = Asked(tuple(rule for rule in rules if rule.applies_to != "entries"))
        self.entries = Asked(entering)
        """Of any entry."""
        self.parts = Asked(tuple(rule for rule in PART_RULES if rule.on(limits)))
        """Of part of an entry that was granted as a whole."""
        self.calm = Asked(calm)
        """Those that could refuse or cut an entry while the desk is not in trouble."""
        self.held = Asked(tuple(rule for rule in calm if RULES.index(rule) <= SYMBOL))
        """Of these the ones up to that which refuses to enter a symbol twice; none of them looks at the book."""
        self.lone = Asked(tuple(rule for rule in calm if rule.alone(limits)))
        """Of these the ones that concern a desk that holds nothing else."""
        alone, beside = ({rule.name for rule in asked.rules} for asked in (self.lone, self.calm))
        covered = limits.sizing_mode == "percent" and alone <= ALONE and beside <= BESIDE
        self.clearance = Clearance(limits) if covered else None
        """The short way through the calm ones."""
