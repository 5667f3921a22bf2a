import pytest

from bot.playground import people
from bot.playground.world import World


def test_without_ids_the_admin_speaks_in_the_private_chat(world: World) -> None:
    message = people.say(world, "/status")
    assert (message["from"]["id"], message["chat"]["id"], message["chat"]["type"]) == (1001, 1001, "private")
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 7}]


def test_a_chat_id_names_the_user_of_a_private_chat_and_an_id_below_zero_a_group(world: World) -> None:
    assert people.say(world, "a", chat_id=1002)["from"]["first_name"] == "Trader"
    assert people.say(world, "a", user_id=4004)["from"]["first_name"] == "Stranger"
    group = people.say(world, "a", user_id=1003, chat_id=-77)
    assert (group["chat"]["type"], group["from"]["id"]) == ("supergroup", 1003)


@pytest.mark.parametrize(
    ("text", "user_id", "chat_id"), [(" ", None, None), ("a", 1002, 1001), ("a", -1, None), ("a", 0, None)]
)
def test_what_no_client_could_send_is_refused(
    world: World, text: str, user_id: int | None, chat_id: int | None
) -> None:
    with pytest.raises(ValueError, match=r"takes|private chat"):
        people.say(world, text, user_id, chat_id)
    assert world.updates.pending() == 0


def test_ten_thousand_characters_come_as_three_messages(world: World) -> None:
    first = people.say(world, "x" * 10_000)
    assert len(first["text"]) == 4096
    assert world.updates.pending() == 3


async def test_a_forward_carries_its_origin_and_fits_the_schema(world: World) -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    people.say(world, "/close_all", extra={"forward_origin": origin})
    (update,) = await world.updates.poll(0, 100, 0)
    message = update["message"]
    assert isinstance(message, dict)
    assert message["forward_origin"] == origin
    assert world.violations == []


def test_a_field_that_no_message_has_is_noted(world: World) -> None:
    people.say(world, "a", extra={"forwarded": True})
    assert [violation.direction for violation in world.violations] == ["update"]


async def test_an_edit_comes_as_an_edited_message(world: World) -> None:
    message = people.say(world, "a")
    people.edit(world, message["message_id"], "/close_all")
    assert [sorted(update)[0] for update in await world.updates.poll(0, 100, 0)] == [
        "message",
        "edited_message",
    ]
    with pytest.raises(LookupError):
        people.edit(world, 99, "a")


def test_a_press_needs_a_button(world: World) -> None:
    message = people.say(world, "a")
    for message_id in (message["message_id"], 99):
        with pytest.raises(LookupError):
            people.press(world, message_id, "x", None)


def test_a_token_is_a_number_a_colon_and_thirty_characters() -> None:
    for token in ("", "123", "123:short", "x:" + "a" * 30, "123:" + "a" * 29):
        with pytest.raises(ValueError, match="bot token"):
            World(token)
