"""What has been said is there again in the next emulator, however the last one ended."""

import shutil
from pathlib import Path

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BufferedInputFile

from bot.playground import serve

ADMIN = 1001


async def test_what_was_answered_is_kept_as_it_reads_at_that_moment(tmp_path: Path) -> None:
    lived, killed = tmp_path / "lived", tmp_path / "killed"
    lived.mkdir()
    for life in range(2):
        async with serve(keep=lived / "chat.json") as emulator:
            assert emulator.resumed == bool(life)
            session = AiohttpSession(api=TelegramAPIServer.from_base(emulator.url))
            async with Bot(emulator.token, session=session) as bot:
                sent = await bot.send_message(ADMIN, f"tripped in life {life}")
                await bot.edit_message_text(f"tripped {life}", chat_id=ADMIN, message_id=sent.message_id)
                await bot.send_document(ADMIN, BufferedInputFile(b"rows", "trades.csv"))
            shutil.copytree(lived, killed, dirs_exist_ok=True)
            said = emulator.messages()
        async with serve(keep=killed / "chat.json") as after:
            assert after.messages() == said
            assert [view.get("text") for view in said] == [*("tripped 0", None), *("tripped 1", None)][: 2 * life + 2]
            assert after.world.files.within(after.world.chats.since(0)[1].message)[0].content == b"rows"
        shutil.rmtree(killed)


async def test_a_line_that_was_cut_off_costs_itself_alone(tmp_path: Path) -> None:
    async with serve(keep=tmp_path / "chat.json") as emulator:
        emulator.say("/status")
    with (tmp_path / "chat.json.news").open("wb") as file:
        file.write(b'{"records":[{"mess')
    async with serve(keep=tmp_path / "chat.json") as emulator:
        assert [view["text"] for view in emulator.messages()] == ["/status"]
