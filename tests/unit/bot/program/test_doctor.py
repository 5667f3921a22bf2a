"""Doctor looks at each thing by itself: one that is bad hides none of the others."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.cli import main
from bot.options.fees import Fees
from bot.program.doctor import Finding, examine, fees, folder, sqlite
from bot.settings import BadSettings, Settings
from engine.model.errors import Corrupt
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits
from storage.db import Database
from storage.runs import begin_run

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"


def settings(data_dir: Path, api_url: str = "http://127.0.0.1:9") -> Settings:
    return Settings(
        "SIM", SecretStr(TOKEN), {}, api_url, "UTC", "INFO", "okx", None, (), (), ("razor",), data_dir, RiskLimits()
    )


def sound(data_dir: Path) -> Iterator[Finding]:
    yield Finding("database", True, "ok")


def bad(findings: Iterator[Finding]) -> list[str]:
    return [finding.what for finding in findings if not finding.well]


def test_a_sound_machine_has_no_bad_finding(tmp_path: Path) -> None:
    assert bad(examine(lambda: settings(tmp_path), tmp_path, sound, env_file=tmp_path / ".env")) == []


def test_wrong_settings_and_a_damaged_database_are_both_named(tmp_path: Path) -> None:
    def wrong() -> Settings:
        raise BadSettings(["TZ is wrong.", "EXCHANGE is wrong."])

    def damaged(data_dir: Path) -> Iterator[Finding]:
        yield Finding("database", True, "there")
        raise Corrupt("desk.db is damaged.")

    found = list(examine(wrong, tmp_path, damaged, env_file=tmp_path / ".env"))
    assert bad(iter(found)) == ["settings", "settings", "database"]
    assert found[-1].seen == "desk.db is damaged."


@pytest.mark.parametrize(
    ("version", "mark"), [((3, 36, 0), "BAD"), ((3, 37, 0), "warn"), ((3, 51, 2), "warn"), ((3, 51, 3), "ok")]
)
def test_a_sqlite_that_can_damage_a_shared_file_is_a_warning_and_one_without_strict_tables_is_bad(
    version: tuple[int, int, int], mark: str
) -> None:
    found = sqlite(version)
    assert found.mark == mark
    assert found.seen.startswith(".".join(map(str, version)))
    assert "\n" not in found.seen


async def test_the_journal_hash_shown_is_over_at_event_and_effects_of_each_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database.open(tmp_path)
    await begin_run(database, at=1, mode="SIM", version="test")
    await database.write(
        lambda connection: connection.executemany(
            "INSERT INTO step (seq, run, at, event, effects) VALUES (?, 1, ?, ?, '[]')", [(2, 20, "b"), (1, 10, "a")]
        )
    )
    await database.close()
    with pytest.raises(SystemExit):
        main(["doctor", "--data-dir", str(tmp_path)])
    expected = sha256(b"10\na\n[]\n20\nb\n[]\n").hexdigest()
    assert f"ok   journal: {expected}\n" in capsys.readouterr().out


def test_an_env_file_that_others_can_read_is_named(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.touch()
    env_file.chmod(0o644)
    assert bad(examine(lambda: settings(tmp_path), tmp_path, sound, env_file=env_file)) == [str(env_file)]
    env_file.chmod(0o600)
    assert bad(examine(lambda: settings(tmp_path), tmp_path, sound, env_file=env_file)) == []


def test_a_folder_is_tried_without_leaving_a_trace_and_a_file_is_none(tmp_path: Path) -> None:
    assert bad(folder(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []
    assert bad(folder(tmp_path / "new" / "deep")) == []
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    assert bad(folder(tmp_path / "file")) == ["data folder"]
    assert bad(folder(tmp_path / "file" / "below")) == ["data folder"]


async def test_online_asks_telegram_who_the_token_belongs_to_and_never_shows_it(tmp_path: Path) -> None:
    async def get_me(request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return web.json_response({"ok": False}, status=401)
        return web.json_response({"ok": True, "result": {"username": "desk_bot"}})

    server = web.Application()
    server.add_routes([web.get("/bot{token}/getMe", get_me)])
    runner = web.AppRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = runner.addresses[0]

    def ask(api_url: str) -> list[Finding]:
        return list(examine(lambda: settings(tmp_path, api_url), tmp_path, sound, online=True))

    known = await asyncio.to_thread(ask, f"http://127.0.0.1:{address[1]}")
    missing = await asyncio.to_thread(ask, f"http://127.0.0.1:{address[1]}/elsewhere")
    await runner.cleanup()
    gone = await asyncio.to_thread(ask, f"http://127.0.0.1:{address[1]}")
    assert known[-1] == Finding("telegram", True, "@desk_bot")
    assert [found[-1].well for found in (missing, gone)] == [False, False]
    assert not any(TOKEN in finding.seen for finding in (*known, *missing, *gone))


def test_fees_are_told_with_the_markets_that_pay_them_and_who_says_so(tmp_path: Path) -> None:
    swap = Instrument("BTC/USDT:USDT", "BTC", "USDT", taker=Decimal("0.0006"), maker=Decimal("-0.0001"))
    spot = Instrument("BTC/USDT", "BTC", "USDT", spot=True)
    unset = settings(tmp_path)
    own = msgspec.structs.replace(unset, fees=Fees(Decimal("0.0004"), spot_fee=Decimal("0.001")))
    maker = msgspec.structs.replace(unset, fees=Fees(maker_fee=Decimal("0.0003")))
    asked = ((unset, ()), (unset, (swap, spot)), (maker, (swap,)), (own, ()), (own, (swap, spot)))
    told = [fees(*known).seen for known in asked]
    assert told == [
        "those that okx lists, known once it has been asked",
        "taker 0.0006, maker -0.0001 of BTC/USDT:USDT; taker 0.0005, maker 0.0005 of BTC/USDT (as okx lists them)",
        "taker 0.0006, maker 0.0003 of BTC/USDT:USDT (as set, else as okx lists them)",
        "taker 0.0004, maker 0.0004 (as set)",
        "taker 0.0004, maker 0.0004 of BTC/USDT:USDT; taker 0.001, maker 0.001 of BTC/USDT (as set)",
    ]
