import pytest

from bot.playground.entities import beyond, finish, split, utf16_length
from bot.playground.objects import Entity


def bold(offset: int, length: int) -> Entity:
    return Entity(type="bold", offset=offset, length=length)


@pytest.mark.parametrize(("text", "units"), [("", 0), ("abc", 3), ("é", 1), ("😀", 2), ("🟢 BTC", 6), ("👍🏽", 4)])
def test_length_counts_utf16_units(text: str, units: int) -> None:
    assert utf16_length(text) == units


def test_space_around_a_text_goes_and_its_entities_move_along() -> None:
    assert finish("\n  hello  \n", [bold(3, 5)]) == ("hello", [bold(0, 5)])


def test_space_inside_an_entity_at_the_start_stays() -> None:
    assert finish("  a", [bold(0, 3)]) == ("  a", [bold(0, 3)])


def test_an_entity_that_reaches_beyond_the_text_is_cut_and_an_empty_one_dropped() -> None:
    assert finish("😀 ab", [bold(3, 9), bold(7, 2)]) == ("😀 ab", [bold(3, 2)])
    wrong = [bold(3, 3), bold(-1, 2), bold(0, 0)]
    assert beyond("😀 ab", [bold(3, 2), *wrong]) == wrong


def test_commands_links_and_tags_are_found_at_their_utf16_place() -> None:
    text = "😀 /status see https://example.org/a. #A3F $BTC @desk_bot"
    _, found = finish(text, [])
    named = [(one["type"], one["offset"], one["length"]) for one in found]
    assert named == [
        ("bot_command", 3, 7),
        ("url", 15, 21),
        ("hashtag", 38, 4),
        ("cashtag", 43, 4),
        ("mention", 48, 9),
    ]


@pytest.mark.parametrize("text", ["BTC/USDT", "1/2", "a#b", "#123", "mail@example", "//"])
def test_what_only_looks_like_one_is_not_found(text: str) -> None:
    assert finish(text, []) == (text, [])


def test_nothing_is_found_inside_code() -> None:
    code = Entity(type="code", offset=0, length=7)
    assert finish("/status", [code]) == ("/status", [code])


def test_a_long_text_is_split_between_characters() -> None:
    pieces = split("😀" * 5000)
    assert [utf16_length(piece) for piece in pieces] == [4096, 4096, 1808]
    assert "".join(pieces) == "😀" * 5000
    assert split("") == []
