"""One limit: its use, what counts, its way back, other values."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.outbox.body import Body
from bot.screens.limit import proposals, render
from engine.model.limits import SETTINGS, RiskLimits, shown
from engine.model.roles import Role
from engine.model.views import BreakerView, LimitView, PartView, SettingView
from tests.unit.bot import pictures

UTC = ZoneInfo("UTC")


def setting(name: str, value: str, changed: bool = False) -> SettingView:
    return SettingView(name, value, "6", SETTINGS[name].takes, changed)


def labels(content: Body) -> list[list[str]]:
    return [[button.label for button in row] for row in content.buttons]


HEAT = LimitView(
    "MAX_HEAT_PERCENT", "heat", Decimal("2.4"), Decimal(4), "percent",
    parts=(PartView("ETH", Decimal("160.5")), PartView("BTC", Decimal(-80))),
)  # fmt: skip


def test_a_limit_shows_its_use_what_counts_and_how_to_change_it() -> None:
    content = render(pictures.risk(limits=(HEAT,)), setting("MAX_HEAT_PERCENT", "4", changed=True), UTC)
    lines = content.text.splitlines()
    assert lines[0] == "🛡 max_heat_percent 4"
    assert "heat           2.4 /     4% #####---" in lines
    assert lines[lines.index("what counts:") + 1 :][:2] == [
        "  ETH                        +160.50",
        "  BTC                         -80.00",
    ]
    assert "never trips: each entry is judged" in lines
    assert "set in chat; .env has 6" in lines
    assert lines[-1] == "Another value: /risk max_heat_percent VALUE"
    assert labels(content)[:2] == [["2", "3", "5", "6"], ["Reset to 6"]]
    assert all(len(line) <= 36 for line in lines[1:-1])


def test_only_an_admin_is_offered_other_values() -> None:
    content = render(pictures.risk(), setting("MAX_HEAT_PERCENT", "4", changed=True), UTC, Role.TRADER)
    assert labels(content) == [["Refresh", "Limits...", "Risk"], ["Menu"]]


def test_the_way_back_of_a_breaker_is_said_before_and_after_it_trips() -> None:
    losses = setting("CONSECUTIVE_LOSSES", "3")
    armed = " ".join(render(pictures.risk(), losses, UTC).text.split())
    assert "armed; once tripped it ends with the end of the strategy's pause" in armed
    breakers = (
        BreakerView("consecutive_losses razor", True, pictures.NOW, "its entries are allowed again after 60 min"),
    )
    tripped = " ".join(render(pictures.risk(breakers=breakers), losses, UTC).text.split())
    assert "TRIPPED consecutive_losses razor since" in tripped
    assert "its entries are allowed again after 60 min" in tripped


@pytest.mark.parametrize("name", SETTINGS)
def test_every_other_value_that_is_offered_is_one_that_the_setting_takes(name: str) -> None:
    value = shown(RiskLimits())[name]
    offered = proposals(setting(name, value))
    assert value not in offered
    assert len(set(offered)) == len(offered)
    assert offered or value == "none"
    for text in offered:
        SETTINGS[name].parse(text)
