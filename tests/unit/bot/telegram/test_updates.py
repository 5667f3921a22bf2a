import msgspec
import pytest
from aiogram.filters import Command

from bot.telegram.updates import Refused, Said, read

PERSON = {"id": 7, "is_bot": False, "first_name": "x"}
CHAT = {"id": 7, "type": "private"}
MESSAGE = {"message_id": 5, "date": 100, "chat": CHAT, "from": PERSON, "text": "/close_all now"}


def sorted_out(**content: object) -> Said | Refused:
    return read(msgspec.json.encode({"update_id": 1, **content}))


def test_a_persons_own_words_are_read_with_their_command() -> None:
    said = sorted_out(message={**MESSAGE, "text": "/Close_All@pocketdesk_bot  now please"})
    assert isinstance(said, Said)
    assert (said.user, said.date, said.command, said.arguments) == (7, 100, "close_all", "now please")


@pytest.mark.parametrize("text", ["\n/risk 5 now", "\u3000/risk\n5 now", "/risk\t5 now ", "/risk\u00a05 now"])
def test_a_command_is_split_at_the_white_space_at_which_the_dispatcher_splits_it(text: str) -> None:
    said, carried_out = Said(1, 7, 0, text=text), Command("risk").extract_command(text)
    assert (said.command, said.arguments) == ("risk", "5 now")
    assert (carried_out.command, (carried_out.args or "").strip()) == ("risk", "5 now")


@pytest.mark.parametrize("text", ["hello", "12 /close_all", "/", "", " "])
def test_what_is_no_command_has_none(text: str) -> None:
    said = sorted_out(message={**MESSAGE, "text": text})
    assert isinstance(said, Said)
    assert said.command == ""


def test_a_press_is_read_with_its_data_and_has_no_time() -> None:
    query = {"id": "9", "from": PERSON, "chat_instance": "1", "message": MESSAGE, "data": "y:1"}
    said = sorted_out(callback_query=query)
    assert said == Said(1, 7, 0, query="9", data="y:1", message_id=5)


@pytest.mark.parametrize(
    "change",
    [
        {"chat": {"id": -1, "type": "group"}},
        {"chat": {"id": 8, "type": "private"}},
        {"forward_origin": {"type": "user", "date": 1, "sender_user": PERSON}},
        {"is_automatic_forward": True},
        {"via_bot": {"id": 9, "is_bot": True, "first_name": "b"}},
        {"sender_chat": {"id": -5, "type": "channel"}},
        {"from": {"id": 7, "is_bot": True, "first_name": "x"}},
        {"edit_date": 101},
        {"text": None, "caption": "/close_all"},
        {"from": None},
    ],
    ids=str,
)
def test_a_message_that_is_not_a_persons_own_private_word_is_refused(change: dict[str, object]) -> None:
    content = {key: value for key, value in (MESSAGE | change).items() if value is not None}
    assert isinstance(sorted_out(message=content), Refused)


@pytest.mark.parametrize(
    "kind", ["edited_message", "channel_post", "business_message", "inline_query", "something_of_next_year"]
)
def test_every_other_kind_is_refused(kind: str) -> None:
    assert isinstance(sorted_out(**{kind: MESSAGE}), Refused)


@pytest.mark.parametrize(
    "query",
    [
        {"id": "9", "from": PERSON, "chat_instance": "1", "data": "y", "inline_message_id": "3"},
        {"id": "9", "from": PERSON, "chat_instance": "1", "message": MESSAGE, "game_short_name": "g"},
        {
            "id": "9",
            "from": PERSON,
            "chat_instance": "1",
            "data": "y",
            "message": MESSAGE | {"chat": {"id": -1, "type": "group"}},
        },
    ],
    ids=["inline", "game", "group"],
)
def test_a_press_elsewhere_is_refused(query: dict[str, object]) -> None:
    assert isinstance(sorted_out(callback_query=query), Refused)
