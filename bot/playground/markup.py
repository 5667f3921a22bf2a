"""Inline keyboards: what the server refuses, and finding the button that is pressed."""

from bot.playground import errors
from bot.playground.objects import Button, Keyboard

DATA_LIMIT = 64
"""Bytes of callback_data."""

COPY_LIMIT = 256
BUTTONS_LIMIT = 100
STYLES = {"danger", "success", "primary"}
KINDS = {
    "url",
    "callback_data",
    "copy_text",
    "disabled",
    "web_app",
    "login_url",
    "pay",
    "callback_game",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
}


def accepted(markup: Keyboard | None) -> Keyboard | None:
    """The keyboard to store: None where there is none or it has no button; an ApiError for a wrong button."""
    rows = [row for row in markup["inline_keyboard"] if row] if markup else []
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTONS_LIMIT:
        raise errors.bad_request("reply markup is too long")
    for button in buttons:
        _check(button)
    return Keyboard(inline_keyboard=rows) if rows else None


def pressed(keyboard: Keyboard | None, data: str | None, label: str | None) -> str | None:
    """The callback data of the button with this data, or else this label; None where no such button is."""
    for row in keyboard["inline_keyboard"] if keyboard else []:
        for button in row:
            found = button.get("callback_data")
            if found is not None and (found == data if data is not None else button["text"] == label):
                return found
    return None


def _check(button: Button) -> None:
    kinds = [kind for kind in KINDS if button.get(kind) not in (None, "")]
    if not button["text"].strip():
        raise errors.bad_request("inline keyboard button text must be non-empty")
    if button.get("style", "primary") not in STYLES:
        raise errors.bad_request("can't parse inline keyboard button: invalid button style specified")
    if not kinds:
        raise errors.bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(button.get("callback_data", "").encode()) > DATA_LIMIT:
        raise errors.bad_request("BUTTON_DATA_INVALID")
    if "copy_text" in button and not 1 <= len(button["copy_text"]["text"]) <= COPY_LIMIT:
        raise errors.bad_request("BUTTON_COPY_TEXT_INVALID")
