"""Sets of parameters that a search wrote, sent in chat."""

import pytest

from bot.dialogue.changing import wish
from engine.control import Control
from engine.model.commands import StrategyParams, StrategyShadow
from engine.model.errors import BadInput
from tests.unit.bot.pictures import strategy
from tests.unit.bot.stand_ins import Picture

VIEW = strategy()
OWN = f"{VIEW.name}@{VIEW.timeframe}"


@pytest.fixture
def control() -> Control:
    return Picture()


@pytest.mark.parametrize(
    "text",
    [
        '{"fast": 5, "slow": 20.5}',
        f'{{"strategy": "{OWN}", "params": {{"fast": 5, "slow": 20.5}}, "stop": null, "others": [1], "found": {{}}}}',
    ],
)
def test_a_set_is_taken_as_it_was_written(control: Control, text: str) -> None:
    wanted = {"fast": "5", "slow": "20.5"}
    assert wish(VIEW, text.split(), control) == StrategyParams(VIEW.id, wanted, "keep")
    assert wish(VIEW, [*text.split(), "close"], control) == StrategyParams(VIEW.id, wanted, "close")
    assert wish(VIEW, ["shadow", "50", *text.split()], control) == StrategyShadow(VIEW.id, 50, None, wanted)


def test_risk_settings_of_its_own_are_typed_in_any_case(control: Control) -> None:
    wanted = {"fast": "5", "COOLDOWN_BARS": "3"}
    assert wish(VIEW, ["fast=5", "cooldown_bars=3"], control) == StrategyParams(VIEW.id, wanted, "keep")
    with pytest.raises(BadInput, match="COOLDOWN_BARS stands twice"):
        wish(VIEW, ["COOLDOWN_BARS=3", "cooldown_bars=4"], control)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"strategy":"razor@1h","params":{"fast":5}}', f"These parameters are for 'razor@1h'; {VIEW.id} is {OWN}."),
        ('{"fast":[1]}', "That is not what `optimise --out` writes: "),
        ('{"fast":5', "That is not what `optimise --out` writes: "),
        ('{"fast":"a,b"}', "fast takes a number or a word"),
        (
            f'{{"strategy":"{OWN}","params":{{"fast":5}},"stop":"1%"}}',
            "A set with a stop or target is for",
        ),
    ],
)
def test_another_set_is_refused_in_one_sentence(control: Control, text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        wish(VIEW, text.split(), control)
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)
