"""The decision record: what was seen, what the gate said, what came of it."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from bot.figures.figures import columns
from bot.screens import decisions, why
from engine.model.account import Fill
from engine.model.facts import Decided, RuleResult
from engine.model.orders import OrderState
from engine.model.views import DecisionView, OrderLife, VersionView, WhyView
from tests.journaled import order
from tests.unit.bot import pictures

UTC = ZoneInfo("UTC")
RULES = (
    RuleResult("trading_state", None, None, True),
    RuleResult("position_size", Decimal("0.0156"), Decimal("0.0312"), True),
    RuleResult("gross_exposure", Decimal("1000.123456"), Decimal(50_000), True),
)
TAKEN = Decided(
    pictures.NOW, "BTC/USDT:USDT", "razor", "entry", "approved_scaled", "sell 0.0156 BTC", RULES,
    pictures.razor(), "q1e", "0A3",
)  # fmt: skip
REFUSED = Decided(
    pictures.NOW, "BTC/USDT:USDT", "razor", "entry", "daily_loss", "5.20% lost today, limit 5.00%",
    (RULES[0], RuleResult("daily_loss", Decimal("0.052"), Decimal("0.05"), False)), pictures.abstains(),
)  # fmt: skip


def lives() -> tuple[OrderLife, ...]:
    sold = order("q1e", side="sell", qty=Decimal("0.0156"), verdict="approved_scaled", binding="max_position_pct",
                 reserved_risk=Decimal("5.8712"))  # fmt: skip
    stop = order("q1s", leg="stop", type="stop", reduce_only=True, trigger=Decimal("64440.6"), qty=Decimal("0.0156"))
    fill = Fill(1, "BTC", "t1", "q1e", "sell", Decimal("0.0156"), Decimal("64118.5"), Decimal("0.5001"))
    return (
        OrderLife(sold, OrderState.FILLED, Decimal("0.0156"), "s1", pictures.NOW, (fill,)),
        OrderLife(stop, OrderState.CANCELED, Decimal(0), "target filled", pictures.NOW),
    )


def test_the_record_of_a_trade_from_the_signal_to_its_end() -> None:
    trade = pictures.trade(reason="target", trade="0A3", strategy="razor")
    assert why.render(WhyView(TAKEN, trade, lives()), UTC, "0a3").text.splitlines() == [
        "✅ BTC entry approved scaled #0A3",
        "razor: sell 0.0156 BTC",
        "",
        "SIGNAL Short 76 of 100 · 5m 14:32",
        "trend, RSI, volatility and momentum",
        "all point down",
        "entry    64,120.0  stop     64,440.6",
        "target   63,478.8  RR           2.00",
        "checks 4 of 4 met",
        "+ trend                     -0.0021",
        "+ rsi                          41.5",
        "+ volatility                 0.1089",
        "+ momentum                -0.001504",
        "",
        "SIZE 0.0156 BTC · risks 5.87",
        "scaled down: the largest share of",
        " equity in one position decided",
        "",
        "GATE 3 of 3 rules passed",
        "  rule                value    limit",
        "+ trading state",
        "+ position size      0.0156   0.0312",
        "+ gross exposure      1.00k   50,000",
        "",
        "ORDERS",
        "entry  sell 0.0156 market",
        "  filled 14:32:05",
        "  0.0156 at 64,118.5 fee 0.5001",
        "stop   buy 0.0156 stop @64,440.6",
        "  canceled 14:32:05 · target filled",
        "",
        "RESULT target 04 May 13:32",
        "in       64,120.0  out      65,697.4",
        "net +24.60 · +1.5R · fees 0.82",
        "decided 04 May 14:32:05 · 0a3",
    ]


def test_a_refusal_names_the_rule_first_with_its_value_and_limit() -> None:
    lines = why.render(WhyView(REFUSED, None), UTC, "R-7").text.splitlines()
    assert lines[0] == "⛔ BTC entry daily loss"
    assert lines[1:3] == ["razor: 5.20% lost today, limit 5.00%", ""]
    gate = lines.index("GATE 1 of 2 rules passed")
    assert lines[gate + 2] == "- daily loss          0.052     0.05"
    assert lines[-1] == "decided 04 May 14:32:05 · R-7"


def test_the_record_names_the_version_that_decided_and_the_one_that_held_to_the_end() -> None:
    version = VersionView(pictures.NOW, "razor runs with fast=12 from its next bar on")
    trade = pictures.trade(reason="target", trade="0A3", strategy="razor~1")
    lines = why.render(WhyView(TAKEN, trade, lives(), version), UTC).text.splitlines()
    assert lines[2:5] == [
        "version of 04 May 14:32: razor runs",
        "  with fast=12 from its next bar on",
        "held to its end by razor~1",
    ]


def test_every_rule_that_was_asked_is_listed() -> None:
    rules = tuple(RuleResult(f"rule_{number}", Decimal(number), Decimal(99), True) for number in range(32))
    decided = msgspec.structs.replace(REFUSED, rules=rules)
    text = why.render(WhyView(decided, None), UTC).text
    assert "GATE 32 of 32 rules passed" in text
    assert all(f"+ rule {number} " in text for number in range(32))


def test_what_is_open_says_so() -> None:
    assert "RESULT still open" in why.render(WhyView(TAKEN, None, lives()), UTC).text.splitlines()


def test_the_last_decisions_fit_the_phone_and_each_has_its_button() -> None:
    found = [DecisionView("R-7-1", REFUSED), DecisionView("0A3", TAKEN)]
    screen = decisions.render(found, pictures.NOW, UTC)
    assert screen.text.splitlines()[:4] == [
        "🔎 last 2 decisions · 1 taken",
        "# at    pair   trade verdict",
        "1 14:32 BTC N  -     daily loss",
        "2 14:32 BTC S  #0A3  scaled",
    ]
    assert [(button.label, button.data) for button in screen.buttons[0]] == [("1 BTC", "w:R-7-1"), ("2 #0A3", "w:0A3")]
    assert max(map(columns, screen.text.splitlines()[1:-1])) <= 36
    assert decisions.render([], pictures.NOW, UTC).text.startswith("🔎 nothing has been decided yet")
