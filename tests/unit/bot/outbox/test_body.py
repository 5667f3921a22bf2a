import pytest
from aiogram.utils.formatting import Bold, Pre

from bot.outbox.body import Button, body, decode, encode


def test_a_body_is_built_from_nodes_with_offsets_in_utf_16_units() -> None:
    made = body("😀 ", Bold("<b>"), "\n", Pre("a  b"))
    assert made.text == "😀 <b>\na  b"
    assert made.entities == (
        {"type": "bold", "offset": 3, "length": 3},
        {"type": "pre", "offset": 7, "length": 4},
    )


def test_a_body_survives_the_outbox_with_its_files_and_buttons() -> None:
    made = body("x", buttons=((Button("Go", "g:1", "danger"),),), photo=b"\x89PNG\x00", filename="a.png", protect=True)
    assert decode(encode(made)) == made


@pytest.mark.parametrize("data", ["", "x" * 65, "ä" * 33])
def test_a_button_that_telegram_would_refuse_cannot_be_made(data: str) -> None:
    with pytest.raises(ValueError, match="takes 1 to 64 bytes"):
        Button("Go", data)
