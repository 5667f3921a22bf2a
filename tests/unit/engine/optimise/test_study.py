"""Where a study is kept."""

from pathlib import Path

import pytest

from engine.model.errors import BadInput
from engine.optimise.study import in_folder


def test_a_folder_that_cannot_be_made_is_bad_input_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match=r"Studies cannot be kept in .*file/studies: .*\.$"):
        in_folder(tmp_path / "file" / "studies", "mine")
