"""The page on commands is the one the registry writes."""

from pathlib import Path

from bot.program.roster import document

PAGE = Path(__file__).parents[4] / "docs" / "commands.md"


def test_the_page_is_what_make_format_would_write() -> None:
    assert PAGE.read_text(encoding="utf-8") == document()


def test_the_page_tells_who_may_close_everything() -> None:
    assert "| `/close_all`, `/flatten` | trader |  | 2 | 60 s |" in document()
    assert "| Close everything, after Confirm (`ca`) | no | yes | yes |" in document()
