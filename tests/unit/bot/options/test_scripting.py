from pathlib import Path

import pytest

from bot.options.scripting import script
from engine.model.errors import BadInput
from engine.simulation.script import Script, Spell

SYMBOLS = ["BTCUSDT", "ETHUSDT"]
HEAD = "at,what,seconds,symbol"
TEN = 1_780_308_000_000
"""2026-06-01 10:00 UTC."""


def read(folder: Path, *lines: str) -> Script:
    (folder / "script.csv").write_text("\n".join(lines) + "\n")
    return script(str(folder / "script.csv"), SYMBOLS)


def test_each_line_is_a_spell(tmp_path: Path) -> None:
    assert read(
        tmp_path, HEAD, "2026-06-01T10:00, refuse, 90, BTCUSDT", "", "2026-06-01T12:00+02:00,deaf,60,"
    ).spells == (
        Spell(TEN, TEN + 90_000, "refuse", "BTCUSDT"),
        Spell(TEN, TEN + 60_000, "deaf", None),
    )


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (("at,what",), "begins with the line at,what,seconds,symbol."),
        ((HEAD, "2026-06-01,deaf,60"), "line 2 has 3 fields, but it takes at,what,seconds,symbol."),
        ((HEAD, "soon,deaf,60,"), "line 2: at is 'soon', but it takes a date or time such as"),
        ((HEAD, "2026-06-01,melt,60,"), "line 2: what is 'melt', but it takes refuse, part, silence, deaf, ahead."),
        ((HEAD, "2026-06-01,deaf,0,"), "line 2: seconds is '0', but it takes a whole number from 1 to 86400."),
        ((HEAD, "2026-06-01,part,5,X"), "line 2: symbol is 'X', but it takes BTCUSDT, ETHUSDT, or nothing for all."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_its_line(
    tmp_path: Path, lines: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, *lines)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.csv cannot be read"):
        script(str(tmp_path / "nowhere.csv"), SYMBOLS)
