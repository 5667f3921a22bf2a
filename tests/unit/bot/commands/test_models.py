"""/strategy with a model among the parameters: it has to be of this market."""

import msgspec

from engine.model.member import Member
from tests.unit.bot.commands.person import Person


async def test_a_change_in_chat_to_a_model_of_another_market_is_answered_with_the_sentence(admin: Person) -> None:
    trials = admin.services.trials
    asked: list[Member] = []

    def judge(member: Member) -> str | None:
        asked.append(member)
        return "ma_cross@5m on BTCUSDT: model_mismatch: other candles."

    trials.setup = msgspec.structs.replace(trials.setup, strange=judge)
    said = await admin.say("/strategy ma_cross swap breakout")
    assert "model_mismatch: other candles." in said.text
    assert [member.id for member in asked] == ["breakout"]
    await admin.say("/strategy ma_cross off")
    assert len(asked) == 1
