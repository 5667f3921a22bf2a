"""The kill switch: a file, a signal or the shell close everything, and only a person's /resume starts it again."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.e2e.demo_process import DEMO, Demo, first_line, forked, program, until, words
from tests.journaled import asked

FAST = ("--speed", "600", "--seed", "11", "--strategy", "ma_cross@1m", "--strategy", "razor@1m")
TELEGRAM_DOWN = "SELECT count(*) FROM step WHERE event LIKE '%LinkDown%telegram%'"


def positions(folder: Path) -> int:
    return len(asked(folder / "desk.db", "SELECT symbol FROM position"))


def traded(demo: Demo, folder: Path) -> None:
    """Waits until something is open."""
    demo.ready()
    until(lambda: positions(folder) > 0)


def halted(demo: Demo) -> None:
    """The chat says that trading is halted, and why."""
    until(lambda: any("kill switch" in words(view) for view in demo.messages()))
    assert "HALT" in first_line(demo.ask("/status", ["HALT", "RUN", "PAUSE"]))


def test_a_kill_file_closes_everything_and_survives_a_restart(tmp_path: Path) -> None:
    with Demo(tmp_path, *FAST) as demo:
        traded(demo, tmp_path)
        (tmp_path / "KILL").touch()
        until(lambda: (tmp_path / "HALTED").exists() and not positions(tmp_path))
        halted(demo)
        demo.kill()
    (tmp_path / "KILL").unlink()
    with Demo(tmp_path, *FAST) as demo:
        demo.ready()
        assert "HALT" in first_line(demo.ask("/status", ["HALT", "RUN", "PAUSE"]))
        asks = demo.ask("/resume", ["RESUME"])
        demo.press(asks, "Confirm")
        until(lambda: not (tmp_path / "HALTED").exists())
        until(lambda: positions(tmp_path) > 0)


def test_with_telegram_down_a_kill_file_closes_everything_and_the_next_life_tells_it(tmp_path: Path) -> None:
    with Demo(tmp_path, *FAST) as demo:
        traded(demo, tmp_path)
        demo.fault(down=True)
        until(lambda: asked(tmp_path / "desk.db", TELEGRAM_DOWN)[0])
        (tmp_path / "KILL").touch()
        until(lambda: (tmp_path / "HALTED").exists() and not positions(tmp_path))
        demo.kill()
    (tmp_path / "KILL").unlink()
    with Demo(tmp_path, *FAST) as demo:
        demo.ready()
        told = until(lambda: next((words(view) for view in demo.messages() if "⬜ FLAT" in first_line(view)), None))
        assert "kill switch: KILL file" in told
        assert "verified flat" in told
        until(lambda: "links ok" in words(demo.ask("/status", ["HALT"])))


def test_what_was_closed_while_the_database_was_locked_is_closed_again_after_kill_9(tmp_path: Path) -> None:
    with Demo(tmp_path, *FAST) as demo, closing(sqlite3.connect(tmp_path / "desk.db", timeout=60)) as locked:
        traded(demo, tmp_path)
        locked.execute("BEGIN IMMEDIATE")
        demo.process.send_signal(signal.SIGUSR1)
        flat = ("⬜ FLAT", "None of it is stored yet")
        until(lambda: any(all(part in words(view) for part in flat) for view in demo.messages()))
        assert positions(tmp_path), "nobody could write it down"
        demo.kill()
        locked.rollback()
    with Demo(tmp_path, *FAST) as demo:
        greeting = words(demo.ready().greeting())
        assert greeting.startswith("🟥 SIM · halted"), "the file is looked at before anybody is greeted"
        assert "entries OFF" in greeting
        until(lambda: not positions(tmp_path))
        halted(demo)


def test_the_file_holds_as_long_as_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "KILL").touch()
    with Demo(tmp_path, *FAST) as demo:
        demo.ready()
        halted(demo)
        demo.press(demo.ask("/resume", ["RESUME"]), "Confirm")
        until(lambda: sum("kill switch" in words(view) for view in demo.messages()) > 1)
        assert not positions(tmp_path)


def test_sigusr1_closes_everything(tmp_path: Path) -> None:
    with Demo(tmp_path, *FAST, fresh=True) as demo:
        traded(demo, tmp_path)
        demo.process.send_signal(signal.SIGUSR1)
        until(lambda: (tmp_path / "HALTED").exists() and not positions(tmp_path))
        halted(demo)
        assert demo.stop() == 0


def test_flatten_closes_a_running_desk_from_the_shell(tmp_path: Path) -> None:
    with Demo(tmp_path, *FAST) as demo:
        traded(demo, tmp_path)
        done = program("flatten", "--data-dir", str(tmp_path))
        assert done.returncode == 0, done.stderr
        assert "Flat. Trading is halted" in done.stdout
        assert not positions(tmp_path)
        assert not (tmp_path / "KILL").exists()
        halted(demo)
        assert demo.stop() == 0
    done = program("flatten", "--data-dir", str(tmp_path))
    assert done.returncode == 0
    assert "as soon as it starts" in done.stdout


def test_flatten_needs_a_desk(tmp_path: Path) -> None:
    done = program("flatten", "--data-dir", str(tmp_path / "none"))
    assert done.returncode == 2
    assert "There is no desk" in done.stderr


def test_flatten_refuses_a_desk_that_this_program_cannot_start_and_leaves_nothing(tmp_path: Path) -> None:
    assert forked(*DEMO, "--data-dir", str(tmp_path), "--speed", "0", "--for", "60").returncode == 0
    with closing(sqlite3.connect(tmp_path / "desk.db")) as connection:
        connection.execute("PRAGMA user_version=99")
    done = program("flatten", "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert "newer pocketdesk" in done.stderr
    assert not (tmp_path / "KILL").exists()
