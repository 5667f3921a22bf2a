"""Whatever is written arrives whole: no piece too long, no character cut, no bold letter lost."""

from hypothesis import given
from hypothesis import strategies as st

from bot.outbox.body import Body, units
from bot.outbox.pieces import TEXT_LIMIT, pieces

LETTERS = st.text(alphabet="a😀é\n ", min_size=1, max_size=30)


@st.composite
def long_bodies(draw: st.DrawFn) -> Body:
    text = draw(LETTERS) * draw(st.integers(1, 300) | st.integers(2_500, 3_000))
    offset = draw(st.integers(0, units(text) - 1))
    length = draw(st.integers(1, units(text) - offset))
    return Body(text, ({"type": "bold", "offset": offset, "length": length},))


def marked(content: Body) -> bytes:
    """The UTF-16 code units under the entities."""
    raw = content.text.encode("utf-16-le")
    spans = [(entity["offset"], entity["length"]) for entity in content.entities]
    return b"".join(raw[2 * int(str(at)) : 2 * (int(str(at)) + int(str(size)))] for at, size in spans)


@given(long_bodies())
def test_pieces_are_the_text_and_nothing_is_too_long(content: Body) -> None:
    made = pieces(content)
    if made[0].document is not None:
        assert [one.document for one in made] == [content.text.encode()]
        assert 0 < units(made[0].text) <= TEXT_LIMIT
        return
    assert "".join(one.text for one in made) == content.text
    assert all(0 < units(one.text) <= TEXT_LIMIT for one in made)
    assert b"".join(marked(one) for one in made) == marked(content)
