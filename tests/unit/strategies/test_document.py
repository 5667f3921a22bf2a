"""The page on strategies is the one the source writes."""

from pathlib import Path

from strategies.base import catalogue
from strategies.document import document

PAGE = Path(__file__).parents[3] / "docs" / "strategies.md"


def test_the_page_is_what_make_format_would_write() -> None:
    assert PAGE.read_text(encoding="utf-8") == document()


def test_the_page_names_parameters_ranges_and_reason_codes() -> None:
    page = document()
    assert "| `fast` | 10 | a whole number from 2 to 200 | bars of the fast average |" in page
    assert "- **Reason codes:** `cross_up`, `cross_down`." in page
    assert page.count("\n## ") == len(catalogue())
