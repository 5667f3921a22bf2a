from aiogram.utils.formatting import Bold

from bot.outbox.body import Body, Button, body, units
from bot.outbox.pieces import CAPTION_LIMIT, TEXT_LIMIT, pieces


def test_what_fits_stays_as_it_is() -> None:
    made = body("😀" * (TEXT_LIMIT // 2))
    assert pieces(made) == (made,)


def test_a_long_text_is_cut_after_a_line_and_counted_in_utf_16() -> None:
    line = "😀" * 50 + "\n"
    made = pieces(Body(line * 100, buttons=((Button("Go", "s"),),)))
    assert [units(one.text) for one in made] == [4040, 4040, 2020]
    assert "".join(one.text for one in made) == line * 100
    assert [bool(one.buttons) for one in made] == [False, False, True]


def test_an_entity_that_spans_a_cut_is_on_both_sides() -> None:
    made = pieces(body("a" * 4000, Bold("b" * 200)))
    assert [one.entities for one in made] == [
        ({"type": "bold", "offset": 4000, "length": 96},),
        ({"type": "bold", "offset": 0, "length": 104},),
    ]


def test_a_very_long_text_is_a_document() -> None:
    text = "line\n" * 4000
    (made,) = pieces(Body(text))
    assert made.document == text.encode()
    assert made.filename == "message.txt"
    assert 0 < units(made.text) <= CAPTION_LIMIT


def test_a_caption_that_is_too_long_goes_on_below_the_photo() -> None:
    first, second = pieces(Body("x" * 1500, photo=b"png", buttons=((Button("Go", "s"),),)))
    assert (first.photo, units(first.text), first.buttons) == (b"png", CAPTION_LIMIT, ())
    assert (second.photo, units(second.text), len(second.buttons)) == (None, 1500 - CAPTION_LIMIT, 1)
