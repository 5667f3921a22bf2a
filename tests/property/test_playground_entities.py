from hypothesis import given
from hypothesis import strategies as st

from bot.playground.entities import beyond, finish, split, utf16_length
from bot.playground.objects import Entity

TEXT = st.text(alphabet=st.sampled_from("ab \n😀/#_é"), max_size=60)
ENTITY = st.builds(
    lambda kind, offset, length: Entity(type=kind, offset=offset, length=length),
    st.sampled_from(["bold", "code", "spoiler"]),
    st.integers(-5, 90),
    st.integers(-5, 90),
)


@given(TEXT, st.lists(ENTITY, max_size=5))
def test_stored_entities_lie_inside_the_stored_text_in_order(text: str, entities: list[Entity]) -> None:
    stored, marked = finish(text, entities)
    assert beyond(stored, marked) == []
    assert [one["offset"] for one in marked] == sorted(one["offset"] for one in marked)


@given(TEXT)
def test_a_stored_text_is_stored_again_unchanged(text: str) -> None:
    stored, marked = finish(text, [])
    assert finish(stored, []) == (stored, marked)


@given(TEXT, st.integers(2, 10))
def test_no_piece_of_a_split_text_is_too_long_and_none_is_lost(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert "".join(pieces) == text
    assert all(0 < utf16_length(piece) <= limit for piece in pieces)
