"""Which form of the core a command runs: the compiled one where it is of these sources, else the plain one."""

import sys
from pathlib import Path

import pytest

from bot.form import MARK, SOURCES, choose, made_of, running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is taken for one with a compiled core, and a path that is put back."""
    monkeypatch.setenv("POCKETDESK_CORE", str(tmp_path))
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / MARK).write_text(made_of(SOURCES))
    return tmp_path


@pytest.mark.parametrize("command", ["backtest", "check", "optimise", "train"])
def test_research_takes_the_core_that_was_made_of_these_sources(folder: Path, command: str) -> None:
    choose([command, "--data", "run"])
    assert sys.path[0] == str(folder)


@pytest.mark.parametrize("words", [["run"], ["demo", "backtest"], []])
def test_a_desk_runs_the_plain_one(folder: Path, words: list[str]) -> None:
    choose(words)
    assert str(folder) not in sys.path


def test_it_can_be_switched_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POCKETDESK_CORE", "plain")
    choose(["backtest"])
    assert str(folder) not in sys.path


def test_one_of_other_sources_is_passed_over_with_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / MARK).write_text("of other sources")
    choose(["backtest"])
    said = capsys.readouterr().err
    assert str(folder) not in sys.path
    assert said == f"{folder} is no compiled core of these sources, so the plain one runs; make compiled.\n"


def test_every_source_of_the_engine_counts(tmp_path: Path) -> None:
    source = tmp_path / "engine" / "risk" / "gate.py"
    source.parent.mkdir(parents=True)
    found = {made_of(tmp_path)}
    for text in ("a = 1\n", "a = 2\n"):
        source.write_text(text)
        found.add(made_of(tmp_path))
    source.rename(source.with_name("gates.py"))
    found.add(made_of(tmp_path))
    assert len(found) == 4


def test_tests_run_the_plain_one_unless_they_are_run_on_the_other() -> None:
    import engine.core

    assert (running() == "plain") == str(engine.core.__file__).endswith(".py")
