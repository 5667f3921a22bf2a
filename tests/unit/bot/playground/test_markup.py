import pytest

from bot.playground.errors import ApiError
from bot.playground.markup import accepted, pressed
from bot.playground.objects import Button, CopyText, Keyboard


def keyboard(*buttons: Button) -> Keyboard:
    return Keyboard(inline_keyboard=[[button] for button in buttons])


def test_a_keyboard_without_buttons_is_none() -> None:
    assert accepted(None) is None
    assert accepted(Keyboard(inline_keyboard=[])) is None
    assert accepted(Keyboard(inline_keyboard=[[]])) is None


def test_callback_data_holds_64_bytes_not_characters() -> None:
    assert accepted(keyboard(Button(text="a", callback_data="x" * 64)))
    with pytest.raises(ApiError, match="BUTTON_DATA_INVALID"):
        accepted(keyboard(Button(text="a", callback_data="ж" * 33)))


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        (Button(text=" ", callback_data="a"), "button text must be non-empty"),
        (Button(text="a"), "Text buttons are unallowed"),
        (Button(text="a", callback_data=""), "Text buttons are unallowed"),
        (Button(text="a", callback_data="a", style="pink"), "invalid button style specified"),
        (Button(text="a", copy_text=CopyText(text="x" * 257)), "BUTTON_COPY_TEXT_INVALID"),
    ],
)
def test_a_wrong_button_is_refused(button: Button, reason: str) -> None:
    with pytest.raises(ApiError, match=reason):
        accepted(keyboard(button))


def test_more_than_a_hundred_buttons_are_refused() -> None:
    button = Button(text="a", callback_data="a")
    with pytest.raises(ApiError, match="reply markup is too long"):
        accepted(Keyboard(inline_keyboard=[[button] * 101]))


def test_a_button_is_found_by_its_data_or_its_label() -> None:
    shown = keyboard(Button(text="Refresh", callback_data="st"), Button(text="Off", disabled={}))
    assert pressed(shown, "st", None) == "st"
    assert pressed(shown, None, "Refresh") == "st"
    assert pressed(shown, None, "Off") is None
    assert pressed(shown, "forged", None) is None
    assert pressed(None, "st", None) is None
