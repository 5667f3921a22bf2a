import io

import pytest
from PIL import Image

from bot.playground.errors import ApiError
from bot.playground.files import Files, picture_size


def picture(kind: str, width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_the_size_of_a_picture_is_read_from_its_header(kind: str) -> None:
    assert picture_size(picture(kind, 37, 21)) == (37, 21)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a"])
def test_what_is_no_picture_has_no_size(content: bytes) -> None:
    assert picture_size(content) is None


def test_equal_content_has_one_unique_id_and_two_file_ids() -> None:
    files = Files()
    one, other = files.add("a.csv", b"x"), files.add("b.csv", b"x")
    assert one.unique_id == other.unique_id
    assert one.file_id != other.file_id


def test_a_file_is_found_by_the_path_that_it_was_given() -> None:
    files = Files()
    stored = files.add("trades & more.csv", b"x")
    assert files.document(stored.file_id)["file_name"] == "trades & more.csv"
    assert stored.path.startswith("documents/")
    assert stored.path.endswith(".csv")
    assert files.by_path(stored.path) is stored
    assert files.by_path("documents/nothing") is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no picture", "Bad Request: IMAGE_PROCESS_FAILED"),
        (picture("PNG", 2, 41), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (b"", "Bad Request: file must be non-empty"),
    ],
)
def test_what_cannot_be_a_photo_is_refused(content: bytes, reason: str) -> None:
    files = Files()
    with pytest.raises(ApiError) as refusal:
        files.photo(files.add("x.png", content).file_id)
    assert refusal.value.description == reason


def test_a_document_cannot_be_sent_again_as_a_photo() -> None:
    files = Files()
    stored = files.add("x.png", picture("PNG", 5, 5))
    files.document(stored.file_id)
    with pytest.raises(ApiError, match="can't use file of type Document as Photo"):
        files.photo(stored.file_id)


@pytest.mark.parametrize("file_id", ["", "nonsense", "attach://lost"])
def test_an_unknown_file_id_is_refused(file_id: str) -> None:
    with pytest.raises(ApiError, match="wrong file identifier/HTTP URL specified"):
        Files().document(file_id)


def test_an_address_is_refused_for_there_is_no_network() -> None:
    with pytest.raises(ApiError, match="failed to get HTTP URL content"):
        Files().photo("https://example.org/a.png")
