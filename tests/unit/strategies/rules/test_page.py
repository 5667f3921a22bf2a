"""The user's page on strategy files keeps its word."""

import re
from pathlib import Path
from typing import get_args

from strategies.rules.allowed import fields
from strategies.rules.errors import Code
from strategies.rules.folder import LIBRARY
from strategies.rules.own import OWN
from strategies.rules.parse import parse
from strategies.rules.schema import Document

PAGE = Path(__file__).parents[4] / "docs" / "json-strategies.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_whole_files_on_the_page_are_valid() -> None:
    files = [block for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL) if '"id"' in block]
    assert len(files) == 2
    for one in files:
        assert isinstance(parse(one.encode()), Document), one


def test_every_key_code_indicator_and_shipped_file_is_on_the_page() -> None:
    shipped = [path.stem for path in LIBRARY.glob("*.json")]
    for word in (*fields(Document), *get_args(Code), *OWN, *shipped):
        assert f"`{word}`" in TEXT, word
