"""A strategy that fails its checks is marked in the list and says why on its card."""

from zoneinfo import ZoneInfo

import msgspec

from bot.screens import strategies
from tests.unit.bot import pictures

UTC = ZoneInfo("UTC")
FAULT = "look_ahead: score of bar 231 changes"


def test_a_strategy_that_fails_is_marked_and_says_why() -> None:
    good, bad = pictures.strategy(), msgspec.structs.replace(pictures.strategy("razor"), refusal=FAULT)
    lines = strategies.render([good, bad], pictures.NOW, UTC).text.splitlines()
    assert [line.split()[:2] for line in lines if line.startswith("razor")] == [["razor", "!"]]
    assert "! fails its checks, not for LIVE" in lines
    card = " ".join(strategies.render_card(bad, pictures.NOW, UTC).text.split())
    assert f"FAILS, not for LIVE: {FAULT}" in card


def test_one_that_passed_says_so_and_one_not_checked_says_nothing() -> None:
    passed = msgspec.structs.replace(pictures.strategy(), refusal="")
    assert "its checks passed" in strategies.render_card(passed, pictures.NOW, UTC).text
    for text in (strategies.render_card(pictures.strategy(), pictures.NOW, UTC).text,
                 strategies.render([passed], pictures.NOW, UTC).text):  # fmt: skip
        assert "checks" not in text
